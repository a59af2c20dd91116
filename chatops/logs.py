"""One line per event, as JSON or as text. Lines carry ids (cause, lane, reference), never what people wrote."""

from __future__ import annotations

import logging
import sys
from typing import Literal

import structlog


def configure(*, level: str, style: Literal["json", "text"]) -> None:
    """Send every log line of the process, our own and the libraries', to standard error in one shape."""
    number = logging.getLevelNamesMapping()[level.upper()]
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if style == "json"
        # Without the local variables of each line: people's words and passwords are among them.
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info if style == "json" else structlog.processors.UnicodeDecoder(),
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(number)
    # Libraries narrate every scan and every request; their warnings are what is worth a line.
    for chatty in ("apscheduler", "aiohttp.access", "aiosqlite", "tortoise", "asyncio"):
        logging.getLogger(chatty).setLevel(max(number, logging.WARNING))
