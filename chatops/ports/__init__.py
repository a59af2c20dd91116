"""What the server asks of the outside: protocols and frozen values. Their docstrings are promises, not descriptions."""
