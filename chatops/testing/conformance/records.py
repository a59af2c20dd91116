"""What every implementation of `chatops.ports.records.Records` must keep, one test per promise.

class TestMyRecords(RecordsSuite):
    @pytest.fixture
    def space(self) -> Callable[[str], Records]:
        return lambda namespace: MyRecords(..., namespace)
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from chatops.errors import Conflict
from chatops.ports.records import Records, Write


def ticket(id: str, **fields: Any) -> Write:
    """A document to write."""
    return Write(**{"kind": "ticket", "id": id, "body": {"id": id}, **fields})


class RecordsSuite:
    """All promises."""

    @pytest.fixture
    def space(self) -> Any:
        """Give what makes the documents of a namespace: the same ones for the same name. To be overridden."""
        raise NotImplementedError

    @pytest.fixture
    def records(self, space: Callable[[str], Records]) -> Records:
        """One namespace's documents."""
        return space("local")

    async def test_a_document_comes_back_whole(self, records: Records) -> None:
        """Body, columns, text and version; None for another kind or id."""
        body = {"subject": "ünï \0 😀", "n": [1, 2.5, None, True], "deep": {"a": {}}}
        assert await records.write(ticket("1", body=body, columns={"state": "open"}, text="refund")) == [1]

        found = await records.get("ticket", "1")
        assert found is not None
        assert (found.kind, found.id, found.version, found.body) == ("ticket", "1", 1, body)
        assert (dict(found.columns), found.text) == ({"state": "open"}, "refund")
        assert await records.get("ticket", "2") is None
        assert await records.get("customer", "1") is None

    @pytest.mark.parametrize("name", ["x" * 600, "nul\0", "half\ud800"], ids=["long", "NUL", "surrogate"])
    async def test_what_cannot_be_stored_is_not_there(self, records: Records, name: str) -> None:
        """Asked for by a name that no database takes, documents are simply not found."""
        assert await records.get("ticket", name) is None
        assert not await records.find("ticket", state=name)
        assert not await records.search("ticket", name)

    async def test_versions_count_writes(self, records: Records) -> None:
        """Each write adds one, within one call too."""
        assert await records.write(ticket("1"), ticket("2"), ticket("1")) == [1, 1, 2]
        assert await records.write(ticket("1")) == [3]

    async def test_expectations(self, records: Records) -> None:
        """0: it must be new; a number: it must stand there; None: whatever. When one fails nothing is written."""
        await records.write(ticket("1", expected=0))
        await records.write(ticket("1", expected=1))
        for wrong in (0, 1, 3):
            with pytest.raises(Conflict):
                await records.write(ticket("2"), ticket("1", expected=wrong, body={"lost": True}))
        with pytest.raises(Conflict):
            await records.write(ticket("3", expected=1))

        assert await records.get("ticket", "2") is None
        found = await records.get("ticket", "1")
        assert found is not None
        assert (found.version, found.body) == (2, {"id": "1"})

    async def test_of_many_writers_one_wins(self, records: Records) -> None:
        """With the same expectation, 20 at once, one write goes through."""
        outcomes = await asyncio.gather(
            *(records.write(ticket("1", expected=0)) for _ in range(20)), return_exceptions=True
        )
        assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 19

    async def test_at_most_four_columns(self, records: Records) -> None:
        """A fifth column is a mistake."""
        with pytest.raises(ValueError, match="columns"):
            await records.write(ticket("1", columns=dict.fromkeys("abcde", "x")))

    async def test_find_by_columns_in_order_of_first_writing(self, records: Records) -> None:
        """All columns must fit; pages; newest first on request; a later write does not move a document."""
        for id_ in "zamb":
            await records.write(ticket(id_, columns={"state": "open", "queue": "q1" if id_ in "za" else "q2"}))
        await records.write(ticket("z", columns={"state": "closed", "queue": "q1"}))

        async def found(**wanted: Any) -> list[str]:
            return [record.id for record in await records.find("ticket", **wanted)]

        assert await found() == ["z", "a", "m", "b"]
        assert await found(state="open") == ["a", "m", "b"]
        assert await found(state="open", queue="q1") == ["a"]
        assert await found(queue="q1") == ["z", "a"]
        assert await found(limit=2, offset=1) == ["a", "m"]
        assert await found(newest=True, limit=2) == ["b", "m"]
        assert await found(nothing="x") == []

    async def test_search_finds_words_best_first(self, records: Records) -> None:
        """Any of the words, whatever their case; who has more of them comes first."""
        await records.write(
            ticket("1", text="Refund loops for ever"),
            ticket("2", text="Printer on fire"),
            ticket("3", text="The refund of the refund, in loops"),
            Write(kind="article", id="9", body={}, text="refund"),
        )

        assert {record.id for record in await records.search("ticket", "REFUND")} == {"1", "3"}
        assert {record.id for record in await records.search("ticket", "loops fire")} == {"1", "2", "3"}
        best = await records.search("ticket", "refund loops ever", limit=1)
        assert [record.id for record in best] == ["1"]
        assert not await records.search("ticket", "refunding")

    async def test_search_follows_writes(self, records: Records) -> None:
        """New words are found, old ones no more; nothing of a deleted document is."""
        await records.write(ticket("1", text="alpha"), ticket("2", text="alpha"))
        await records.write(ticket("1", text="beta"))
        await records.delete("ticket", "2")

        assert not await records.search("ticket", "alpha")
        assert [record.id for record in await records.search("ticket", "beta")] == ["1"]

    @pytest.mark.parametrize(
        "text",
        ["", " ", '"', "'", '""" OR 1', "a AND", "NOT", "NEAR(", "x*", "^x", "text:x", "-", "(", "\0", "a\0b", "%_", ";--",
         "😀", "{}", "+", "\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace")],
    )  # fmt: skip
    async def test_any_text_is_safe(self, records: Records, text: str) -> None:
        """Operators and quotes mean nothing."""
        await records.write(ticket("1", text=f"nothing of it {text}"))
        assert len(await records.search("ticket", text)) <= 1
        assert [record.id for record in await records.search("ticket", f"{text} nothing")] == ["1"]

    async def test_deleting(self, records: Records) -> None:
        """It is gone, also by its columns; doing it twice is harmless; a new one starts at version 1."""
        await records.write(ticket("1", columns={"state": "open"}))
        await records.delete("ticket", "1")
        await records.delete("ticket", "1")
        assert await records.get("ticket", "1") is None
        assert not await records.find("ticket", state="open")
        assert await records.write(ticket("1", expected=0)) == [1]

    async def test_numbers(self, records: Records) -> None:
        """Sequences start at 1 and never repeat; each counts for itself."""
        numbers = await asyncio.gather(*(records.number("ticket") for _ in range(20)))
        assert sorted(numbers) == list(range(1, 21))
        assert await records.number("customer") == 1

    async def test_no_namespace_sees_another(self, space: Callable[[str], Records]) -> None:
        """The same kinds and ids in two namespaces are strangers."""
        ours, theirs = space("ours"), space("theirs")
        await ours.write(ticket("1", columns={"state": "open"}, text="secret"))
        await theirs.delete("ticket", "1")

        assert await theirs.get("ticket", "1") is None
        assert not await theirs.find("ticket", state="open")
        assert not await theirs.search("ticket", "secret")
        assert await theirs.write(ticket("1", expected=0)) == [1]
        assert [await ours.number("n"), await theirs.number("n")] == [1, 1]
        assert [record.body for record in await ours.find("ticket")] == [{"id": "1"}]
