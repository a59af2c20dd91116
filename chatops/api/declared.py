"""From the settings to who is called and who may call. Reads the files with the secrets, so it blocks; at the start only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from chatops.core.frozen import Body
from chatops.errors import SettingsError
from chatops.settings import Settings
from chatops.webhooks import templates
from chatops.webhooks.addresses import wrong_with
from chatops.webhooks.endpoints import Declared, Endpoint, Hook
from chatops.webhooks.signing import read_secrets


def declared(settings: Settings, facts: Iterable[type[Body]]) -> Declared:
    """Return what the settings declare. `facts`: what may be told. Raise a StartError that names the setting."""
    return Declared(webhooks=endpoints_of(settings, (fact.kind for fact in facts)), hooks=hooks_of(settings))


def endpoints_of(settings: Settings, kinds: Iterable[str]) -> tuple[Endpoint, ...]:
    """Return who is told what happens. `kinds`: the events there are. Raise a StartError that names the setting."""
    _once("webhooks", [one.name for one in settings.webhooks])
    known = frozenset(kinds)
    families = {f"{kind.partition('.')[0]}.*" for kind in known}
    found = []
    for one in settings.webhooks:
        where = f"webhooks.{one.name}"
        wrong = wrong_with(one.url, allow_private=one.allow_private)
        if wrong is not None:
            message = f"{where}: the address {wrong}."
            raise SettingsError(message)
        unknown = [event for event in one.events if event not in known | families | {"*"}]
        if unknown or not one.events:
            what = f"there is no event {unknown[0]}" if unknown else "events is empty"
            message = f"{where}: {what}. Events are {', '.join(sorted(known))}."
            raise SettingsError(message)
        found.append(
            Endpoint(
                name=one.name,
                url=one.url,
                secrets=read_secrets(one.secret_file, where),
                events=one.events,
                allow_private=one.allow_private,
                private=one.private,
            )
        )
    return tuple(found)


def hooks_of(settings: Settings) -> tuple[Hook, ...]:
    """Return who may tell us something. Raise a StartError that names the setting."""
    _once("hooks", [one.name for one in settings.hooks])
    found = []
    for one in settings.hooks:
        where = f"hooks.{one.name}"
        for name, template in (("template", one.template), *one.fields.items()):
            try:
                templates.check(template)
            except ValueError as error:
                message = f"{where}: {name} {error}."
                raise SettingsError(message) from error
        found.append(
            Hook(
                name=one.name,
                secrets=read_secrets(one.secret_file, where),
                room=one.room,
                template=one.template,
                command=one.command,
                person=one.person,
                fields=one.fields,
            )
        )
    return tuple(found)


def _once(setting: str, names: list[str]) -> None:
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        message = f"{setting}: two are called {twice[0]}. Names are unique."
        raise SettingsError(message)
