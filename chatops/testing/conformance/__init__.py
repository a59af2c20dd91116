"""Suites that every implementation of a port must pass. They need pytest; import each from its own module.

`chat.ChatNetworkSuite` is for chat networks, `tickets.TicketSystemSuite` for ticket systems.
"""
