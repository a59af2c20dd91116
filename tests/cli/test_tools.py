"""Tools of plugins on the command line: what is typed, what is asked for, and where it runs."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import termios
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from chatops import toolbox
from chatops.calling import Described, Option
from chatops.errors import Unreachable
from chatops.hookspecs import Tool, ToolOption
from chatops.toolbox import Typed, Wrong
from chatops.using import Broken, Misused, Using
from live_server import serving
from running import CHATOPS, Ran, chatops, environment

SECRET = "correct horse battery staple"

LOGIN = Described(
    group="shop",
    name="login",
    help="Log in.",
    options=(
        Option(name="place", help="where", default="here"),
        Option(name="user", help="who"),
        Option(name="password", help="or nothing", secret=True),
        Option(name="token", help="instead", secret=True, instead_of="password"),
    ),
)
STATUS = Described(group="shop", name="status", help="Show it.")


# what is typed


@pytest.mark.parametrize(
    ("words", "tool", "options"),
    [
        ("login --user anna", "login", {"user": "anna"}),
        ("--config a.toml login --user=anna=x", "login", {"config": "a.toml", "user": "anna=x"}),
        ("", "", {}),
    ],
)
def test_words_are_read_in_any_order(words: str, tool: str, options: dict[str, str]) -> None:
    """A value follows its name, or an equals sign."""
    assert toolbox.read("shop", words.split()) == Typed(tool=tool, options=options)


def test_help_is_no_option_with_a_value() -> None:
    """It stands anywhere."""
    assert toolbox.read("shop", ["login", "--help"]).help
    assert toolbox.read("shop", ["--help"]) == Typed(help=True)


def test_a_secret_typed_by_mistake_is_not_said_again() -> None:
    """Neither as a word too many nor as an option; the command that works is."""
    with pytest.raises(Wrong) as word:
        toolbox.read("shop", ["login", SECRET])
    with pytest.raises(Wrong, match="chatops shop login --user anna < FILE") as option:
        toolbox.given(LOGIN, Typed(tool="login", options={"password": SECRET, "user": "anna"}))

    assert SECRET not in str(word.value) + str(option.value)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (["login", "--user"], "--user needs a value. Try: chatops shop --help"),
        (["logn"], "shop has no logn. It has: login, status. Try: chatops shop login"),
        (["login", "--usr", "x"], "shop login has no --usr. Try: chatops shop login --help"),
    ],
)
def test_what_is_wrong_is_answered_with_a_command_that_works(typed: list[str], says: str) -> None:
    """As everywhere on the command line."""
    with pytest.raises(Wrong) as raised:
        _understood(typed)

    assert str(raised.value) == says


def _understood(typed: list[str]) -> Mapping[str, str]:
    read = toolbox.read("shop", typed)
    return toolbox.given(toolbox.choose("shop", read, (LOGIN, STATUS)), read)


def test_the_command_that_works_names_the_same_settings() -> None:
    """Whoever types it as it stands comes further, not back."""
    typed = toolbox.read("shop", ["login", "--config", "a b.toml", "--password", SECRET])
    common = typed.common

    with pytest.raises(Wrong, match=r"chatops shop login --config 'a b\.toml' < FILE"):
        toolbox.given(LOGIN, typed)
    with pytest.raises(Wrong, match=r"chatops shop login --config 'a b\.toml' --user VALUE"):
        toolbox.complete(LOGIN, {}, lambda _option: None, common=common)


def test_an_empty_folder_is_not_the_one_we_stand_in() -> None:
    """`--data "$UNSET"` must not turn the present folder into a data folder."""
    with pytest.raises(Wrong, match="--data needs a value"):
        toolbox.read("shop", ["login", "--data="]).path("data")


def test_what_is_missing_is_asked_for() -> None:
    """Not what was given, nor what has a default, nor the second secret when there is a first."""
    asked: list[str] = []

    def ask(option: Option) -> str:
        asked.append(option.name)
        return f"my {option.name}"

    complete = toolbox.complete(LOGIN, {"user": "anna"}, ask)

    assert asked == ["password"]
    assert complete == {"user": "anna", "password": "my password"}


def test_the_second_secret_is_asked_for_when_the_first_was_left_empty() -> None:
    """Whoever has no password presses Enter."""
    answers = {"password": "", "token": SECRET}

    complete = toolbox.complete(LOGIN, {"user": "anna"}, lambda option: answers[option.name])

    assert complete == {"user": "anna", **answers}


def test_without_a_terminal_only_secrets_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line each. So a password is never taken for a name."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{SECRET}\r\n"))
    asking = toolbox.Asking(lambda option: "from a person")

    with pytest.raises(Wrong, match=r"The user is missing\. Try: chatops shop login --user VALUE"):
        toolbox.complete(LOGIN, {}, asking)
    complete = toolbox.complete(LOGIN, {"user": "anna"}, asking)
    with pytest.raises(Wrong, match=r"The password is missing\. Give it on standard input"):
        toolbox.complete(LOGIN, {"user": "anna"}, asking)

    assert complete == {"user": "anna", "password": SECRET}


def test_help_tells_what_is_asked_for() -> None:
    """Secrets are not among the options."""
    shown = toolbox.tool_page(LOGIN)
    options, asked = shown.split("Asked for")

    assert "--user VALUE" in options
    assert "(default: here)" in options
    assert "--password" not in shown
    assert "password: or nothing" in asked
    assert toolbox.page("shop", (LOGIN, STATUS)).endswith("  login   Log in.\n  status  Show it.")


# how it is used


class Shop:
    """A tool that answers, or raises what the test says."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error
        self.told: Mapping[str, str] = {}
        self.used = 0

    async def run(self, options: Mapping[str, str]) -> str:
        self.told = options
        if self.error is not None:
            raise self.error
        return "Done."

    def using(self) -> Using:
        options = (ToolOption(name="user", help="who"), ToolOption(name="place", help="where", default="here"))
        tool = Tool(group="shop", name="open", help="Open.", run=self.run, options=options)
        return Using([tool], used=self._count)

    def _count(self) -> None:
        self.used += 1


async def test_a_tool_is_told_everything() -> None:
    """Defaults included; and when it has run, the networks are tried again."""
    shop = Shop()

    assert await shop.using()("shop", "open", {"user": "anna"}) == "Done."
    assert shop.told == {"user": "anna", "place": "here"}
    assert shop.used == 1


@pytest.mark.parametrize(
    ("name", "options"), [("close", {}), ("open", {}), ("open", {"user": "anna", "colour": "red"})]
)
async def test_a_tool_is_not_used_wrongly(name: str, options: dict[str, str]) -> None:
    """Whoever knocks at the door: the tool does not even see it."""
    shop = Shop()

    with pytest.raises(Misused):
        await shop.using()("shop", name, options)

    assert shop.told == {}


async def test_a_tool_that_breaks_is_one_sentence() -> None:
    """The log says where; neither says what the tool was told."""
    shop = Shop(ValueError(SECRET))
    with capture_logs() as logs, pytest.raises(Broken, match="ValueError") as raised:
        await shop.using()("shop", "open", {"user": SECRET})

    assert SECRET not in str(raised.value)
    assert SECRET not in str([{**entry, "trace": ""} for entry in logs])
    assert shop.used == 0


async def test_a_tool_that_says_what_to_do_is_heard() -> None:
    """Its sentence comes through as it is."""
    with pytest.raises(Unreachable, match="Plug it in"):
        await Shop(Unreachable("Plug it in.")).using()("shop", "open", {"user": "anna"})


# on the command line


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder whose settings enable the one plugin of ours that has tools."""
    (tmp_path / "chatops.toml").write_text(
        '[server]\nport = 0\n[log]\nformat = "text"\n[plugins]\nenabled = ["matrix_network"]\n', encoding="utf-8"
    )
    return tmp_path


@pytest.mark.timeout(90)
def test_groups_are_listed_and_help_needs_no_settings(tmp_path: Path) -> None:
    """Also when the settings are broken; the plugin is not imported for that."""
    (tmp_path / "chatops.toml").write_text("broken", encoding="utf-8")
    ran = subprocess.run(
        [*CHATOPS[:1], "-X", "importtime", *CHATOPS[1:], "--help"],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )

    assert "  matrix   Tools of the plugin matrix_network." in ran.stdout
    assert "matrix_network" not in ran.stderr
    assert "pydantic" not in ran.stderr


@pytest.mark.timeout(90)
def test_a_group_shows_its_tools(folder: Path) -> None:
    """With and without --help; a plugin that is not enabled is named."""
    shown, bare = chatops("matrix", "--help", folder=folder), chatops("matrix", folder=folder)
    assert (shown.code, bare.code, shown.out) == (0, 2, bare.out)
    assert "  login   " in shown.out

    (folder / "chatops.toml").write_text("", encoding="utf-8")
    missing = chatops("matrix", "login", folder=folder)
    assert missing.code == 2
    assert "matrix_network" in missing.err


@pytest.mark.timeout(90)
@pytest.mark.faults
def test_looking_what_there_is_makes_no_data_folder(tmp_path: Path, folder: Path) -> None:
    """Neither does a slip of the keyboard."""
    settings, nowhere = str(folder / "chatops.toml"), tmp_path / "nowhere"

    slip = chatops("doo", "--config", settings, folder=nowhere)
    shown = chatops("matrix", "--config", settings, folder=nowhere)

    assert (slip.code, shown.code) == (2, 2)
    assert "Did you mean" in slip.err
    assert "  login   " in shown.out
    assert not nowhere.exists()


@pytest.mark.timeout(90)
@pytest.mark.faults
def test_without_standard_input_nobody_is_asked(folder: Path) -> None:
    """As a service manager may start it."""
    words = ("matrix", "login", "--user", "@a:example.org")
    closed = ("sh", "-c", 'exec "$@" <&-', "sh", *CHATOPS, *words)
    ran = subprocess.run(closed, env=environment(folder), capture_output=True, text=True, timeout=60, check=False)

    assert ran.returncode == 2
    assert ran.stderr.startswith("The password is missing. Give it on standard input: chatops matrix login")


@pytest.mark.timeout(90)
def test_a_tool_runs_with_and_without_a_server(folder: Path) -> None:
    """Beside a running server it runs inside that: the folder is not taken twice."""
    alone = chatops("matrix", "status", folder=folder)
    with serving(folder):
        beside = chatops("matrix", "status", folder=folder)

    assert (alone.code, alone.out) == (0, "Nobody is logged in. To log in: chatops matrix login\n")
    assert beside == alone


@pytest.mark.timeout(90)
@pytest.mark.faults
def test_a_failing_tool_is_a_sentence(folder: Path) -> None:
    """Beside a server and alone: exit 1, no traceback, nothing of the password, in no file either."""
    words = ("matrix", "login", "--homeserver", "http://127.0.0.1:9", "--user", "@a:example.org")
    alone = piped(*words, folder=folder, said=f"{SECRET}\n")
    with serving(folder):
        beside = piped(*words, folder=folder, said=f"{SECRET}\n")

    for ran in (alone, beside):
        assert ran.code == 1
        assert ran.err.startswith("No Matrix homeserver answers at http://127.0.0.1:9: ")
        assert "Traceback" not in ran.err
        assert SECRET not in ran.out + ran.err
    assert not any(SECRET.encode() in file.read_bytes() for file in folder.iterdir())


@pytest.mark.timeout(90)
@pytest.mark.faults
def test_at_a_terminal_secrets_are_asked_for_without_an_echo(folder: Path) -> None:
    """The name of the option and its help are the question."""
    ours, theirs = pty.openpty()
    words = ("matrix", "login", "--homeserver", "http://127.0.0.1:9", "--user", "@a:example.org")
    with subprocess.Popen(
        [*CHATOPS, *words], env=environment(folder), stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    ) as process:
        os.close(theirs)
        seen = _until(ours, b"password (")
        _until_silent(ours)
        os.write(ours, f"{SECRET}\n".encode())
        seen += _until(ours, b"No Matrix homeserver")
        process.wait(30)
    os.close(ours)

    assert SECRET.encode() not in seen
    assert process.returncode == 1


def piped(*words: str, folder: Path, said: str) -> Ran:
    """Run the command line with something on standard input."""
    ran = subprocess.run(
        [*CHATOPS, *words], env=environment(folder), input=said, capture_output=True, text=True, timeout=60, check=False
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def _until(terminal: int, words: bytes) -> bytes:
    seen = b""
    while words not in seen:
        seen += os.read(terminal, 1024)
    return seen


def _until_silent(terminal: int) -> None:
    """Wait until the other side has switched the echo off."""
    echo = 3
    until = time.monotonic() + 20
    while termios.tcgetattr(terminal)[echo] & termios.ECHO and time.monotonic() < until:
        time.sleep(0.01)
