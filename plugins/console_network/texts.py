"""Every word of the console's pages."""

from __future__ import annotations

from chatops.core.text import Text, _

WORDS: dict[str, Text] = {
    "rooms": _("Rooms"),
    "more_rooms": _("Other rooms"),
    "with_server": _("Direct"),
    "messages": _("Messages"),
    "earlier": _("Show earlier messages"),
    "nothing_yet": _("Nothing has been said here yet."),
    "first_direct": _("This is your direct line to Chatops. Nobody else reads it."),
    "thread": _("Thread"),
    "close": _("Close"),
    "back": _("Back"),
    "people": _("People in this room"),
    "pinned": _("Pinned"),
    "archived": _("closed"),
    "private": _("private"),
    "unread": _("unread"),
    "mentions_you": _("mentions you"),
    "message": _("Message"),
    "send": _("Send"),
    "add_files": _("Add files"),
    "save": _("Save"),
    "cancel": _("Cancel"),
    "join": _("Join room"),
    "leave": _("Leave room"),
    "actions": _("What you can do with this message"),
    "reply_in_thread": _("Reply in thread"),
    "command_on": _("Run a command about it"),
    "react": _("React"),
    "link": _("Copy link"),
    "link_copied": _("Link copied"),
    "edit": _("Edit"),
    "delete": _("Delete"),
    "edited": _("edited"),
    "gone": _("This message was deleted."),
    "server": _("server"),
    "you": _("you"),
    "online": _("Live"),
    "offline": _("Connection lost. Trying again …"),
    "not_sent": _("That was not sent. Check your connection and try again."),
    "sign_out": _("Sign out"),
    "switch": _("Be somebody else"),
    "keyboard": _("Keyboard"),
    "enter": _("Enter"),
    "shift": _("Shift"),
    "escape": _("Esc"),
    "key_send": _("send"),
    "key_line": _("new line"),
    "key_compose": _("write"),
    "key_escape": _("close what is open"),
    "choose": _("Choose …"),
    "answer": _("Answer"),
    "yes": _("Yes"),
    "optional": _("optional"),
    "swarms": _("Swarms"),
    "search": _("Search"),
    "profile": _("Profile"),
    "page": _("Page"),
    "archived_hint": _("This room is closed. It stays readable."),
    "edit_hint": _("You are changing what you wrote. Commands do not run again."),
}
"""The fixed words of the pages, by the name templates use."""

ROLES: dict[str, Text] = {
    "admin": _("admin"),
    "manager": _("manager"),
    "pod_lead": _("pod lead"),
    "expert": _("expert"),
    "agent": _("agent"),
    "guest": _("guest"),
    "staff": _("staff"),
}
"""What somebody is called who has several roles: by the first of these."""

LANGUAGES: dict[str, Text] = {"en": _("English"), "de": _("German"), "nl": _("Dutch")}

INDEX_TITLE = _("Who would you like to be?")
INDEX_LEAD = _(
    "This is a demonstration with made-up people and cases. Open two people in two tabs to see both sides of a swarm."
)
INDEX_TRY = _("Three things to try")
INDEX_TRY_HINT = _("Type them in any room.")

SIGN_IN_TITLE = _("Sign in to Chatops")
SIGN_IN_LEAD = _("Hello {name}. This link works once.")
SIGN_IN_BUTTON = _("Sign in")
SIGN_IN_OVER = _("This link does not work any more")
SIGN_IN_OVER_LEAD = _("It was used, or it is older than {minutes} minutes. Ask for a new one: it takes a moment.")

NOTICE_TITLE = _("That did not work")

MESSAGE_TO = _("Message to {room}")
SPEAK_IN_ROOM = _("Start with {prefix} to speak to Chatops, for example {example}.")
SPEAK_DIRECT = _("Chatops reads everything here. Try {example}.")
