"""Webhooks: the house tells other programs what happens, and hears from them. Signed after standardwebhooks.com."""
