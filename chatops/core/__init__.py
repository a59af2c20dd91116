"""Domain-free vocabulary: messages, texts, commands, permissions, the unit of work. Pure: no I/O at this level."""
