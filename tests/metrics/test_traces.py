"""Spans: all that one event leads to is one trace."""

from __future__ import annotations

import subprocess
import sys

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from chatops.engine.meter import NoMeter
from chatops.errors import StartError
from chatops.metrics.traces import TracingMeter, ids_of, traced


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def meter(spans: InMemorySpanExporter) -> TracingMeter:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(spans))
    return TracingMeter(NoMeter(), provider)


def test_one_cause_is_one_trace(meter: TracingMeter, spans: InMemorySpanExporter) -> None:
    """With the times that were measured, and what came of it."""
    meter.handled("call", "done", asked=True, seconds=0.5, key="a", cause="a")
    meter.settled("post", "dead", bulk=False, seconds=2.0, key="a/0", cause="a")
    meter.handled("call", "done", asked=True, seconds=0.5, key="b", cause="b")

    event, effect, other = spans.get_finished_spans()
    assert (event.name, effect.name) == ("event call", "effect post")
    assert event.context.trace_id == effect.context.trace_id == ids_of("a")[0]
    assert other.context.trace_id == ids_of("b")[0]
    assert effect.end_time is not None
    assert effect.start_time is not None
    assert round((effect.end_time - effect.start_time) / 1e9, 3) == 2.0
    assert dict(effect.attributes or {}) == {"chatops.outcome": "dead"}
    assert not effect.status.is_ok
    assert event.status.is_ok or event.status.is_unset


def test_without_the_setting_nothing_is_imported() -> None:
    """Neither by the module nor by asking for it."""
    code = (
        "import sys; from chatops.engine.meter import NoMeter; from chatops.metrics.traces import traced; "
        "m = NoMeter(); assert traced(m, '') is m; assert not any(n.startswith('opentelemetry') for n in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_is_missing_is_told_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """As for every extra."""
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.resources", None)

    with pytest.raises(StartError, match=r"pip install 'chatops-server\[traces\]'"):
        traced(NoMeter(), "http://127.0.0.1:9/v1/traces")
