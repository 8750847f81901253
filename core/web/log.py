"""The log: one JSON object a line on stderr, each with the request it belongs to."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any

import structlog

from core.web.wire import encode

if TYPE_CHECKING:
    from core.web.exchange import Call

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


def log_request(call: Call, status: int, seconds: float, *, who: str, refusal: str) -> None:
    """One line for a request that was answered: who asked for what, and with a refusal its code."""
    log.info(
        "request",
        request_id=call.request_id,
        method=call.method,
        path=call.path,
        status=status,
        ms=round(seconds * 1000, 1),
        login=who,
        address=call.address,
        **({"code": refusal} if refusal else {}),
    )


def _json(event: Any, **_: Any) -> bytes:
    return encode(
        {
            name: value if isinstance(value, int | float | str | None) else str(value)
            for name, value in event.items()
        }
    )
