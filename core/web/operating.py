"""Pages for operations: is the process alive, can it answer, and what it measures."""

from __future__ import annotations

from ipaddress import ip_address

from core.access.login import actor_of_token
from core.errors import KubikError
from core.web.exchange import Answer, Call, answer_json
from core.web.metrics import CONTENT_TYPE
from core.web.operations import Operation


def live(_: Call) -> Answer:
    """The process answers at all."""
    return answer_json({"status": "live"})


def ready(call: Call) -> Answer:
    """The database answers and holds a configuration."""
    with call.site.workspace.read() as transaction:
        version = transaction.model.version
    return answer_json({"status": "ready", "model": version})


def metrics(call: Call) -> Answer:
    """Measures, for the machine itself or for a caller with a token."""
    if not (is_loopback(call.address) and call.header(b"x-forwarded-for") is None) and not _has_token(call):
        raise KubikError("KBK4001")
    return Answer(body=call.site.metrics.text(), media_type=CONTENT_TYPE)


def _has_token(call: Call) -> bool:
    kind, _, token = (call.header(b"authorization") or "").partition(" ")
    if kind.lower() != "bearer":
        return False
    with call.site.workspace.read() as transaction:
        return actor_of_token(transaction, token.strip()) is not None


def is_loopback(address: str) -> bool:
    """Whether a request comes from the machine itself."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


OPERATIONS = (
    Operation(method="GET", path="/health/live", run=live, summary="Is the process alive?"),
    Operation(method="GET", path="/health/ready", run=ready, summary="Can the process answer?"),
    Operation(method="GET", path="/metrics", run=metrics, summary="Measures for Prometheus"),
)
