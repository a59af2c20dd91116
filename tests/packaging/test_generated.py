"""Generated files equal what the code says today."""

from __future__ import annotations

import subprocess
import sys

from tree import ROOT


def test_generated_files_are_up_to_date() -> None:
    """`scripts/generate` would change nothing."""
    ran = subprocess.run(
        [sys.executable, "scripts/generated.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
