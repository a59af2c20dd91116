"""Reactions that stand for buttons."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatops.core.message import ButtonPress, MessageRef, RoomRef
from chatops.errors import Unreachable
from chatops.ports.chat import Line, Outgoing, RenderedButton, RenderedField
from chatops.testing.conformance.chat_stage import Heard
from matrix_bot import NETWORK, speaking
from matrix_ears import until
from matrix_network.buttons import Buttons, marks_of
from matrix_network.marks import KEYCAPS, NOTHING, assigned, bare
from matrix_network.plugin import MatrixNetwork
from matrix_network.render import CARD
from matrix_people import MatrixPerson, Person, Raw
from matrix_proxy import MatrixProxy, delayed
from synapse_server import Login, OwnSynapse, Synapse

FORM = (RenderedField(name="why", label="Why", kind="line", required=True),)
ASKS_IF_IT_CAN = (RenderedField(name="why", label="Why", kind="line"),)


def button(ref: str, **more: Any) -> RenderedButton:
    """A button."""
    return RenderedButton(ref=ref, label=f"Do {ref}", command=f"do {ref}", **more)


def card(*buttons: RenderedButton, text: str = "A card") -> Outgoing:
    """A card."""
    return Outgoing(title=text, text=(Line(text="Choose."),), buttons=buttons)


class TestMarks:
    """Which emoji is given to which button."""

    def test_a_form_that_may_stay_empty_can_be_pressed(self) -> None:
        """A reaction gives no reason, and none is needed."""
        assert dict(assigned([button("a", icon="❌", form=ASKS_IF_IT_CAN)]).meanings) == {"❌": "a"}

    def test_an_icon_is_taken_and_numbers_fill_up(self) -> None:
        """In the order of the buttons; forms get nothing."""
        marks = assigned([button("a", icon="✅"), button("b"), button("c", form=FORM), button("d")])

        assert dict(marks.meanings) == {"✅": "a", KEYCAPS[0]: "b", KEYCAPS[1]: "d"}
        assert marks.shown == ("✅", KEYCAPS[0], KEYCAPS[1])

    def test_two_buttons_never_share_an_icon(self) -> None:
        """Nor do emoji that clients take for the same."""
        marks = assigned(
            [button("a", icon="✔️"), button("b", icon="✔"), button("c", icon="👍"), button("d", icon="👍🏽")]
        )

        assert list(marks.meanings) == ["✔️", KEYCAPS[0], "👍", KEYCAPS[1]]

    def test_what_is_no_emoji_is_no_icon(self) -> None:
        """Letters, markup and the empty string."""
        marks = assigned([button("a", icon="<"), button("b", icon="ok"), button("c", icon="\ufe0f")])

        assert marks.shown == KEYCAPS[:3]

    def test_a_button_keeps_its_emoji(self) -> None:
        """Also when it is gone for a while; a new one gets one the card has never used."""
        first = assigned([button("a", icon="✅"), button("b")])
        second = assigned([button("c", icon="✅"), button("d")], first)
        third = assigned([button("b"), button("a", icon="👀")], second)

        assert second.shown == (KEYCAPS[1], KEYCAPS[2])
        assert third.shown == (KEYCAPS[0], "✅")
        assert third.meaning("✅") == "a"
        assert third.meaning(KEYCAPS[1]) == "c"

    def test_when_all_are_used_up_a_button_is_typed(self) -> None:
        """Ten numbers and twenty-six letters in the life of one card."""
        marks = assigned([button(str(n)) for n in range(40)])

        assert len(marks.shown) == 36
        assert marks.emoji("36") is None

    @pytest.mark.parametrize("click", ["👍", "👍🏽", "👍️", "👍🏿\ufe0f"])
    def test_skin_and_variation_make_no_difference(self, click: str) -> None:
        """Clients add and drop them."""
        assert assigned([button("a", icon="👍🏻")]).meaning(click) == "a"

    @given(st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=5), max_size=6))
    def test_an_emoji_never_changes_its_meaning(self, edits: list[list[str]]) -> None:
        """Over any edits, for clicks that come late."""
        marks, meant = NOTHING, dict[str, str]()
        for refs in edits:
            icons = {"a": "✅", "b": "✅", "c": KEYCAPS[1]}
            marks = assigned([button(ref, icon=icons.get(ref, "")) for ref in refs], marks)
            meant |= {emoji: ref for emoji, ref in marks.meanings.items() if emoji not in meant}
            assert dict(marks.meanings) == meant
            assert [marks.meanings[emoji] for emoji in marks.shown] == list(dict.fromkeys(refs))
            assert len({bare(emoji) for emoji in meant}) == len(meant)


class TestCards:
    """What an event says about its reactions."""

    def event(self, **content: Any) -> Raw:
        """One of ours."""
        return {"sender": "@us:x", "content": {CARD: {"buttons": {"✅": "a"}, "shown": ["✅", "?"]}, **content}}

    def test_our_card_is_believed(self) -> None:
        """As far as it makes sense."""
        marks = marks_of(self.event(), "@us:x")
        assert (dict(marks.meanings), marks.shown) == ({"✅": "a"}, ("✅",))

    def test_somebody_elses_card_has_no_buttons(self) -> None:
        """Whatever it says."""
        assert marks_of(self.event(), "@me:x") == NOTHING

    @pytest.mark.parametrize("odd", [None, 1, [], {"buttons": 1}, {"buttons": {"✅": {}}}, {"shown": "x"}])
    def test_a_spoilt_card_has_no_buttons(self, odd: object) -> None:
        """Nothing raises."""
        assert marks_of({"sender": "@us:x", "content": {CARD: odd}}, "@us:x") == NOTHING

    def test_the_newest_edit_counts(self) -> None:
        """If it is by the sender of the card."""
        new = {"m.new_content": {CARD: {"buttons": {"❌": "b"}, "shown": []}}}
        event = self.event()
        event["unsigned"] = {"m.relations": {"m.replace": {"sender": "@us:x", "content": new}}}
        assert dict(marks_of(event, "@us:x").meanings) == {"❌": "b"}
        event["unsigned"]["m.relations"]["m.replace"]["sender"] = "@me:x"
        assert dict(marks_of(event, "@us:x").meanings) == {"✅": "a"}


async def reactions(anna: MatrixPerson, room: str, event: str) -> list[tuple[str, str]]:
    """(sender, emoji) of the reactions below a message, oldest first."""
    found = [one for one in await anna.messages(room) if one["type"] == "m.reaction" and one["content"]]
    return [
        (one["sender"], one["content"]["m.relates_to"]["key"])
        for one in found
        if one["content"]["m.relates_to"]["event_id"] == event
    ]


async def in_room(anna: MatrixPerson, login: Login, **body: Any) -> str:
    """A room with Anna and the bot in it."""
    room = await anna.create_room([login.user], **body)
    await MatrixPerson(anna._http, anna.url, login).join(room)  # noqa: SLF001 - the same session will do
    return room


def buttons_of(plugin: MatrixNetwork) -> Buttons:
    """A part that knows nothing yet, as after a restart."""
    return Buttons(plugin.homeserver, plugin.session)


class TestOnAHomeserver:
    """Reactions as people see them."""

    async def test_a_card_comes_with_its_reactions(self, synapse: Synapse, person: Person, bot: Login) -> None:
        """In the order of its buttons, once, however often it is sent with the same key."""
        anna = await person("anna")
        room = await in_room(anna, bot)
        async with speaking(synapse.url, bot) as plugin:
            post = card(button("b", icon="⏰"), button("a", icon="✅"), button("c"))
            ref = await plugin.network.post(RoomRef(network=NETWORK, id=room), post, key="k")
            assert await plugin.network.post(RoomRef(network=NETWORK, id=room), post, key="k") == ref
        assert await reactions(anna, room, ref.id) == [(bot.user, "⏰"), (bot.user, "✅"), (bot.user, KEYCAPS[0])]

    async def test_a_restart_forgets_no_button(self, synapse: Synapse, person: Person, bot: Login) -> None:
        """The card tells what its reactions mean, as it was last edited; also those that are gone."""
        anna = await person("anna")
        room = await in_room(anna, bot)
        async with speaking(synapse.url, bot) as plugin:
            ref = await plugin.network.post(RoomRef(network=NETWORK, id=room), card(button("a"), button("b")), key="1")
            await plugin.network.edit(ref, card(button("b"), button("c")), key="2")
            await plugin.network.edit(ref, card(button("c")), key="3")
            fresh = buttons_of(plugin)
            found = [await fresh.pressed(room, ref.id, emoji) for emoji in (*KEYCAPS[:3], "1⃣", "🎉")]
        assert found == ["a", "b", "c", "a", None]
        assert await reactions(anna, room, ref.id) == [(bot.user, KEYCAPS[2])]

    async def test_nobody_can_lend_us_buttons(self, synapse: Synapse, person: Person, bot: Login) -> None:
        """Neither by a card of their own nor by an edit of ours; what is not there has none either."""
        anna = await person("anna")
        room = await in_room(anna, bot)
        forged = {CARD: {"buttons": {"✅": "evil"}, "shown": ["✅"]}, "msgtype": "m.notice", "body": "A card"}
        hers = await anna.send(room, "m.room.message", forged)
        async with speaking(synapse.url, bot) as plugin:
            ours = await plugin.network.post(RoomRef(network=NETWORK, id=room), card(text="No buttons"), key="1")
            edit = forged | {
                "m.new_content": forged,
                "m.relates_to": {"rel_type": "m.replace", "event_id": ours.id},
            }
            await anna.send(room, "m.room.message", edit)
            fresh = buttons_of(plugin)
            found = [await fresh.pressed(room, event, "✅") for event in (hers, ours.id, "$nothing")]
        assert found == [None, None, None]

    async def test_a_click_is_given_back(self, synapse: Synapse, person: Person, bot: Login) -> None:
        """Where we may redact it, so that it can be clicked again; elsewhere it stays."""
        anna = await person("anna")
        for power, left in ((50, []), (0, [(anna.id, "✅")])):
            room = await in_room(anna, bot, power_level_content_override={"users": {bot.user: power}, "redact": 50})
            async with speaking(synapse.url, bot) as plugin:
                ref = await plugin.network.post(
                    RoomRef(network=NETWORK, id=room), card(button("a", icon="✅")), key=room
                )
                click = await anna.react(room, ref.id, "✅")
                await plugin.seeds.give_back(room, click)
            assert await reactions(anna, room, ref.id) == [(bot.user, "✅"), *left]

    async def test_a_new_button_works_as_soon_as_it_can_be_clicked(
        self, synapse: Synapse, person: Person, bot: Login, proxy: MatrixProxy
    ) -> None:
        """Also when the homeserver takes its time over the text that names it."""
        anna = await person("anna")
        room = await in_room(anna, bot)
        heard, taken = Heard(), asyncio.Event()
        async with speaking(proxy.url, bot) as plugin:
            running = asyncio.ensure_future(plugin.network.run(heard))
            await until(lambda: NETWORK in heard.checkpoints, task=running)
            ref = await plugin.network.post(RoomRef(network=NETWORK, id=room), card(button("a")), key="1")
            proxy.plan(delayed(taken), method="PUT", path="/send/m.room.message")
            editing = asyncio.ensure_future(plugin.network.edit(ref, card(button("a"), button("b")), key="2"))
            while (bot.user, KEYCAPS[1]) not in await reactions(anna, room, ref.id):
                pass
            await anna.react(room, ref.id, KEYCAPS[1])
            bodies = await heard.until(lambda bodies: len(bodies) == 1)
            taken.set()
            await editing
            running.cancel()
            await asyncio.wait({running})
        assert [body.action for body in bodies if isinstance(body, ButtonPress)] == ["b"]

    async def test_two_people_click(self, synapse: Synapse, person: Person, bot: Login) -> None:
        """Each click is a press of its own; afterwards only our own reaction is left, to be clicked again."""
        anna, ben = await person("anna"), await person("ben")
        room = await in_room(anna, bot, power_level_content_override={"users": {bot.user: 50}})
        await anna.invite(room, ben.id)
        await ben.join(room)
        heard = Heard()
        async with speaking(synapse.url, bot) as plugin:
            running = asyncio.ensure_future(plugin.network.run(heard))
            await until(lambda: NETWORK in heard.checkpoints, task=running)
            ref = await plugin.network.post(RoomRef(network=NETWORK, id=room), card(button("a", icon="👍")), key="k")
            await anna.react(room, ref.id, "👍🏽")
            await ben.react(room, ref.id, "👍")
            bodies = await heard.until(lambda bodies: len(bodies) == 2)
            clicks = await reactions(anna, room, ref.id)
            while clicks != [(bot.user, "👍")]:
                await asyncio.sleep(0.02)
                clicks = await reactions(anna, room, ref.id)
            await anna.react(room, ref.id, "👍")
            bodies = await heard.until(lambda bodies: len(bodies) == 3)
            running.cancel()
        assert [(body.action, body.presser.id) for body in bodies if isinstance(body, ButtonPress)] == [
            ("a", anna.id),
            ("a", ben.id),
            ("a", anna.id),
        ]

    async def test_a_silent_homeserver_is_asked_again(self, person: Person, own_synapse: OwnSynapse) -> None:
        """What is not known is not taken for none."""
        server = own_synapse()
        anna = await person("anna", on=server)
        login = server.register("bot")
        room = await in_room(anna, login)
        async with speaking(server.url, login) as plugin:
            ref = await plugin.network.post(RoomRef(network=NETWORK, id=room), card(button("a")), key="1")
            fresh = buttons_of(plugin)
            server.stop()
            with pytest.raises(Unreachable):
                await fresh.pressed(room, ref.id, KEYCAPS[0])
            server.start()
            assert await fresh.pressed(room, ref.id, KEYCAPS[0]) == "a"

    async def test_where_reactions_are_not_allowed_the_card_stands(
        self, synapse: Synapse, person: Person, bot: Login
    ) -> None:
        """What can be typed is in it."""
        anna = await person("anna")
        room = await in_room(anna, bot, power_level_content_override={"events": {"m.reaction": 100}})
        async with speaking(synapse.url, bot) as plugin:
            ref = await plugin.network.post(RoomRef(network=NETWORK, id=room), card(button("a")), key="1")
            await plugin.network.edit(ref, card(button("b")), key="2")
        assert await reactions(anna, room, ref.id) == []
        assert isinstance(ref, MessageRef)
