"""A data folder has one holder, who is known, and secrets that only its owner reads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from chatops.errors import FolderInUse, StartError
from chatops.storage.folder import ACTION_KEY, JOURNAL_KEY, OPERATOR_TOKEN, DataFolder

HOLD = """
import sys
from pathlib import Path
from chatops.storage.folder import DataFolder
held = DataFolder(Path(sys.argv[1]), url="http://127.0.0.1:8080")
print("held", flush=True)
sys.stdin.read()
"""


def mode(path: Path) -> str:
    return oct(path.stat().st_mode & 0o777)


def test_a_new_folder(tmp_path: Path) -> None:
    """Folder and secrets are made for their owner alone, the secrets long and different."""
    path = tmp_path / "some" / "data"
    folder = DataFolder(path)

    assert mode(path) == "0o700"
    assert [mode(path / name) for name in (JOURNAL_KEY, ACTION_KEY, OPERATOR_TOKEN, "server.lock")] == ["0o600"] * 4
    secrets = {folder.journal_key, folder.action_key, folder.operator_token.encode()}
    assert len(secrets) == 3
    assert min(map(len, secrets)) >= 32
    assert folder.database == path / "chatops.db"
    folder.release()


def test_secrets_stay(tmp_path: Path) -> None:
    """Each start finds the secrets of the first."""
    first = DataFolder(tmp_path)
    secrets = (first.journal_key, first.action_key, first.operator_token)
    first.release()
    second = DataFolder(tmp_path)
    assert (second.journal_key, second.action_key, second.operator_token) == secrets
    assert DataFolder.secret_of(tmp_path, OPERATOR_TOKEN) == secrets[2]
    second.release()


def test_one_holder(tmp_path: Path) -> None:
    """A second one is refused and told by whom; after the release it may."""
    first = DataFolder(tmp_path)
    first.announce("http://127.0.0.1:8080")
    with pytest.raises(FolderInUse, match=r"in use by process \d+ at http://127\.0\.0\.1:8080") as refused:
        DataFolder(tmp_path)
    assert (refused.value.pid, refused.value.url) == (os.getpid(), "http://127.0.0.1:8080")

    first.release()
    first.release()
    first.announce(None)
    DataFolder(tmp_path).release()


def test_other_processes_see_the_holder(tmp_path: Path) -> None:
    """While it lives it is named; when it is killed the folder is free, whatever the file still says."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    holder = DataFolder.holder_of(tmp_path)
    assert holder is not None
    assert (holder.pid, holder.url) == (process.pid, "http://127.0.0.1:8080")
    with pytest.raises(FolderInUse):
        DataFolder(tmp_path)

    process.kill()
    process.communicate()
    assert DataFolder.holder_of(tmp_path) is None
    DataFolder(tmp_path).release()


def test_looking_does_not_keep_anybody_out(tmp_path: Path) -> None:
    """A folder that nobody holds has no holder, and is not held by the look."""
    assert DataFolder.holder_of(tmp_path) is None
    assert DataFolder.secret_of(tmp_path, OPERATOR_TOKEN) is None
    folder = DataFolder(tmp_path)
    folder.release()
    assert DataFolder.holder_of(tmp_path) is None
    DataFolder(tmp_path).release()


def test_a_holder_who_has_not_said_anything_yet(tmp_path: Path) -> None:
    """Between taking the lock and writing it, the holder is somebody unknown."""
    folder = DataFolder(tmp_path)
    (tmp_path / "server.lock").write_text("")
    with pytest.raises(FolderInUse, match="in use by another process"):
        DataFolder(tmp_path)
    folder.release()


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_what_can_be_no_folder_is_said_in_a_sentence(tmp_path: Path, name: str) -> None:
    """Whoever names a file hears that, and how to name another; looking who holds it says the same."""
    (tmp_path / "file").write_text("no folder")
    path = tmp_path / name

    for look in (DataFolder, DataFolder.holder_of):
        with pytest.raises(StartError, match=r"cannot be used as a data folder: .* --data or CHATOPS_DATA"):
            look(path)
