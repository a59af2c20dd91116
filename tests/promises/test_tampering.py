"""Promise 9 on the whole server: whoever edits its database is found out by `chatops audit verify`."""

# ruff: noqa: S608 - the statements are this file's own

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chatops.cli import cli
from chatops.core.journal import ZERO, Head, NewEntry, Seal, xor
from chatops.storage.sqlite_rows import read
from live_house import House, furnish
from running import Ran, chatops

pytestmark = [pytest.mark.timeout(60), pytest.mark.may_block("the command line serves nobody else")]

AUDIT = "audit:person:agent-1"
TIMELINE = "timeline:swarm:1"
FORGER = Seal(b"a key that somebody made up, of the right length")

Edit = Callable[[sqlite3.Connection], object]


async def lead_a_life(house: House) -> None:
    """Swarms, refusals, several lanes, and two anchors among them."""
    async with house:
        await house.say("agent-1", "swarm open demo:1001 refund loops")
        await house.quiet()
        await house.say("agent-1", "swarm question SW-1 which provider?")
        await house.say("agent-1", "swarm answer SW-1 Q1 the new one")
        await house.say("clerk-1", "swarm cancel SW-1 because I say so")
        await house.quiet()
        await house.app.store.anchor()
        await house.say("agent-1", "swarm cancel SW-1 because it was solved by phone")
        await house.say("clerk-2", "whoami")
        await house.quiet()
        await house.app.store.anchor()
        await house.say("agent-1", "@chatops swarm list", room="general")
        await house.quiet()


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a server that did some work and was stopped."""
    data = furnish(tmp_path_factory.mktemp("sound"))
    asyncio.run(lead_a_life(House(data)))
    return data


@pytest.fixture
def data(sound: Path, tmp_path: Path) -> Path:
    """This test's own copy of it."""
    return Path(shutil.copytree(sound, tmp_path / "data"))


def edited(data: Path, edit: Edit) -> Ran:
    """Edit the database of a folder, and verify it: the command line, without a process of its own."""
    with closing(sqlite3.connect(data / "chatops.db")) as db:
        edit(db)
        db.commit()
    ran = CliRunner().invoke(cli, ["audit", "verify", "--data", str(data)], catch_exceptions=False)
    return Ran(ran.exit_code, ran.stdout, ran.stderr)


def sql(statement: str) -> Edit:
    """Return an edit that changes something."""

    def edit(db: sqlite3.Connection) -> None:
        assert db.execute(statement).rowcount > 0, statement

    return edit


def set_field(column: str, value: str, chain: str = AUDIT) -> Edit:
    """Return an edit of one field of a chain's second entry."""
    return sql(f"UPDATE journal SET {column} = {value} WHERE chain = '{chain}' AND seq = 2")


def swap(db: sqlite3.Connection) -> None:
    """Two entries change places."""
    for before, after in ((2, -1), (3, 2), (-1, 3)):
        db.execute("UPDATE journal SET seq = ? WHERE chain = ? AND seq = ?", (after, AUDIT, before))


def cut_middle(db: sqlite3.Connection) -> None:
    """An entry goes, and those after it move up."""
    db.execute("DELETE FROM journal WHERE chain = ? AND seq = 2", (AUDIT,))
    for (seq,) in db.execute("SELECT seq FROM journal WHERE chain = ? AND seq > 2 ORDER BY seq", (AUDIT,)).fetchall():
        db.execute("UPDATE journal SET seq = ? WHERE chain = ? AND seq = ?", (seq - 1, AUDIT, seq))


def cut_tail(db: sqlite3.Connection) -> None:
    """The newest entry goes, and the head is set back to the one before."""
    (seq,) = db.execute("SELECT MAX(seq) FROM journal WHERE chain = ?", (TIMELINE,)).fetchone()
    db.execute("DELETE FROM journal WHERE chain = ? AND seq = ?", (TIMELINE, seq))
    (mac,) = db.execute("SELECT mac FROM journal WHERE chain = ? AND seq = ?", (TIMELINE, seq - 1)).fetchone()
    db.execute("UPDATE journal_head SET seq = ?, mac = ? WHERE chain = ?", (seq - 1, mac, TIMELINE))


def remove_lane(db: sqlite3.Connection) -> None:
    """A whole lane goes, with its head and what the ledger holds of it: that needs no key."""
    (seal,) = db.execute("SELECT seal FROM journal_head WHERE chain = 'audit:person:clerk-1'").fetchone()
    gone = db.execute("DELETE FROM journal WHERE chain = 'audit:person:clerk-1'").rowcount
    db.execute("DELETE FROM journal_head WHERE chain = 'audit:person:clerk-1'")
    (total,) = db.execute("SELECT total FROM ledger").fetchone()
    db.execute("UPDATE ledger SET total = ?, entries = entries - ?", (xor(total, seal), gone))
    assert gone > 0


def recompute(db: sqlite3.Connection) -> None:
    """One word is changed, and everything there is made anew with a key of the forger's: chains, heads, ledger, anchors."""
    db.execute("UPDATE journal SET payload = replace(payload, 'cancel', 'praise') WHERE chain = ?", (AUDIT,))
    total, count = ZERO, 0
    heads: dict[str, Head] = {}
    rows = db.execute("SELECT id, chain, kind, recorded_at, payload, salt FROM journal ORDER BY id").fetchall()
    for id_, chain, kind, at, payload, salt in rows:
        before = heads.get(chain)
        new = NewEntry(chain=chain, kind=kind, payload=payload, salt=salt)
        made, heads[chain] = FORGER.append(new, recorded_at=read(at), before=before)
        total = xor(total, heads[chain].seal, *(() if before is None else (before.seal,)))
        count += 1
        db.execute("UPDATE journal SET commitment = ?, mac = ? WHERE id = ?", (made.commitment, made.mac, id_))
    for head in heads.values():
        db.execute("UPDATE journal_head SET mac = ?, seal = ? WHERE chain = ?", (head.mac, head.seal, head.chain))
    db.execute("UPDATE ledger SET total = ?, seal = ?", (total, FORGER.ledger("sqlite", total, count).seal))
    db.execute("DELETE FROM anchor")


FOUND_BY: dict[str, tuple[Edit, str]] = {
    "a field of the audit": (set_field("payload", "replace(payload, 'question', 'nonsense')"), f"{AUDIT}, entry 2"),
    "a field of a timeline": (set_field("payload", "replace(payload, 'a', 'b')", TIMELINE), f"{TIMELINE}, entry 2"),
    "when it was": (set_field("recorded_at", "'2026-01-01T00:00:00.000000+00:00'"), f"{AUDIT}, entry 2"),
    "what it was": (set_field("kind", "'audit.other'"), f"{AUDIT}, entry 2"),
    "emptied": (set_field("payload", "NULL, salt = NULL"), f"{AUDIT}, entry 2"),
    "swapped": (swap, f"{AUDIT}, entry 2"),
    "deleted in the middle": (sql(f"DELETE FROM journal WHERE chain = '{AUDIT}' AND seq = 2"), f"{AUDIT}: entry 2"),
    "deleted in the middle and moved up": (cut_middle, f"{AUDIT}, entry 2"),
    "deleted at the tail": (cut_tail, f"{TIMELINE}: its head"),
    "a whole lane deleted": (remove_lane, "ledger"),
    "made anew without the key": (recompute, AUDIT),
    "the anchors deleted": (sql("DELETE FROM anchor WHERE number = 1"), "Anchor 1"),
}


def test_an_honest_folder_is_whole(data: Path) -> None:
    """Nothing was edited, nothing is found."""
    for verified in (edited(data, lambda _db: None), chatops("audit", "verify", folder=data)):
        assert (verified.code, verified.out) == (0, "The journals are whole.\n")


@pytest.mark.parametrize(("edit", "where"), FOUND_BY.values(), ids=FOUND_BY.keys())
def test_an_edit_is_found(data: Path, edit: Edit, where: str) -> None:
    """With exit code 1, a line that says where, and no traceback."""
    verified = edited(data, edit)

    assert verified.code == 1
    assert where in verified.out
    assert "tampered" in verified.out.splitlines()[-1]
    assert "Traceback" not in verified.err


def test_an_older_copy_is_found(sound: Path, data: Path) -> None:
    """Everything put back to how it once was, but for the newest anchor."""

    def go_back(db: sqlite3.Connection) -> None:
        (number,) = db.execute("SELECT MAX(number) FROM anchor").fetchone()
        assert number >= 2
        (entries,) = db.execute("SELECT entries FROM anchor WHERE number = ?", (number - 1,)).fetchone()
        rows = db.execute("SELECT id FROM journal ORDER BY id").fetchall()
        db.execute("DELETE FROM journal WHERE id > ?", (rows[entries - 1][0],))

    assert edited(data, go_back).code == 1


def test_the_server_runs_on_and_the_finding_stays(data: Path) -> None:
    """What was edited is neither sealed again nor a reason to stop working."""
    before = edited(data, set_field("payload", "replace(payload, 'question', 'nonsense')"))
    assert before.code == 1

    assert chatops("do", "whoami", folder=data).code == 0

    after = chatops("audit", "verify", folder=data)
    assert after.code == 1
    assert f"{AUDIT}, entry 2" in after.out
