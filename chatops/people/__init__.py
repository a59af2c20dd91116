"""People: who is who, who belongs where, and where that is written down."""
