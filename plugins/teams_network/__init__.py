"""Microsoft Teams as a chat network. Facts and their sources: docs/explanation/teams.md."""
