"""A plugin for the chatops server."""
