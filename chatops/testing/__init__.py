"""The public testing kit for plugin authors: fakes, a manual clock, conformance suites."""
