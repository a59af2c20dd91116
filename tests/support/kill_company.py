"""The company whose server is killed: two hundred conversations, a plugin that counts, and the demo's cases."""

from __future__ import annotations

from pathlib import Path

CONVERSATIONS = 200
ROOMS = ("general", "support")
OWNERS = {
    "1001": "agent-1",
    "1002": "agent-2",
    "1003": "agent-3",
    "1004": "agent-1",
    "1005": "agent-4",
    "1006": "agent-2",
    "1008": "agent-3",
    "1010": "agent-3",
    "1011": "agent-4",
    "1012": "agent-4",
    "1013": "lead-1",
    "1016": "agent-4",
}
"""Open cases of the demo, and whose they are."""

CASES = tuple(OWNERS)

NAMED = ("agent-1", "agent-2", "agent-3", "agent-4", "lead-1", "lead-2", "expert-1", "expert-2", "expert-3")
PEOPLE = (*NAMED, *(f"clerk-{n:03}" for n in range(CONVERSATIONS - len(ROOMS) - len(NAMED))))
"""Everybody; each has a direct chat."""

_PERSON = """
[[people]]
id = "{id}"
name = "{id}"
roles = ["{role}"]
max_load = 50
skills = {{ refunds = 4 }}
identities = {{ console = "{id}", demo = "{id}" }}
"""

_SETTINGS = """
demo = true

[people]
file = "{people}"

[plugins]
enabled = ["console_network", "local_tickets", "kill_counter"]

[plugins.local_tickets]
name = "demo"
seed = "chatops.demo:company/tickets.toml"

[operator]
acts_as = "agent-1"

[engine]
flood_burst = 1000000
anchor_every = 0.5

[log]
level = "warning"
format = "text"
"""

_METADATA = "Metadata-Version: 2.1\nName: kill-counter\nVersion: 1.0\n"
_ENTRY_POINT = "[chatops.plugins]\nkill_counter = kill_counter:Counter\n"


def found(folder: Path) -> Path:
    """Make everything below `folder`: `data` with its settings, and `site` for the path. Return the data folder."""
    data, metadata = folder / "data", folder / "site" / "kill_counter-1.0.dist-info"
    data.mkdir(parents=True)
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(_METADATA)
    (metadata / "entry_points.txt").write_text(_ENTRY_POINT)
    people = folder / "people.toml"
    people.write_text("".join(_PERSON.format(id=id_, role=_role(id_)) for id_ in PEOPLE))
    (data / "chatops.toml").write_text(_SETTINGS.format(people=people))
    return data


def _role(person: str) -> str:
    word = person.partition("-")[0]
    return {"lead": "pod_lead", "clerk": "agent"}.get(word, word)
