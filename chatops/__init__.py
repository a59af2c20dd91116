"""A chat-operations server: swarms around support cases, in the chat people already use."""
