"""Spans for OpenTelemetry: from accepting an event to having handled it, from queueing an effect to having sent it.

All that one event leads to is one trace, whichever replica does it: its id is made from the key of that event. Spans hold
kinds and outcomes, never what people wrote. Importing this imports nothing of OpenTelemetry.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from typing import Any

import chatops
from chatops.engine.meter import Called, Handled, Meter
from chatops.errors import StartError

NANO = 1_000_000_000


class TracingMeter:
    """Hands everything on to another meter, and makes spans of it."""

    def __init__(self, meter: Meter, provider: Any) -> None:
        """`provider` is an OpenTelemetry SDK `TracerProvider`."""
        from opentelemetry import trace  # noqa: PLC0415 - an extra

        self._meter = meter
        self._trace = trace
        self._provider = provider
        self._tracer = provider.get_tracer("chatops", chatops.__version__)

    def handled(self, kind: str, ended: Handled, *, asked: bool, seconds: float, key: str, cause: str) -> None:
        """An event of `kind` came to an end."""
        self._meter.handled(kind, ended, asked=asked, seconds=seconds, key=key, cause=cause)
        self._span(f"event {kind}", ended, seconds, cause, failed=ended == "failed")

    def called(self, network: str, outcome: Called, *, seconds: float) -> None:
        """A network was called once."""
        self._meter.called(network, outcome, seconds=seconds)

    def settled(self, kind: str, state: str, *, bulk: bool, seconds: float, key: str, cause: str) -> None:
        """An effect got into `state`."""
        self._meter.settled(kind, state, bulk=bulk, seconds=seconds, key=key, cause=cause)
        self._span(f"effect {kind}", state, seconds, cause, failed=state in {"failed", "dead", "unknown"})

    def fired(self, late: float) -> None:
        """A timer's event was handled."""
        self._meter.fired(late)

    def close(self) -> None:
        """Send what was not sent yet. Blocking."""
        self._provider.shutdown()

    def _span(self, name: str, outcome: str, seconds: float, cause: str, *, failed: bool) -> None:
        trace = self._trace
        trace_id, root = ids_of(cause)
        flags = trace.TraceFlags(trace.TraceFlags.SAMPLED)
        parent = trace.SpanContext(trace_id=trace_id, span_id=root, is_remote=True, trace_flags=flags)
        now = time.time_ns()
        span = self._tracer.start_span(
            name,
            context=trace.set_span_in_context(trace.NonRecordingSpan(parent)),
            start_time=now - int(max(seconds, 0.0) * NANO),
            attributes={"chatops.outcome": outcome},
        )
        if failed:
            span.set_status(trace.StatusCode.ERROR)
        span.end(end_time=now)


def ids_of(cause: str) -> tuple[int, int]:
    """Return the ids of the trace of a root event, and of the span that all of its spans stand under; neither is 0."""
    digest = hashlib.sha256(cause.encode(errors="replace")).digest()
    return int.from_bytes(digest[:16], "big") or 1, int.from_bytes(digest[16:24], "big") or 1


def traced(meter: Meter, endpoint: str) -> Meter:
    """Return a meter that also sends spans to `endpoint`; `meter` itself when that is empty. Raise StartError."""
    if not endpoint:
        return meter
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError as error:
        message = (
            f"traces.endpoint is set, but {error.name} is not installed. Run: pip install 'chatops-server[traces]'"
        )
        raise StartError(message) from error
    provider = TracerProvider(resource=Resource.create({"service.name": "chatops"}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    return TracingMeter(meter, provider)


async def finish(meter: Meter) -> None:
    """Send the spans that were not sent yet. Harmless for a meter that makes none."""
    if isinstance(meter, TracingMeter):
        await asyncio.to_thread(meter.close)
