"""Where something went wrong, for the log. Made from what is in memory: a usual traceback would read the source files."""

from __future__ import annotations

from types import TracebackType

MOST = 300
"""Characters of an error's own words that are kept."""


def trace_of(error: BaseException) -> str:
    """Return the error, where it was raised and what caused it, innermost last: `file:line function > … > Type: words`."""
    steps = [*_steps(error.__traceback__), f"{type(error).__name__}: {str(error)[:MOST]}"]
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and cause is not error:
        return f"{' > '.join(steps)} | because of {type(cause).__name__}: {str(cause)[:MOST]}"
    return " > ".join(steps)


def _steps(trace: TracebackType | None) -> list[str]:
    steps = []
    while trace is not None:
        code = trace.tb_frame.f_code
        file = "/".join(code.co_filename.rsplit("/", 2)[-2:])
        steps.append(f"{file}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return steps
