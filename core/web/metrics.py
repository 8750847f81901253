"""Measures for operations, in the text form that Prometheus reads."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

CONTENT_TYPE = b"text/plain; version=0.0.4; charset=utf-8"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
MOST_KNOWN = 200
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The counters of one process; a registry of its own, so that several sites can live in one test run."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        labels = ("kind", "method", "status")
        self._requests = Counter("kubik_requests", "Requests answered", labels, registry=self.registry)
        self._seconds = Histogram(
            "kubik_request_seconds", "Time to answer", ("kind",), registry=self.registry, buckets=_BUCKETS
        )
        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self.streams = Gauge("kubik_event_streams", "Open event streams", registry=self.registry)

    def answered(self, kind: str, method: str, status: int, seconds: float) -> None:
        """Count one answer; ``kind`` is api, page or asset: never a path, which could be anything."""
        key = kind, method, status // 100
        known = self._known.get(key)
        if known is None:
            counted = method if method in METHODS else "other"
            known = self._known[key] = (
                self._requests.labels(kind, counted, f"{status // 100}xx"), self._seconds.labels(kind),
            )  # fmt: skip
            if len(self._known) > MOST_KNOWN:  # made-up methods
                self._known.clear()
        known[0].inc()
        known[1].observe(seconds)

    def text(self) -> bytes:
        """Everything measured."""
        return generate_latest(self.registry)
