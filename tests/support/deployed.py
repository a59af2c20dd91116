"""Reads what lies in `deploy/`, without anything that would run it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from tree import ROOT

DEPLOY = ROOT / "deploy"
CONTAINERFILE = DEPLOY / "container/Containerfile"
COMPOSE = DEPLOY / "compose/compose.yaml"
CADDYFILE = DEPLOY / "compose/Caddyfile"
ALERTS = DEPLOY / "prometheus/alerts.yaml"
PROMETHEUS = DEPLOY / "prometheus/prometheus.yaml"
DASHBOARD = DEPLOY / "grafana/chatops.json"


def compose() -> Mapping[str, Any]:
    """Return the compose file, its anchors filled in."""
    return dict(yaml.safe_load(COMPOSE.read_text(encoding="utf-8")))


def rules() -> list[Mapping[str, Any]]:
    """Return the alert rules."""
    told = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))
    return [rule for group in told["groups"] for rule in group["rules"]]


def panels() -> list[Mapping[str, Any]]:
    """Return the dashboard's panels that show something."""
    told = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    return [panel for panel in told["panels"] if panel["type"] != "row"]


def expressions() -> Iterator[str]:
    """Yield every expression that names metrics."""
    yield from (rule["expr"] for rule in rules())
    yield from (target["expr"] for panel in panels() for target in panel["targets"])


def metrics_in(expression: str) -> set[str]:
    """Return the metrics an expression names: what is left without strings, labels and functions."""
    bare = re.sub(r'"[^"]*"', '""', expression)
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]", " ", bare)
    bare = re.sub(r"\b(by|on|without) \([^)]*\)", " ", bare)
    return set(re.findall(r"(?<![\w.])[a-z_][a-z0-9_]*(?![\w(])(?!\s*\()", bare))


def instructions() -> Iterator[tuple[str, str]]:
    """Yield each instruction of the container file with its words, continued lines joined."""
    text = re.sub(r"^#.*\n", "", CONTAINERFILE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip():
            word, _space, rest = line.strip().partition(" ")
            yield word, rest.strip()
