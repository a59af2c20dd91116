"""Swarms: people gather around one support case; the case keeps its owner."""
