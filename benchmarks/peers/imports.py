"""Import every third-party package the server is locked to use, and wait: what merely having them costs."""

from __future__ import annotations

import importlib
import sys
from contextlib import suppress
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

LOCK = Path(__file__).parents[2] / "requirements.lock"


def locked() -> set[str]:
    """Return the names in the lock file."""
    lines = LOCK.read_text(encoding="utf-8").splitlines()
    return {line.split("==")[0].split("[")[0].lower().replace("_", "-") for line in lines if "==" in line}


def main() -> None:
    """Import, say so, wait for the end."""
    wanted = locked() - {"hatchling", "editables", "setuptools"}
    for module, names in sorted(packages_distributions().items()):
        ours = {name.lower().replace("_", "-") for name in names} & wanted
        if ours and module.isidentifier() and not module.startswith("_") and distribution(next(iter(ours))):
            with suppress(ImportError):
                importlib.import_module(module)
    print("READY", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
