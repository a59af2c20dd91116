"""The running parts: inbox, dispatcher, outbox, timers. They know the ports and the core, and no domain."""
