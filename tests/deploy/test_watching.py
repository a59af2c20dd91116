"""Alert rules and dashboard: about metrics that there are, and understood by Prometheus."""

from __future__ import annotations

import asyncio
import json
import subprocess
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from chatops.metrics.counted import Counted
from chatops.metrics.page import MetricsPage
from chatops.testing.clock import ManualClock
from deployed import ALERTS, DASHBOARD, PROMETHEUS, expressions, metrics_in, panels, rules
from needs import need
from theatre import theatre_of
from tree import ROOT

OTHERS = {"up"}
"""What Prometheus itself tells."""

CASES = ROOT / "tests/deploy/alerts.yaml"


@pytest.fixture
async def exported(tmp_path: Path) -> set[str]:
    """The names of all samples of a server that has done a little of everything."""
    clock, registry = ManualClock(), CollectorRegistry()
    async with theatre_of("memory", tmp_path) as theatre:
        stage = await theatre.stage(clock=clock, meter=Counted(registry, networks=["fake"]))
        await stage.says("anna", "tally raise a", room="general")
        page = MetricsPage(registry, stage.engine, database="sqlite", clock=clock)
        text = (await page.text()).decode()
    return {sample.name for family in text_string_to_metric_families(text) for sample in family.samples}


async def test_rules_and_dashboard_name_only_what_is_exported(exported: set[str]) -> None:
    """A renamed metric would silence an alert without a word."""
    named = {name for expression in expressions() for name in metrics_in(expression)}

    assert named - exported - OTHERS == set()


async def test_every_metric_of_ours_is_shown(exported: set[str]) -> None:
    """What nobody looks at need not be counted."""
    ours = {name.removesuffix("_sum").removesuffix("_count") for name in exported if name.startswith("chatops_")}
    ours = {name for name in ours if f"{name}_bucket" not in exported}
    shown = {name for panel in panels() for target in panel["targets"] for name in metrics_in(target["expr"])}

    assert ours - shown == set()


def test_names_are_found_in_expressions() -> None:
    """The comparison itself: labels, functions, strings and variables are no metrics."""
    asked = 'histogram_quantile(0.99, sum by (le) (rate(a_bucket{job="$job", kind!~"x .*"}[$__rate_interval]))) > 5'

    assert metrics_in(asked) == {"a_bucket"}
    assert metrics_in('max by (network) (a) == 0 / b{x="1"} >= c') == {"a", "b", "c"}


def test_each_alert_says_what_is_wrong_and_how_badly() -> None:
    """A severity, and one sentence."""
    for rule in rules():
        assert rule["labels"]["severity"] in {"warning", "critical"}, rule["alert"]
        assert rule["annotations"]["summary"].endswith("."), rule["alert"]


def test_the_dashboard_can_be_imported() -> None:
    """Each panel has its own number, a title, and the Prometheus that is chosen at the top."""
    told = json.loads(DASHBOARD.read_text(encoding="utf-8"))

    assert len({panel["id"] for panel in told["panels"]}) == len(told["panels"])
    assert {variable["name"] for variable in told["templating"]["list"]} == {"datasource", "job"}
    for panel in panels():
        assert panel["title"]
        assert panel["datasource"]["uid"] == "${datasource}"


async def test_prometheus_understands_them(tmp_path: Path) -> None:
    """The rules fire when they should and are silent when they should be; the scrape settings are read."""
    promtool = need("promtool", how="apt-get install prometheus")
    cases = tmp_path / "cases.yaml"
    cases.write_text(CASES.read_text(encoding="utf-8").replace("{rules}", str(ALERTS)), encoding="utf-8")

    for words in (
        ("check", "rules", str(ALERTS)),
        ("test", "rules", str(cases)),
        ("check", "config", "--syntax-only", str(PROMETHEUS)),
    ):
        ran = await asyncio.to_thread(
            subprocess.run, [promtool, *words], capture_output=True, text=True, timeout=20, check=False
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr


async def test_the_dashboards_questions_are_promql(tmp_path: Path) -> None:
    """Each of them is read by Prometheus, its variables filled in."""
    promtool = need("promtool", how="apt-get install prometheus")
    asked = [target["expr"] for panel in panels() for target in panel["targets"]]
    asked = [one.replace("$__rate_interval", "5m").replace("$job", "chatops") for one in asked]
    records = [{"record": f"panel:{number}", "expr": one} for number, one in enumerate(asked)]
    file = tmp_path / "panels.json"
    file.write_text(json.dumps({"groups": [{"name": "panels", "rules": records}]}), encoding="utf-8")  # JSON is YAML

    ran = await asyncio.to_thread(
        subprocess.run, [promtool, "check", "rules", str(file)], capture_output=True, text=True, timeout=20, check=False
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
