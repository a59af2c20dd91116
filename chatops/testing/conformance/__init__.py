"""Suites that every implementation of a port must pass. They need pytest; import each from its own module.

`tickets.TicketSystemSuite` is for ticket systems.
"""
