"""The web server: routes, page shell, sessions, health, the operator door."""
