"""Matrix as a chat network. Facts and their sources: docs/explanation/matrix.md."""
