"""Every way this server can fail, in one tree.

::

    ChatopsError
    ├── Refusal                  a person asked for what cannot be; answered in chat, nothing changed
    │   ├── UsageError           the words were not understood
    │   │   ├── UnknownCommand   no such command; carries the nearest three
    │   │   ├── BadArgument      one argument is missing, superfluous or unreadable
    │   │   └── Ambiguous        several readings; carries the commands that would choose one
    │   ├── NotAllowed           the asker holds none of the roles or relations needed
    │   ├── NotFound             the thing named does not exist, or is not visible to the asker
    │   ├── Impossible           a guard of the domain says no (wrong state, already done)
    │   └── TooMany              a flood limit; answered once
    ├── TryLater                 a part is briefly unwell; the engine retries within the deadline
    ├── StoreError
    │   ├── StaleUnit            version, claim or fence moved on; run again on fresh facts
    │   ├── StoreUnavailable     the database does not answer; nothing was acknowledged
    │   └── SchemaMismatch       database and program disagree about the schema
    ├── CodecError               bytes that are no known body
    ├── PortError                a foreign system failed; adapters translate into these at the edge
    │   ├── RateLimited          wait `retry_after` seconds
    │   ├── Unreachable          no answer, or a 5xx; retry with backoff
    │   ├── OutcomeUnknown       a write may have happened; look before repeating
    │   ├── Rejected             understood and refused; repeating is useless
    │   │   ├── Missing          the thing addressed does not exist there (any more)
    │   │   ├── Forbidden        our account lacks the right
    │   │   ├── Invalid          the foreign system refuses the values; `fields` says which
    │   │   └── Conflict         changed meanwhile; re-read, decide again
    │   ├── Unsupported          the capability is not there; raised before any I/O
    │   └── AuthExpired          credentials are wrong; stop and tell the operators
    ├── StartError               the server cannot start; says how to mend it
    │   ├── SettingsError        a setting is missing or wrong
    │   ├── PluginError          a plugin is missing, broken, or clashes with another
    │   └── FolderInUse          another process holds the data folder
    └── TamperedError            audit or timeline do not verify
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from chatops.core.text import Text


class ChatopsError(Exception):
    """Base of all errors this server raises on purpose."""


class Refusal(ChatopsError):
    """What a person asked for cannot be; the text says why, the hint which command would work.

    `code` is stable and machine-readable (`do --json`, REST); `hint` is a whole command or sentence.
    """

    code = "refused"

    def __init__(self, message: Text, *, hint: Text | None = None, commands: Sequence[str] = ()) -> None:
        super().__init__(message.msgid)
        self.message = message
        self.hint = hint
        self.commands = tuple(commands)


class UsageError(Refusal):
    """The words were not understood."""

    code = "usage"
    examples: Collection[str] = ()
    """Those of `commands` that only show how it is written: run by a click they would do what nobody asked for."""


class UnknownCommand(UsageError):
    """No command has these words; `commands` holds the nearest."""

    code = "unknown_command"


class BadArgument(UsageError):
    """One argument is missing, superfluous or unreadable."""

    code = "bad_argument"


class Ambiguous(UsageError):
    """Several readings are possible; each of `commands` chooses one."""

    code = "ambiguous"


class NotAllowed(Refusal):
    """The asker holds none of the roles or relations the command needs."""

    code = "not_allowed"


class NotFound(Refusal):
    """The thing named does not exist or is not visible to the asker."""

    code = "not_found"


class Impossible(Refusal):
    """A guard of the domain says no: wrong state, already done, not yet complete."""

    code = "impossible"


class TooMany(Refusal):
    """A flood limit was reached; it is answered once per window."""

    code = "too_many"


class TryLater(ChatopsError):
    """A part is briefly unwell. The engine retries at most three times within the event's deadline."""

    def __init__(self, message: Text, *, after: float = 1.0) -> None:
        super().__init__(message.msgid)
        self.message = message
        self.after = after
        """Seconds to wait before the next try."""


class StoreError(ChatopsError):
    """The store could not do what was asked."""


class StaleUnit(StoreError):
    """Something the unit relied on has moved on; run the handler again on fresh facts.

    `what` is `version`, `claim` or `fence`; a stale fence means another worker owns the event now.
    """

    def __init__(self, what: str, subject: str) -> None:
        super().__init__(f"stale {what}: {subject}")
        self.what = what
        self.subject = subject


class StoreUnavailable(StoreError):
    """The database does not answer. Nothing was acknowledged."""


class SchemaMismatch(StoreError):
    """Database and program disagree about the schema; the message says which command mends it."""


class CodecError(ChatopsError):
    """Bytes that are no known body, or a body of a newer revision than this program knows."""


class PortError(ChatopsError):
    """A foreign system failed. Adapters translate every foreign error into one of the subclasses."""

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        """The foreign system's own error code, for the log."""


class RateLimited(PortError):
    """The foreign system asks us to wait."""

    def __init__(self, message: str, *, retry_after: float, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after
        """Seconds."""


class Unreachable(PortError):
    """No answer, or a server error. Nothing happened; trying again may help."""


class OutcomeUnknown(PortError):
    """A write may or may not have happened. Look for the idempotency key before repeating."""


class Rejected(PortError):
    """Understood and refused; repeating the same call is useless."""


class Missing(Rejected):
    """The thing addressed does not exist there (any more)."""


class Forbidden(Rejected):
    """Our account lacks the right."""


class Invalid(Rejected):
    """The foreign system refuses the values; `fields` names them."""

    def __init__(
        self, message: str, *, fields: Mapping[str, Sequence[str]] | None = None, code: str | None = None
    ) -> None:
        super().__init__(message, code=code)
        self.fields = dict(fields or {})


class Conflict(Rejected):
    """The thing changed meanwhile. Read it again and decide again; never repeat blindly."""


class Unsupported(PortError):
    """The capability is not there. Raised before any I/O."""


class AuthExpired(PortError):
    """Our credentials are wrong or revoked. Stop; tell the operators; never loop."""

    def __init__(self, message: str, *, code: str | None = None, fix: str = "") -> None:
        super().__init__(message, code=code)
        self.fix = fix
        """What an operator types to log in again (`chatops GROUP login`), or nothing."""


class StartError(ChatopsError):
    """The server cannot start. The message says what to change."""


class SettingsError(StartError):
    """A setting is missing or wrong."""


class PluginError(StartError):
    """A plugin is missing, broken, or clashes with another."""


class FolderInUse(StartError):
    """Another process holds the data folder."""

    def __init__(self, folder: str, *, pid: int | None, url: str | None) -> None:
        holder = f"process {pid}" if pid else "another process"
        super().__init__(f"The data folder {folder} is in use by {holder}" + (f" at {url}." if url else "."))
        self.folder = folder
        self.pid = pid
        self.url = url


class TamperedError(ChatopsError):
    """A journal does not verify. `findings` says where."""

    def __init__(self, findings: Sequence[str]) -> None:
        super().__init__("; ".join(findings))
        self.findings = tuple(findings)
