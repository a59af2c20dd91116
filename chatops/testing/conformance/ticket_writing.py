"""Ticket systems: comments, changes, and the same write again."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from chatops.errors import Conflict, Invalid, Unsupported
from chatops.ports.tickets import (
    Audience,
    Comment,
    NewTicket,
    Priority,
    Ref,
    Status,
    Ticket,
    TicketPatch,
    TicketQuery,
)
from chatops.testing.conformance.ticket_premises import HARD_TEXTS, Premises, new_word


class Commenting:
    """Writing on cases."""

    async def test_comments_come_back_oldest_first(self, premises: Premises) -> None:
        """With a limit, the newest remain."""
        ref = (await premises.ticket()).ref
        for number in range(4):
            premises.pass_time(timedelta(minutes=1))
            await premises.system.comment(ref, f"Comment {number}", Audience.INTERNAL, premises.write())
        everything = await premises.system.comments(ref)
        assert [comment.text for comment in everything] == [f"Comment {number}" for number in range(4)]
        assert [comment.at for comment in everything] == sorted(comment.at for comment in everything)
        newest = await premises.system.comments(ref, limit=2)
        assert [comment.text for comment in newest] == ["Comment 2", "Comment 3"]

    @pytest.mark.parametrize("audience", list(Audience))
    async def test_the_audience_is_kept_or_refused(self, premises: Premises, audience: Audience) -> None:
        """An internal note never becomes public, nor the other way round."""
        can = premises.system.capabilities
        ref = (await premises.ticket()).ref
        if can.internal_comments if audience is Audience.INTERNAL else can.public_comments:
            written = await premises.system.comment(ref, "Hello", audience, premises.write())
            assert written.audience is audience
            assert [comment.audience for comment in await premises.system.comments(ref)] == [audience]
        else:
            with pytest.raises(Unsupported):
                await premises.system.comment(ref, "Hello", audience, premises.write())
            assert not await premises.system.comments(ref)

    @pytest.mark.parametrize("text", HARD_TEXTS)
    async def test_texts_are_kept_as_they_are(self, premises: Premises, text: str) -> None:
        """Nothing in a text means anything."""
        ref = (await premises.ticket(text, text=text)).ref
        await premises.system.comment(ref, text, Audience.INTERNAL, premises.write())
        assert [comment.text for comment in await premises.system.comments(ref)] == [text]
        assert (await premises.system.get(ref)).description == text

    async def test_the_limit_is_in_bytes(self, premises: Premises) -> None:
        """As long as the limit says is allowed; longer is refused and nothing is written."""
        limit = premises.system.capabilities.comment_limit
        ref = (await premises.ticket()).ref
        longest = "ä" * (limit // 2)
        assert (await premises.system.comment(ref, longest, Audience.INTERNAL, premises.write())).text == longest
        with pytest.raises(Invalid) as refused:
            await premises.system.comment(ref, longest + "äö", Audience.INTERNAL, premises.write())
        assert refused.value.fields
        assert len(await premises.system.comments(ref)) == 1


class Changing:
    """Patches, locks and refused values."""

    async def test_what_is_unset_stays(self, premises: Premises) -> None:
        """Changing one field leaves the others alone."""
        made = await premises.ticket(owner=premises.staff[0])
        changed = await premises.system.update(made.ref, TicketPatch(priority=Priority.LOW), premises.write())
        assert changed.priority is Priority.LOW
        assert (changed.owner, changed.queue, changed.subject) == (made.owner, made.queue, made.subject)
        assert changed == await premises.system.get(made.ref)

    async def test_none_clears(self, premises: Premises) -> None:
        """An owner can be taken away, and given."""
        made = await premises.ticket(owner=premises.staff[0])
        cleared = await premises.system.update(made.ref, TicketPatch(owner=None), premises.write())
        assert cleared.owner is None
        given = await premises.system.update(made.ref, TicketPatch(owner=premises.staff[1]), premises.write())
        assert given.owner is not None
        assert given.owner.ref.id == premises.staff[1].id

    async def test_tags_come_and_go(self, premises: Premises) -> None:
        """Adding one that is there, or removing one that is not, is harmless."""
        ref = (await premises.ticket()).ref
        await premises.system.update(ref, TicketPatch(add_tags=("red", "blue")), premises.write())
        patch = TicketPatch(add_tags=("red",), remove_tags=("blue", "green"))
        assert (await premises.system.update(ref, patch, premises.write())).tags == ("red",)

    @pytest.mark.parametrize("status", [Status.OPEN, Status.WAITING, Status.ON_HOLD, Status.RESOLVED])
    async def test_every_status_can_be_set(self, premises: Premises, status: Status) -> None:
        """It reads back as ours, and only a resolved case is not open."""
        ref = (await premises.ticket()).ref
        changed = await premises.system.update(ref, TicketPatch(status=status), premises.write())
        assert changed.status is status
        assert changed.vendor_status
        assert changed.open is (status is not Status.RESOLVED)

    async def test_unknown_is_no_status_to_set(self, premises: Premises) -> None:
        """It is only for reading words we do not know."""
        ref = (await premises.ticket()).ref
        with pytest.raises(Invalid):
            await premises.system.update(ref, TicketPatch(status=Status.UNKNOWN), premises.write())

    async def test_values_that_do_not_exist_are_named(self, premises: Premises) -> None:
        """The refusal says which field it is about, and nothing is written."""
        nobody = Ref(system=premises.system.name, kind="person", id="no-such-person")
        word = new_word()
        with pytest.raises(Invalid) as refused:
            await premises.system.create(NewTicket(subject=word, owner=nobody), premises.write())
        assert "owner" in refused.value.fields
        with pytest.raises(Invalid) as refused:
            await premises.system.create(NewTicket(subject="  "), premises.write())
        assert "subject" in refused.value.fields
        made = await premises.ticket(owner=premises.staff[0])
        with pytest.raises(Invalid):
            await premises.system.update(made.ref, TicketPatch(owner=nobody, subject=word), premises.write())
        assert await premises.system.get(made.ref) == made
        assert not (await premises.system.search(TicketQuery(text=word))).items

    async def test_a_stale_version_is_a_conflict(self, premises: Premises) -> None:
        """Whoever says what they saw learns that it has moved on; whoever does not, wins."""
        if not premises.system.capabilities.exact_lock:
            pytest.skip("the system's lock is not exact")
        seen = await premises.ticket()
        assert seen.version.strength == "exact"
        patch = TicketPatch(priority=Priority.HIGH)
        current = await premises.system.update(seen.ref, patch, premises.write(expect=seen.version))
        assert current.version != seen.version
        with pytest.raises(Conflict):
            await premises.system.update(
                seen.ref, TicketPatch(status=Status.RESOLVED), premises.write(expect=seen.version)
            )
        assert await premises.system.get(seen.ref) == current
        blind = await premises.system.update(seen.ref, TicketPatch(priority=Priority.LOW), premises.write())
        assert blind.priority is Priority.LOW

    async def test_of_many_at_once_one_wins(self, premises: Premises) -> None:
        """Five changes on the same version: one is made, four are conflicts."""
        if not premises.system.capabilities.exact_lock:
            pytest.skip("the system's lock is not exact")
        seen = await premises.ticket()
        changes = (
            premises.system.update(
                seen.ref, TicketPatch(subject=f"Changed {number}"), premises.write(expect=seen.version)
            )
            for number in range(5)
        )
        outcomes = await asyncio.gather(*changes, return_exceptions=True)
        assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 4
        winner = next(outcome for outcome in outcomes if isinstance(outcome, Ticket))
        assert await premises.system.get(seen.ref) == winner


class Repeating:
    """The same key again: no second effect, the same result."""

    async def test_a_case_is_created_once(self, premises: Premises) -> None:
        """One after the other, and all at once."""
        context, word = premises.write(), new_word()
        new = NewTicket(subject=f"Once {word}", queue=premises.queue)
        first = await premises.system.create(new, context)
        assert await premises.system.create(new, context) == first
        other = premises.write()
        crowd = await asyncio.gather(*(premises.system.create(new, other) for _number in range(5)))
        assert len({ticket.ref.id for ticket in crowd}) == 1
        assert len((await premises.system.search(TicketQuery(text=word))).items) == 2

    async def test_a_comment_is_written_once(self, premises: Premises) -> None:
        """One after the other, and all at once."""
        ref = (await premises.ticket()).ref
        context = premises.write()
        first = await premises.system.comment(ref, "Once", Audience.INTERNAL, context)
        assert await premises.system.comment(ref, "Once", Audience.INTERNAL, context) == first
        other = premises.write()
        writes = (premises.system.comment(ref, "Twice?", Audience.INTERNAL, other) for _number in range(5))
        crowd: list[Comment] = await asyncio.gather(*writes)
        assert len({comment.ref.id for comment in crowd}) == 1
        assert [comment.text for comment in await premises.system.comments(ref)] == ["Once", "Twice?"]

    async def test_a_change_is_made_once(self, premises: Premises) -> None:
        """A late repetition does not undo what others changed since."""
        ref = (await premises.ticket()).ref
        early = premises.write()
        waiting = TicketPatch(status=Status.WAITING)
        first = await premises.system.update(ref, waiting, early)
        assert await premises.system.update(ref, waiting, early) == first
        await premises.system.update(ref, TicketPatch(status=Status.OPEN), premises.write())
        await premises.system.update(ref, waiting, early)
        assert (await premises.system.get(ref)).status is Status.OPEN

    async def test_a_repeated_change_is_no_conflict(self, premises: Premises) -> None:
        """The version it was made on is gone by its own doing."""
        made = await premises.ticket()
        context = premises.write(expect=made.version)
        patch = TicketPatch(status=Status.WAITING)
        first = await premises.system.update(made.ref, patch, context)
        assert await premises.system.update(made.ref, patch, context) == first

    async def test_different_keys_are_different_writes(self, premises: Premises) -> None:
        """Ten comments at once are ten comments."""
        ref = (await premises.ticket()).ref
        writes = (
            premises.system.comment(ref, f"Comment {number}", Audience.INTERNAL, premises.write())
            for number in range(10)
        )
        await asyncio.gather(*writes)
        texts = {comment.text for comment in await premises.system.comments(ref, limit=50)}
        assert texts == {f"Comment {number}" for number in range(10)}

    async def test_a_refused_write_can_be_made_right(self, premises: Premises) -> None:
        """Nothing was done under the key, so it is still free."""
        ref = (await premises.ticket()).ref
        context = premises.write()
        too_long = "x" * (premises.system.capabilities.comment_limit + 1)
        with pytest.raises(Invalid):
            await premises.system.comment(ref, too_long, Audience.INTERNAL, context)
        written = await premises.system.comment(ref, "Short", Audience.INTERNAL, context)
        assert written.text == "Short"
