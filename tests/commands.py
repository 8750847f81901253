"""Commands as processes, each in a folder and a database of its own."""

from __future__ import annotations

import io
import itertools
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from core.cli import main


@dataclass(frozen=True, kw_only=True)
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


class Commands:
    """Runs ``kubik`` with one environment."""

    def __init__(self, home: Path, database_url: str) -> None:
        self.home = home
        self.printed: dict[int, str] = {}
        """What processes that served wrote to stdout."""
        self.environment = {
            **os.environ,
            "KUBIK_HOME": str(home),
            "KUBIK_DATABASE_URL": database_url,
            "KUBIK_TIME_ZONE": "Europe/Moscow",
            "LC_ALL": "C.UTF-8",
            "PYTHONPATH": str(Path(__file__).parents[3]),
        }

    def __call__(self, *words: str, input: str = "", environment: Mapping[str, str] | None = None) -> Done:
        """Run a command in this process (importing everything anew each time takes seconds)."""
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {**self.environment, **(environment or {})}.items():
                patch.setenv(name, value)
            self.home.parent.mkdir(exist_ok=True)
            patch.chdir(self.home.parent)
            patch.setattr(sys, "argv", ["kubik", *words])
            patch.setattr(sys, "stdin", io.StringIO(input))
            with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
                main()
        return Done(returncode=int(ended.value.code or 0), stdout=out.getvalue(), stderr=err.getvalue())

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start a command in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "core.cli", *words],
            env=self.environment, cwd=self.home.parent, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            start_new_session=True,
        )  # fmt: skip

    @contextmanager
    def served(self, *words: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
        """`kubik serve` (or another command that serves) until the block ends: its address and its process."""
        port = free_port()
        process = self.start(*(words or ("serve",)), "--port", str(port))
        address = f"http://127.0.0.1:{port}"
        try:
            wait_until_ready(address, process)
            yield address, process
        finally:
            if process.poll() is None:
                process.terminate()
            self.printed[process.pid] = process.communicate(timeout=60)[0]


_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_mine = range(10_000 + _worker % 16, 30_000, 16)
_ports = itertools.cycle(_mine[(at + os.getpid() * 37) % len(_mine)] for at in range(len(_mine)))
"""Of each worker other ones, and none that the system gives to who connects: nobody takes one before its server does;
of each run from another one on."""


def free_port() -> int:
    """A port nobody listens on now."""
    for port in _ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise AssertionError("there is no end of ports")


def wait_until_ready(address: str, process: subprocess.Popen[str], seconds: float = 60) -> None:
    """Wait for the server's health page."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise AssertionError(process.communicate()[1])
        try:
            if httpx.get(f"{address}/health/ready", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("the server did not become ready")
