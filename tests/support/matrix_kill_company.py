"""The company whose server on a homeserver is killed: who they are, the rooms they talk in, and the server's settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from kill_company import CASES, NAMED, OWNERS

GROUPS = ("support", "general")
"""Rooms of the people, with the server in them."""

POWERLESS = "support"
"""The one where the server has no more power than anybody."""

CLICKERS = ("agent-4", "lead-1", "lead-2")
"""They click on buttons, and are in the hall."""

ALONE = ("agent-1", "agent-2", "agent-3", *CLICKERS)
"""They have opened a chat with the server; for the others it opens one when there is something to tell."""

HALL = CASES[-1]
"""The case whose swarm is open all the time, for newcomers to walk into."""

_PERSON = """
[[people]]
id = "{id}"
name = "{id}"
roles = ["{role}"]
max_load = 50
skills = {{ refunds = 4 }}
identities = {{ matrix = "{user}", demo = "{id}" }}
"""

_SETTINGS = """
demo = true

[people]
file = "{people}"

[plugins]
enabled = ["local_tickets", "matrix_network", "matrix_kill_counter"]

[plugins.local_tickets]
name = "demo"
seed = "chatops.demo:company/tickets.toml"

[plugins.matrix_network]
timeline_limit = 5

[operator]
acts_as = "agent-1"

[engine]
flood_burst = 1000000
anchor_every = 0.5

[log]
level = "warning"
format = "text"
"""

_METADATA = "Metadata-Version: 2.1\nName: matrix-kill-counter\nVersion: 1.0\n"
_ENTRY_POINT = "[chatops.plugins]\nmatrix_kill_counter = matrix_kill_counter:Clicks\n"


def everybody(stories: int, newcomers: Sequence[str]) -> tuple[str, ...]:
    """Return all people: those who speak, one friend for each story, and the newcomers."""
    return (*NAMED, *(friend(case) for case in CASES[:stories]), *newcomers)


def newcomer(number: int) -> str:
    """Return somebody who has no direct chat with the server before it makes one."""
    return f"newcomer-{number:02}"


def friend(case: str) -> str:
    """Return who joins the swarm on a case unasked."""
    return f"friend-{case}"


def cast(case: str) -> tuple[str, str, str]:
    """Return who owns a case, who is asked to help, and who joins."""
    return OWNERS[case], f"expert-{CASES.index(case) % 3 + 1}", friend(case)


def title(case: str) -> str:
    """Return what a swarm is about."""
    return f"story-{case}"


def found(folder: Path, users: Mapping[str, str]) -> Path:
    """Make everything below `folder` for people with these Matrix ids; return the data folder."""
    data, metadata = folder / "data", folder / "site" / "matrix_kill_counter-1.0.dist-info"
    data.mkdir(parents=True)
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(_METADATA)
    (metadata / "entry_points.txt").write_text(_ENTRY_POINT)
    people = folder / "people.toml"
    people.write_text("".join(_PERSON.format(id=id_, role=_role(id_), user=user) for id_, user in users.items()))
    (data / "chatops.toml").write_text(_SETTINGS.format(people=people))
    return data


def _role(person: str) -> str:
    word = person.partition("-")[0]
    return {"lead": "pod_lead", "friend": "agent", "newcomer": "agent"}.get(word, word)
