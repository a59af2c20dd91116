"""The command line. Exit codes: 0 done, 1 refused or failed, 2 wrong usage."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from chatops.chosen import DEMO_MARK, ConfigOption, DataOption, folder_of, settings_of
from chatops.database_commands import db_cli
from chatops.errors import ChatopsError, SettingsError
from chatops.token_commands import token_cli

DONE, REFUSED, USAGE = 0, 1, 2


class Tools(TyperCommand):
    """The tools of one group. What stands behind it, `chatops.toolbox` reads."""

    def __init__(self, group: str, summary: str) -> None:
        anything = {"ignore_unknown_options": True, "allow_extra_args": True}
        super().__init__(group, context_settings=anything, add_help_option=False, help=summary)

    def invoke(self, ctx: Any) -> None:
        """Use one of them."""
        _use(str(self.name), ctx.args)


class Commands(TyperGroup):
    """The commands below, and a group for each plugin that brings tools."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return our own, then the groups that installed packages announce."""
        from chatops.toolbox import announced

        return [*super().list_commands(ctx), *announced()]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return one of them, without importing a plugin."""
        from chatops.toolbox import announced

        own = super().get_command(ctx, cmd_name)
        plugin = None if own is not None else announced().get(cmd_name)
        return own if plugin is None else Tools(cmd_name, f"Tools of the plugin {plugin}.")

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Return the command that is meant. For a word nobody has announced, the enabled plugins are asked."""
        if self.get_command(ctx, args[0]) is None and _is_group(args[0], args[1:]):
            return args[0], Tools(args[0], ""), args[1:]
        return super().resolve_command(ctx, args)


cli = typer.Typer(
    name="chatops",
    cls=Commands,
    help="A chat-operations server: swarms around support cases, in the chat people already use.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
plugins_cli = typer.Typer(help="What is installed and enabled.", no_args_is_help=True)
config_cli = typer.Typer(help="Settings.", no_args_is_help=True)
audit_cli = typer.Typer(help="The journals.", no_args_is_help=True)
console_cli = typer.Typer(help="The browser console.", no_args_is_help=True)
for name, part in (
    ("plugins", plugins_cli),
    ("config", config_cli),
    ("db", db_cli),
    ("audit", audit_cli),
    ("console", console_cli),
    ("token", token_cli),
):
    cli.add_typer(part, name=name)


def main() -> NoReturn:
    """Run the command line."""
    try:
        code = cli(standalone_mode=False)
    except typer.Abort:
        sys.exit(REFUSED)
    except ChatopsError as error:
        typer.echo(str(error), err=True)
        sys.exit(USAGE if isinstance(error, SettingsError) else REFUSED)
    except typer.TyperException as error:
        said = error.format_message()
        typer.echo(said if said.startswith("Usage:") else f"{said} Try: chatops --help", err=True)
        sys.exit(USAGE)
    sys.exit(code if isinstance(code, int) else DONE)


@cli.command()
def run(config: ConfigOption = None, data: DataOption = None) -> None:
    """Run the server until it is told to stop (SIGTERM or Ctrl-C)."""
    from chatops.serving import serve

    serve(*settings_of(config, data))


@cli.command()
def demo(
    data: DataOption = None,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.")] = 8080,
) -> None:
    """Run the server with a small invented company to try things out on."""
    from chatops.demo import demo_settings
    from chatops.serving import serve

    folder = folder_of(data)
    settings, welcome = demo_settings(folder, port=port)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / DEMO_MARK).touch()
    serve(settings, folder, welcome=welcome)


@cli.command()
def do(
    command: Annotated[list[str], typer.Argument(help="The command, as it would be typed in chat.")],
    config: ConfigOption = None,
    data: DataOption = None,
    url: Annotated[str, typer.Option(help="Address of a running server.", show_default=False)] = "",
    person: Annotated[str, typer.Option("--as", help="Whom to act as: an id from the directory.")] = "",
    room: Annotated[str, typer.Option(help="Room that gives the command its context: swarm:12/main.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Answer as one JSON object.")] = False,
    timeout: Annotated[float, typer.Option(help="Seconds to wait for everything to settle.")] = 30.0,
    yes: Annotated[bool, typer.Option("--yes", help="Do what is otherwise only shown, because it asks first.")] = False,
) -> None:
    """Run one command as a person, with their rights, and show the answer."""
    from chatops import calling

    words = calling.readable(" ".join(command))
    if not words.strip():
        typer.echo("Say what to do, for example: chatops do help", err=True)
        raise typer.Exit(USAGE)
    folder = folder_of(data)
    asked = calling.Asked(
        command=words,
        as_=calling.readable(person) or None,
        room=calling.readable(room) or None,
        timeout_s=timeout,
        confirmed=yes,
    )
    address = url or calling.serving(folder)
    if address:
        told = calling.do(asked, address, folder)
    else:
        from chatops.operating import do_alone

        told = _run(do_alone(asked, *settings_of(config, data)))
    typer.echo(calling.show(told, as_json=as_json))
    if not told.ok:
        raise typer.Exit(USAGE if told.usage else REFUSED)


@cli.command()
def check(config: ConfigOption = None, data: DataOption = None) -> None:
    """Look at settings, plugins, people and connections, without starting anything."""
    from chatops.operating import look_over

    findings = _run(look_over(*settings_of(config, data)))
    for finding in findings:
        typer.echo(
            f"{'ok  ' if finding.ok else 'FAIL'} {finding.name}" + (f": {finding.detail}" if finding.detail else "")
        )
        if not finding.ok and finding.fix:
            typer.echo(f"     {finding.fix}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(REFUSED)


@cli.command()
def test(folder: Annotated[Path, typer.Argument(help="Folder with people, pods, rules and *.tests.toml.")]) -> None:
    """Try people, pods and rules on their scenarios; find gaps. Exit codes: 0 well, 1 problems, 2 cannot be read."""
    from chatops.policy import examine

    if not folder.is_dir():
        typer.echo(f"There is no folder {folder}.", err=True)
        raise typer.Exit(USAGE)
    report = examine(folder)
    typer.echo(report.text)
    if report.problems:
        raise typer.Exit(REFUSED if report.readable else USAGE)


@cli.command()
def doctor(
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as one JSON object.")] = False,
) -> None:
    """Examine everything, and say what is wrong and what to do. Connections are tried out; nobody is disturbed."""
    import json

    import msgspec

    from chatops import calling

    folder = folder_of(data)
    address = calling.serving(folder)
    try:
        settings, _where = settings_of(config, data)
        findings = [calling.Found(name="settings", state="ok")]
    except SettingsError as error:
        findings = [calling.Found(name="settings", state="failure", detail=str(error), fix="Correct the settings.")]
        settings = None
    if address:
        try:
            looked = calling.doctor(address, folder)
            findings += [calling.Found(name="server", state="ok", detail=f"running at {address}"), *looked]
        except calling.Unheard as error:
            fix = "Look into its log; if nothing moves there either, start it again."
            findings.append(calling.Found(name="server", state="failure", detail=str(error), fix=fix))
    elif not folder.is_dir():
        fix = "Name the server's data folder: --data or CHATOPS_DATA. A new one is made when the server starts."
        detail = f"there is none at {folder}"
        findings.append(calling.Found(name="data folder", state="failure", detail=detail, fix=fix))
    elif settings is not None:
        from chatops.operating import examine_alone

        findings += _run(examine_alone(settings, folder))
    failed = any(finding.state == "failure" for finding in findings)
    if as_json:
        typer.echo(
            json.dumps({"ok": not failed, "findings": msgspec.to_builtins(findings)}, ensure_ascii=False, indent=2)
        )
    else:
        for finding in findings:
            typer.echo(calling.line(finding))
    if failed:
        raise typer.Exit(REFUSED)


@plugins_cli.command("list")
def plugins_list(config: ConfigOption = None, data: DataOption = None) -> None:
    """Show the plugins that are installed, and which of them are enabled."""
    from chatops.plugins import installed

    settings, _where = settings_of(config, data)
    for name in sorted({*installed(), *settings.plugins.enabled}):
        state = "enabled" if name in settings.plugins.enabled else "installed"
        typer.echo(f"{name:24} {state if name in installed() else 'enabled, but not installed'}")


@plugins_cli.command("new")
def plugins_new(
    name: Annotated[str, typer.Argument(help="What it is called, as in lunch-list.")],
    kind: Annotated[
        str, typer.Option(help="What it brings: commands, network (chat) or tickets.", show_default=True)
    ] = "commands",
    into: Annotated[Path, typer.Option(help="Where its folder is made.", show_default="this folder")] = Path(),
) -> None:
    """Make a plugin of your own, with tests that pass."""
    from chatops.scaffold.making import Kind, make

    if kind not in set(Kind):
        typer.echo(f"There is no kind {kind!r}. Choose one of: {', '.join(Kind)}.", err=True)
        raise typer.Exit(USAGE)
    made = make(name, Kind(kind), into)
    folder = into / name
    module = name.replace("-", "_")
    typer.echo(f"Made {folder} ({len(made)} files). Next, in the server's environment:")
    typer.echo(f"  cd {folder}")
    typer.echo("  pip install --no-build-isolation --no-deps -e .")
    typer.echo("  python -m pytest")
    typer.echo(f'and add "{module}" to [plugins] enabled in the settings.')


@config_cli.command("show")
def config_show(
    config: ConfigOption = None,
    data: DataOption = None,
    defaults: Annotated[bool, typer.Option("--defaults", help="Every setting with its default instead.")] = False,
) -> None:
    """Show the settings in force, as TOML."""
    from chatops.settings import Settings
    from chatops.settings_file import write

    if defaults:
        typer.echo(write(Settings.model_construct(), describe=True), nl=False)
    else:
        settings, _where = settings_of(config, data)
        typer.echo(write(settings, describe=False), nl=False)


@audit_cli.command("verify")
def audit_verify(config: ConfigOption = None, data: DataOption = None) -> None:
    """Check every audit and timeline for edits, swaps and deletions."""
    from chatops import calling

    settings, folder = settings_of(config, data)
    address = calling.serving(folder)
    if address:
        findings: Sequence[str] = calling.verify(address, folder)
    else:
        from chatops.operating import verify

        findings = _run(verify(settings, folder))
    for finding in findings:
        typer.echo(finding)
    if findings:
        typer.echo(f"{len(findings)} findings: the journals have been tampered with or damaged.")
        raise typer.Exit(REFUSED)
    typer.echo("The journals are whole.")


@console_cli.command("invite")
def console_invite(person: str, config: ConfigOption = None, data: DataOption = None) -> None:
    """Make a sign-in link for a person. It works once, for 15 minutes."""
    from chatops import calling

    _loaded, folder = settings_of(config, data)
    typer.echo(calling.sign_in_link(person, calling.serving(folder), folder))


def _use(group: str, words: Sequence[str]) -> None:
    """Use a tool of a plugin, in the running server if there is one."""
    from chatops import calling, toolbox

    try:
        typed = toolbox.read(group, words)
        folder = folder_of(typed.path("data"))
        address = calling.serving(folder)
        tools = _tools(typed.path("config"), folder, address)
        toolbox.enabled(group, tools)
        if not typed.tool:
            typer.echo(toolbox.page(group, tools))
            raise typer.Exit(DONE if typed.help else USAGE)
        tool = toolbox.choose(group, typed, tools)
        if typed.help:
            typer.echo(toolbox.tool_page(tool))
            return
        given = toolbox.given(tool, typed)
        options = toolbox.complete(tool, given, toolbox.Asking(_prompt), common=typed.common)
    except toolbox.Wrong as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(USAGE) from None
    if address:
        typer.echo(calling.use(address, folder, group, tool.name, options))
    else:
        from chatops.operating import use_alone

        settings, _where = settings_of(typed.path("config"), folder)
        typer.echo(_run(use_alone(group, tool.name, options, settings, folder)))


def _tools(config: Path | None, folder: Path, address: str) -> Sequence[Any]:
    from chatops import calling

    if address:
        return calling.tools(address, folder)
    from contextlib import ExitStack
    from tempfile import TemporaryDirectory

    from chatops.operating import tools_of

    settings, _where = settings_of(config, folder)
    with ExitStack() as undo:
        # To look what there is, or for a slip of the keyboard, no data folder is made.
        known = folder if folder.is_dir() else Path(undo.enter_context(TemporaryDirectory()))
        found: Sequence[Any] = _run(tools_of(settings, known))
    return found


def _is_group(word: str, words: Sequence[str]) -> bool:
    from chatops import calling, toolbox

    if not word.isalnum():
        return False
    try:
        typed = toolbox.read(word, words)
        folder = folder_of(typed.path("data"))
        return any(tool.group == word for tool in _tools(typed.path("config"), folder, calling.serving(folder)))
    except ChatopsError:
        return False


def _prompt(option: Any) -> str:
    label = f"{option.name} ({option.help})"
    return str(typer.prompt(label, default="", show_default=False, hide_input=option.secret))


def _run(work: Any) -> Any:
    return asyncio.run(work)
