"""Two servers side by side, Kubik's and the hand-written one, and a client that asks both alike."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.installation import Installation

PATIENCE = 30.0
"""Seconds that a server may take to answer first."""


class Client:
    """One kept connection to a server of this machine, made anew when the server closed it meanwhile."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.headers = headers

    def get(self, path: str) -> bytes:
        """The body of a GET that must succeed."""
        return self.ask("GET", path)

    def ask(self, method: str, path: str, body: bytes | None = None) -> bytes:
        """The body of an answer that must be a success."""
        headers = self.headers if body is None else self.headers | {"Content-Type": "application/json"}
        try:
            answer = self._answer(method, path, body, headers)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            if method != "GET":
                raise
            self.connection.close()  # it was idle for long; the next request opens another one
            answer = self._answer(method, path, body, headers)
        text = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {text[:500]!r}")
        return text

    def _answer(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> http.client.HTTPResponse:
        self.connection.request(method, path, body, headers)
        return self.connection.getresponse()


@contextmanager
def kubik_server(installation: Installation) -> Iterator[tuple[int, float, int]]:
    """Kubik as `kubik serve` runs it, one worker: its port, the seconds until it was ready, its process id."""
    port = free_port()
    command = [sys.executable, "-P", "-m", "core.cli", "serve", "--port", str(port), "--workers", "1"]
    with _running(command, installation.environment, port, "/health/ready") as (seconds, pid):
        yield port, seconds, pid


@contextmanager
def raw_server(installation: Installation) -> Iterator[int]:
    """The hand-written one (`bench.raw`): its port."""
    port = free_port()
    command = [sys.executable, "-P", "-m", "bench.raw"]
    environment = installation.environment | {"KUBIK_BENCH_PORT": str(port)}
    with _running(command, environment, port, "/?list=id"):
        yield port


@contextmanager
def _running(
    command: list[str], environment: dict[str, str], port: int, ready: str
) -> Iterator[tuple[float, int]]:
    started = time.perf_counter()
    root = Path(__file__).resolve().parent.parent
    process = subprocess.Popen(
        command, env=environment | {"PYTHONPATH": str(root)}, stdout=subprocess.DEVNULL
    )
    try:
        while not _answers(port, ready):
            if process.poll() is not None:
                raise RuntimeError(f"{command[3]} ended with status {process.returncode}")
            if time.perf_counter() - started > PATIENCE:
                raise RuntimeError(f"{command[3]} does not answer")
            time.sleep(0.02)
        yield time.perf_counter() - started, process.pid
    finally:
        process.terminate()
        process.wait(20)


def _answers(port: int, path: str) -> bool:
    try:
        Client(port, {}).get(path)
    except (OSError, http.client.HTTPException):
        return False
    return True


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def megabytes(pid: int) -> float:
    """Resident memory of a server's worker, the greatest of the process and its children; Linux alone, 0 elsewhere."""
    found = [0.0]
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(entry.read_text().rpartition(")")[2].split()[1])
            if pid in (int(entry.parent.name), parent):
                pages = int((entry.parent / "statm").read_text().split()[1])
                found.append(pages * os.sysconf("SC_PAGE_SIZE") / 1e6)
        except OSError:
            continue  # it ended meanwhile
    return max(found)
