"""What Teams wants answered in the same request, within five seconds: clicks, dialogs, searches."""

from __future__ import annotations

from chatops import Clock
from chatops.core.text import Text
from chatops.ports.chat import Accept
from chatops.ports.roster import Directory
from chatops.ports.web import Web
from teams_network import answers, clicks, dialogs, extension
from teams_network.activity import Activity
from teams_network.asked import Asked
from teams_network.ids import moment, own_id
from teams_network.people_search import PeopleSearch
from teams_network.place import Places
from teams_network.senders import identity_of, is_automated
from teams_network.settings import TeamsSettings
from teams_network.understanding import locale_of


class Invokes:
    """Answers invokes."""

    def __init__(self, settings: TeamsSettings, *, places: Places, people: Directory, web: Web, clock: Clock) -> None:
        self._settings = settings
        self._places = places
        self._people = people
        self._web = web
        self._clock = clock
        self._search = PeopleSearch(people)

    async def __call__(self, activity: Activity, accept: Accept) -> answers.Told:
        """Return the answer; never an error for what is not known. Raise StoreUnavailable when nothing was accepted."""
        asked = await self._asked(activity, accept)
        return answers.nothing() if asked is None else await self._answer(asked)

    async def _answer(self, asked: Asked) -> answers.Told:
        match asked.activity.name:
            case "adaptiveCard/action":
                return await clicks.clicked(asked)
            case "task/fetch":
                return dialogs.fetched(asked)
            case "task/submit":
                return await dialogs.submitted(asked)
            case "composeExtension/fetchTask":
                return extension.form(asked)
            case "composeExtension/submitAction":
                return await extension.filled(asked)
            case _:
                return self._searched(asked)

    def _searched(self, asked: Asked) -> answers.Told:
        match asked.activity.name:
            case "composeExtension/query":
                return self._search.queried(asked)
            case "application/search":
                return self._search.typed(asked)
            case _:
                return answers.nothing()

    async def _asked(self, activity: Activity, accept: Accept) -> Asked | None:
        place = await self._places.of(activity, thread=extension.thread_of(activity.value))
        asker = identity_of(activity.sender, activity, self._settings)
        if place is None or asker is None or is_automated(activity.sender):
            return None
        person = self._people.by_identity(asker)
        locale = person.locale if person else locale_of(activity) or "en"
        zone = person.zone if person else "UTC"

        def words(text: Text) -> str:
            return self._web.words(text, locale, zone)

        return Asked(
            activity=activity,
            place=place,
            asker=asker,
            at=moment(activity.timestamp, self._clock.now()),
            key=f"i/{place.conversation}/{asker.id}/{own_id(activity)}",
            words=words,
            accept=accept,
            at_most=self._settings.answer_within,
        )
