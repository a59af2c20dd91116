"""A complete small ticket system that lives beside the server: for trying things out, and for teams without another."""
