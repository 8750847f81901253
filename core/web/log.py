"""The log: one JSON object a line on stderr, each with the request it belongs to."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

from core.web.wire import encode

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}

log: structlog.stdlib.BoundLogger = structlog.get_logger("kubik")


def configure_log(level: str) -> None:
    """Write the log from ``level`` upwards; called once by what starts a process."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )


def _json(event: Any, **_: Any) -> bytes:
    return encode(
        {
            name: value if isinstance(value, int | float | str | None) else str(value)
            for name, value in event.items()
        }
    )
