"""Routing: which pod a case goes to, and when a swarm is offered or opened, by rules that explain themselves."""
