"""Cases: what the ticket systems know, shown in chat."""
