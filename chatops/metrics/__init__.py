"""Figures for Prometheus: what was counted, how things stand, and the page both are read from."""
