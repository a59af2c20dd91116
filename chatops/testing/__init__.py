"""The public testing kit for plugin authors: fakes, a manual clock, conformance suites.

`stage.Stage` is a whole server for a test; `network.FakeNetwork`, `directory.FakeDirectory`, `memory_store.MemoryStore`,
`records.MemoryRecords` and `clock.ManualClock` are its parts. What every implementation of a port must keep to is in
`conformance`. Nothing here knows a domain. Import each name from its own module.
"""
