"""Tokens over the months: who made them is in the audit, the old ones are forgotten, the doctor names the doubtful."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from chatops import calling
from chatops.api.scopes import Scope
from chatops.api.token_audit import OPERATOR, TokenAudit, teller
from chatops.api.token_checkup import token_checkup
from chatops.api.token_tools import TokenTools
from chatops.api.tokens import BadToken, Tokens
from chatops.core.journal import AuditRecord, audit_chain
from chatops.engine.upkeep import PURGE_EVERY, Upkeep
from chatops.errors import StoreUnavailable
from chatops.testing.records import MemoryRecords
from chatops.testing.stage import Stage, person
from live_house import until
from rest_house import RestHouse

DAY = timedelta(days=1)


class Office:
    """A stage with tokens, and the operators' tools for them."""

    def __init__(self) -> None:
        self.stage = Stage(people=[person("anna", "agent"), person("ben", "agent")], plugins=[TokenAudit()])
        self.clock, self.directory = self.stage.clock, self.stage.directory
        self.tokens = Tokens(MemoryRecords(), self.directory, self.clock)
        tell = teller(self.stage.store, self.stage.codec, self.stage.engine.ring)
        self.tools = {tool.name: tool.run for tool in TokenTools(self.tokens, self.clock, tell).tools()}
        self.look = token_checkup(self.tokens, self.directory, self.clock).run

    async def create(self, who: str = "anna", *, expires: str = "", name: str = "") -> str:
        """Make a token; return its id."""
        made = await self.tools["create"]({"person": who, "scope": "read", "expires": expires, "name": name})
        return made.splitlines()[0].split("_")[1]

    async def audit(self) -> list[AuditRecord]:
        """Return what the audit says of operators."""
        await self.stage.settle()
        entries = await self.stage.store.entries(audit_chain(OPERATOR))
        return [self.stage.codec.decode_as(AuditRecord, one.payload) for one in entries if one.payload]


async def test_making_and_revoking_are_audited() -> None:
    """Each once, as the operator's, with whom it speaks for and until when; never the secret."""
    office = Office()
    async with office.stage:
        made = await office.tools["create"]({"person": "anna", "scope": "read", "expires": "90d", "name": "ci"})
        id_ = made.split("_")[1]
        await office.tools["revoke"]({"id": id_})
        await office.tools["revoke"]({"id": id_})
        with pytest.raises(BadToken):
            await office.tools["create"]({"person": "zoe", "scope": "read", "expires": "", "name": ""})
        records = await office.audit()
        until = office.clock.now() + 90 * DAY
        assert [(one.command, one.identity, one.via, one.subjects) for one in records] == [
            ("token create", "operator", "operator", (f"token:{id_}",)),
            ("token revoke", "operator", "operator", (f"token:{id_}",)),
        ]
        assert records[0].arguments == f"{id_}, for anna, read, until {until:%Y-%m-%d}, ci"
        assert made.splitlines()[0].rpartition("_")[2] not in str(records)


async def test_what_is_done_without_a_server_is_audited_once_one_runs() -> None:
    """The word of it waits in the inbox."""
    office = Office()
    await office.stage.store.open()
    await office.create()
    async with office.stage:
        assert [one.command for one in await office.audit()] == ["token create"]


async def test_a_token_whose_audit_cannot_be_kept_is_not_made() -> None:
    """Nor one revoked without anybody being able to say by whom."""
    office = Office()
    async with office.stage:
        id_ = await office.create()
        office.stage.store.broken = True  # type: ignore[attr-defined]
        for tool, told in (
            ("create", {"person": "anna", "scope": "read", "expires": "", "name": ""}),
            ("revoke", {"id": id_}),
        ):
            with pytest.raises(StoreUnavailable, match="switched the store off"):
                await office.tools[tool](told)
        office.stage.store.broken = False  # type: ignore[attr-defined]
        (token,) = await office.tokens.list()
        assert token.revoked_at is None


async def test_old_ones_are_forgotten() -> None:
    """By upkeep, so many days after they were revoked or have expired; those that open something stay."""
    office = Office()
    async with office.stage:
        stays, revoked = await office.create(), await office.create()
        await office.create(expires="10d")
        later = await office.create(expires="60d")
        await office.tools["revoke"]({"id": revoked})
        store = office.stage.store
        keep = 30 * DAY
        upkeep = Upkeep(store, office.clock, anchor_every=60, keep=keep, forgets=((keep, office.tokens.forget),))
        work = asyncio.ensure_future(upkeep.run())
        for days, left in ((29, 4), (2, 3), (10, 2), (60, 1)):
            await office.stage.advance(days * DAY + timedelta(seconds=PURGE_EVERY))
            assert len(await office.tokens.list()) == left
            assert later in {one.id for one in await office.tokens.list()} or days == 60
        work.cancel()
        assert [one.id for one in await office.tokens.list()] == [stays]


async def test_all_are_listed() -> None:
    """However many there are; with the day each was used last."""
    office = Office()
    async with office.stage:
        for _one in range(503):
            await office.tokens.create("anna", [Scope.READ])
        _token, shown = await office.tokens.create("ben", [Scope.READ])
        await office.tokens.caller(shown)
        lines = (await office.tools["list"]({})).splitlines()
        assert len(lines) == 504
        assert lines[-1].endswith(f"last used {office.clock.now():%Y-%m-%d}")


async def test_the_doctor_names_the_doubtful() -> None:
    """Those that never end, those that end within a fortnight, those whose person has gone; revoked ones do not count."""
    office = Office()
    async with office.stage:
        (well,) = await office.look()
        assert (well.state, well.detail) == ("ok", "0 in use")
        endless, _fine = await office.create(name="ci"), await office.create(expires="15d")
        ending, gone = await office.create(expires="14d"), await office.create("ben", expires="90d")
        await office.tools["revoke"]({"id": await office.create()})
        office.directory.add(person("ben", "guest"))
        found = await office.look()
        assert {one.state for one in found} == {"warning"}
        assert [one.detail for one in found] == [
            f"{endless} (ci) never expire",
            f"{ending} (anna) expire within 14 days",
            f"{gone} (ben) open nothing, since their person has gone or is a guest",
        ]
        await office.tools["revoke"]({"id": ending})
        await office.tools["revoke"]({"id": gone})
        for _one in range(8):
            await office.create()
        (warning,) = await office.look()
        assert warning.detail.endswith("and 4 more never expire")


async def test_the_server_audits_and_examines(rest: RestHouse) -> None:
    """The whole: a tool used through the operator's door writes the audit, and the doctor looks at tokens."""
    app, told = rest.app, {"person": "agent-1", "scope": "read"}
    made = await asyncio.to_thread(calling.use, app.url, app.folder.path, "token", "create", told)
    (entry, *_none) = await until(lambda: app.store.entries(audit_chain(OPERATOR)))
    assert made.split("_")[1] in (entry.payload or "")
    findings = await asyncio.to_thread(calling.doctor, app.url, app.folder.path)
    assert [one.state for one in findings if one.name == "tokens"] == ["warning"]
