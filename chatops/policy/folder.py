"""What a folder holds: settings, people, pods, rules, and the scenarios to try them with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from chatops.core.frozen import Frozen
from chatops.errors import SettingsError
from chatops.people.roster import Company, read_company
from chatops.policy.scenarios import Scenario, read_scenarios
from chatops.rules.files import read_policy
from chatops.rules.model import Policy
from chatops.settings import SETTINGS_NAME, Settings, load


class Folder(Frozen, frozen=True, kw_only=True):
    """Everything a policy consists of."""

    company: Company
    policy: Policy
    scenarios: tuple[Scenario, ...] = ()
    wait: int = 600
    """Seconds an invitation stands."""
    scan: int = 60
    """Seconds between looks."""


def read_folder(folder: Path) -> tuple[Folder | None, Sequence[str]]:
    """Read what the settings in it name, else `people.toml`, `pods.toml`, `rules.toml`, and every `*.tests.toml`.

    Blocking. Return what was found wrong beside it; nothing to try when people or rules cannot be read.
    """
    problems: list[str] = []
    company = policy = None
    settings = Settings()
    try:
        named = folder / SETTINGS_NAME
        settings = load(named if named.is_file() else None)
        people = settings.people.file or _own(folder, "people.toml")
        company = read_company(people, settings.people.pods or _own(folder, "pods.toml"))
    except SettingsError as error:
        problems += str(error).splitlines()
    rules = settings.rules.file or _own(folder, "rules.toml")
    try:
        pods = None if company is None else [pod.id for pod in company.pods]
        policy = Policy() if rules is None else read_policy(rules, pods)
    except SettingsError as error:
        problems += str(error).splitlines()
    scenarios: list[Scenario] = []
    for file in sorted(folder.glob("*.tests.toml")):
        try:
            scenarios += read_scenarios(file)
        except SettingsError as error:
            problems += str(error).splitlines()
    if company is None or policy is None:
        return None, problems
    return (
        Folder(
            company=company,
            policy=policy,
            scenarios=tuple(scenarios),
            wait=settings.swarm.wait,
            scan=settings.rules.scan,
        ),
        problems,
    )


def _own(folder: Path, name: str) -> Path | None:
    return folder / name if (folder / name).is_file() else None
