"""How the page of a simulated Teams looks: what one person sees of one conversation, as HTML."""

from __future__ import annotations

import html
from pathlib import Path

import teams_page_cards
from teams_cards import cards
from teams_simulator import TeamsSimulator
from teams_world import Conversation, Post, Raw, User

STYLE = (Path(__file__).parent / "teams_page.css").read_text(encoding="utf-8")
SCRIPT = (Path(__file__).parent / "teams_page.js").read_text(encoding="utf-8")

TRY = "swarm open demo:1001 refund loops"
"""What stands in the box to write in."""

EXTENSIONS = {"swarm": "Open swarm"}
"""Forms of the app at the box to write in: commands with their titles."""

_LEFT = '<p class="left">You are no longer in it. What was said before stays here.</p>'

_KINDS = {"personal": "Personal chat", "groupChat": "Group chat", "channel": "Standard channel"}


class View:
    """Draws it. Addresses are `/PERSON/CONVERSATION`, both by number in the order they came into being."""

    def __init__(self, simulator: TeamsSimulator) -> None:
        self._simulator = simulator
        self._world = simulator.world
        self._bot = simulator.bot

    def page(self, who: User, place: Conversation, *, note: str = "", dialog: str = "") -> str:
        """Return all of it. `note` is something that only this person is told, `dialog` a form before the rest."""
        title, address = _e(self._title(place, who)), self.address(who, place)
        users = [*self._world.users.values()]
        people = "".join(
            f'<option value="{n}"{" selected" if one is who else ""}>{_e(one.name)}</option>'
            for n, one in enumerate(users)
        )
        names = "".join(f'<option value="{_e(one.name)}"></option>' for one in users)
        return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{_e(who.name)}: {title}</title><link rel="icon" href="data:,"><style>{STYLE}</style></head>
<body>
<nav>
  <form method="post" action="/be" class="be"><label>You are <select name="person">{people}</select></label>
  <input type="hidden" name="place" value="{address.rpartition("/")[2]}"><noscript><button>Be them</button></noscript></form>
  <div id="places">{self._places(who, place)}</div>
</nav>
<main>
  <header id="about"><h1>{title}</h1><p class="quiet">{_e(self._about(place, who))}</p></header>
  {dialog}<div id="posts">{self._posts(who, place, address)}</div>
  <p id="note" role="status">{_e(note)}</p>
  <div id="writing">{_box(place, address) if who in place.people else _LEFT}</div>
</main>
<datalist id="people">{names}</datalist>
<script>{SCRIPT}</script>
</body></html>"""

    def dialog(self, who: User, place: Conversation, command: str, title: str, card: Raw) -> str:
        """Return the form of a message extension."""
        address = self.address(who, place)
        return (
            f'<form class="card" id="dialog" method="post" action="{address}/do/{_e(command)}"><h3>{_e(title)}</h3>'
            f'{teams_page_cards.card(card)}<a href="{address}">Cancel</a></form>'
        )

    def address(self, who: User, place: Conversation) -> str:
        """Return the path of what somebody sees of a conversation."""
        person = [*self._world.users.values()].index(who)
        return f"/{person}/{[*self._world.conversations.values()].index(place)}"

    def _title(self, place: Conversation, who: User) -> str:
        match place.type:
            case "personal":
                return f"{self._bot.name} (bot)"
            case "channel":
                return f"{place.team.name if place.team else ''} › {place.name}"
            case _:
                return place.name or ", ".join(one.name for one in place.people if one is not who) or "Chat"

    def _about(self, place: Conversation, who: User) -> str:
        """Return what kind it is, and who is in it."""
        names = [who.name] if place.type == "personal" else [one.name for one in place.people]
        if self._bot.app_id in place.apps:
            names.append(self._bot.name)
        return f"{_KINDS[place.type]}: {', '.join(names)}{' (archived)' if place.archived else ''}"

    def _places(self, who: User, now: Conversation) -> str:
        shown = []
        for place in self._world.conversations.values():
            posts = place.readable(who)
            if posts is None:
                continue
            here = ' aria-current="page"' if place is now else ""
            name = f"{_e(self._title(place, who))} <small>{len(posts) or ''}</small>"
            link = f'<a href="{self.address(who, place)}"{here}>{name}</a>'
            shown.append((int(posts[-1].id) if posts else 0, link))
        return "".join(link for _at, link in sorted(shown, reverse=True))

    def _posts(self, who: User, place: Conversation, address: str) -> str:
        posts = place.readable(who) or []
        if place.type != "channel":
            return "".join(self._post(post, who, address) for post in posts)
        return "".join(
            f'<section class="thread">{"".join(self._post(post, who, address) for post in posts if post.root == root)}'
            f"{_reply(address, root)}</section>"
            for root in dict.fromkeys(post.root for post in posts)
        )

    def _post(self, post: Post, who: User, address: str) -> str:
        sender = self._world.users.get(post.sender)
        edited = ' <span class="quiet">edited</span>' if post.edits else ""
        time = self._simulator.activities.time(post.id)[11:16]
        by = f"<b>{_e(sender.name if sender else self._bot.name)}</b> <time>{time} UTC</time>{edited}"
        words = teams_page_cards.words(post.activity)
        said = f'<div class="words">{words}</div>' if words else ""
        forms = "".join(
            f'<form class="card" method="post" action="{address}/press/{_e(post.id)}">{teams_page_cards.card(one)}</form>'
            for one in seen_cards(post, who)
        )
        return f'<article class="{"own" if sender is who else "other"}"><p class="by">{by}</p>{said}{forms}</article>'


def seen_cards(post: Post, who: User) -> list[Raw]:
    """Return the cards of a message as one person sees them."""
    return [post.shown[who.id]] if who.id in post.shown else cards(post.activity)


def _box(place: Conversation, address: str) -> str:
    hint = TRY if place.type == "personal" else f"!{TRY}"
    what = "Begin a thread" if place.type == "channel" else "Write"
    return (
        f'<form class="writing" method="post" action="{address}/say"><textarea name="text" rows="2" '
        f'aria-label="{what}" placeholder="{what}, for example {_e(hint)}"></textarea>'
        f'<button class="primary">Send</button></form>'
        f'<p class="more">+ {"".join(_extension(address, *one) for one in EXTENSIONS.items())}</p>'
    )


def _extension(address: str, command: str, title: str) -> str:
    return f'<a href="{address}/do/{command}">{title}</a>'


def _reply(address: str, root: str) -> str:
    return (
        f'<form class="reply" method="post" action="{address}/say"><input type="hidden" name="thread" value="{_e(root)}">'
        f'<input name="text" aria-label="Reply" placeholder="Reply"><button>Reply</button></form>'
    )


def _e(text: object) -> str:
    return html.escape(str(text))
