"""REST for other programs: one table of endpoints, from which the routes and their description are made."""
