"""The company whose server on Teams is killed: who they are, where they talk, and the server's settings."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path

from kill_company import CASES, NAMED, OWNERS
from teams_house import as_toml
from teams_people import NETWORK, TeamsPerson
from teams_simulator import TeamsSimulator

GROUPS = ("support", "general")
"""Group chats with everybody and the server in them."""

_PERSON = """
[[people]]
id = "{id}"
name = "{id}"
roles = ["{role}"]
max_load = 50
skills = {{ refunds = 4 }}
identities = {{ {network} = {{ tenant = "{tenant}", id = "{object_id}" }}, demo = "{id}" }}
"""

_SETTINGS = """
demo = true

[server]
port = {port}

[people]
file = "{people}"

[plugins]
enabled = ["local_tickets", "teams_network", "teams_kill_counter"]

[plugins.local_tickets]
name = "demo"
seed = "chatops.demo:company/tickets.toml"

{teams}

[operator]
acts_as = "agent-1"

[engine]
flood_burst = 1000000
anchor_every = 0.5

[log]
level = "warning"
format = "text"
"""

_METADATA = "Metadata-Version: 2.1\nName: teams-kill-counter\nVersion: 1.0\n"
_ENTRY_POINT = "[chatops.plugins]\nteams_kill_counter = teams_kill_counter:Offers\n"


def everybody(stories: int) -> tuple[str, ...]:
    """Return all people: those who speak, and one friend for each story."""
    return (*NAMED, *(friend(case) for case in CASES[:stories]))


def friend(case: str) -> str:
    """Return who joins the swarm on a case."""
    return f"friend-{case}"


def owner(case: str) -> str:
    """Return who opens it."""
    return OWNERS[case]


def title(case: str) -> str:
    """Return what a swarm is about."""
    return f"story-{case}"


def found(folder: Path, simulator: TeamsSimulator, people: Mapping[str, TeamsPerson]) -> Path:
    """Make everything below `folder`, let the simulator know where the server will be; return the data folder."""
    data, metadata = folder / "data", folder / "site" / "teams_kill_counter-1.0.dist-info"
    data.mkdir(parents=True)
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(_METADATA)
    (metadata / "entry_points.txt").write_text(_ENTRY_POINT)
    company, secret = folder / "people.toml", folder / "secret"
    company.write_text("".join(_of(id, person) for id, person in people.items()))
    secret.write_text(simulator.secret)
    secret.chmod(0o600)
    port = free_port()
    teams = as_toml("plugins.teams_network", simulator.settings(client_secret_file=str(secret)))
    (data / "chatops.toml").write_text(_SETTINGS.format(people=company, port=port, teams=teams))
    simulator.bot.endpoint = f"http://127.0.0.1:{port}/api/messages"
    return data


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def _of(id: str, person: TeamsPerson) -> str:
    word = id.partition("-")[0]
    role = {"lead": "pod_lead", "friend": "agent"}.get(word, word)
    identity = person.identity
    return _PERSON.format(id=id, role=role, network=NETWORK, tenant=identity.tenant, object_id=identity.id)
