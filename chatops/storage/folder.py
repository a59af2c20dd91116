"""The data folder: one process at a time, secrets made once, and word of who holds it.

Everything here blocks; it is for start and stop, and for other processes that look for the running server.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chatops.core.frozen import Frozen
from chatops.errors import FolderInUse, StartError

LOCK = "server.lock"
DATABASE = "chatops.db"
JOURNAL_KEY = "journal.key"
ANCHOR = "journal.anchor"
ACTION_KEY = "action.key"
SECRETS_KEY = "secrets.key"
OPERATOR_TOKEN = "operator.token"  # noqa: S105 - the name of its file
SECRET_BYTES = 32


class Holder(Frozen, frozen=True, kw_only=True):
    """Who holds a data folder."""

    pid: int | None
    url: str | None
    """Where its server listens; None while it does not."""


class DataFolder:
    """A folder this process holds until `release`, or until it ends."""

    def __init__(self, path: Path, *, url: str | None = None) -> None:
        """Take the folder, making it and its secrets when they are not there.

        Raise FolderInUse when it is held, StartError when it is none that this user may write.
        """
        self.path = path
        with _usable(path):
            path.mkdir(parents=True, exist_ok=True)
            path.chmod(0o700)
            self._lock = _locked(path)
            for name in (JOURNAL_KEY, ACTION_KEY, SECRETS_KEY, OPERATOR_TOKEN):
                _secret(path / name)
        self.announce(url)

    @staticmethod
    def holder_of(path: Path) -> Holder | None:
        """Return who holds the data folder at `path`, or None when nobody does. Raise StartError when it is not ours."""
        with _usable(path):
            try:
                descriptor = os.open(path / LOCK, os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _said_by(descriptor)
        else:
            return None
        finally:
            os.close(descriptor)

    @staticmethod
    def secret_of(path: Path, name: str) -> str | None:
        """Return a secret of the data folder at `path`, whoever holds it; None when it has none yet."""
        try:
            return (path / name).read_text()
        except FileNotFoundError:
            return None

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.path / DATABASE

    @property
    def anchor(self) -> Path:
        """Where the journals' newest anchor is kept outside the database."""
        return self.path / ANCHOR

    @property
    def journal_key(self) -> bytes:
        """What audit and timelines are sealed with. Keep a copy elsewhere: without it nothing verifies."""
        return _secret(self.path / JOURNAL_KEY)

    @property
    def action_key(self) -> bytes:
        """What buttons' references and sessions are made with."""
        return _secret(self.path / ACTION_KEY)

    @property
    def secrets_key(self) -> bytes:
        """What plugins' secrets are encrypted with. Keep a copy elsewhere: without it they must be signed in again."""
        return _secret(self.path / SECRETS_KEY)

    @property
    def operator_token(self) -> str:
        """What lets the command line speak to the running server as its operator."""
        return _secret(self.path / OPERATOR_TOKEN).decode()

    def announce(self, url: str | None) -> None:
        """Tell other processes where the server listens. Says nothing any more once the folder is released."""
        if self._lock < 0:
            return
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, json.dumps({"pid": os.getpid(), "url": url}).encode(), 0)

    def release(self) -> None:
        """Let the folder go. Calling twice is harmless."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


@contextmanager
def _usable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"{path} cannot be used as a data folder: {error.strerror}. Name another: --data or CHATOPS_DATA."
        raise StartError(message) from error


def _locked(path: Path) -> int:
    descriptor = os.open(path / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    for patience in (0.05, 0.1, 0.2, None):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if patience is not None:
                time.sleep(patience)  # somebody may only be looking who holds it
        else:
            return descriptor
    found = _said_by(descriptor)
    os.close(descriptor)
    raise FolderInUse(str(path), pid=found.pid, url=found.url)


def _said_by(descriptor: int) -> Holder:
    try:
        found = json.loads(os.pread(descriptor, 65536, 0))
        return Holder(pid=found["pid"], url=found["url"])
    except (ValueError, LookupError, TypeError):
        return Holder(pid=None, url=None)  # it is just now writing it


def _secret(path: Path) -> bytes:
    """Return the secret at `path`, made with the first call: printable, so that it can be copied by hand."""
    if not path.exists():
        fresh = path.with_name(f"{path.name}.new")
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_urlsafe(SECRET_BYTES).encode())
            file.flush()
            os.fsync(descriptor)
        fresh.replace(path)
    return path.read_bytes()
