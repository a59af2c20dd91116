"""Rooms that belong to nothing: watched or not, and who reads in them."""
