"""`chatops token …`: the commands of the command line about tokens for REST."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from chatops.chosen import ConfigOption, DataOption, settings_of

token_cli = typer.Typer(help="Tokens for REST.", no_args_is_help=True)


@token_cli.command("create")
def token_create(
    person: Annotated[str, typer.Option(help="Whom it speaks for: an id from the directory.")],
    scope: Annotated[list[str], typer.Option(help="What it is for: read, commands, dead-letters, webhooks.")],
    config: ConfigOption = None,
    data: DataOption = None,
    expires: Annotated[str, typer.Option(help="How long it lives: 12h, 90d, 52w.", show_default="for ever")] = "",
    name: Annotated[str, typer.Option(help="What it is called in lists.", show_default=False)] = "",
) -> None:
    """Make a token. It is shown this once."""
    told = {"person": person, "scope": ",".join(scope), "expires": expires, "name": name}
    typer.echo(_use("create", told, config, data))


@token_cli.command("list")
def token_list(config: ConfigOption = None, data: DataOption = None) -> None:
    """Show all tokens, never their secrets."""
    typer.echo(_use("list", {}, config, data))


@token_cli.command("revoke")
def token_revoke(
    token: Annotated[str, typer.Argument(metavar="ID", help="The token's id, from the list.")],
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """End a token at once."""
    typer.echo(_use("revoke", {"id": token}, config, data))


def _use(tool: str, options: Mapping[str, str], config: Path | None, data: Path | None) -> str:
    """Use a tool of the running server, or by itself when none runs."""
    from chatops import calling

    settings, folder = settings_of(config, data)
    address = calling.serving(folder)
    if address:
        return calling.use(address, folder, "token", tool, options)
    from chatops.operating import use_alone

    return asyncio.run(use_alone("token", tool, options, settings, folder))
