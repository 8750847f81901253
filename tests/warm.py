"""Processes that begin at once: forked from one that has imported everything, for tests that kill many of them."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).parents[1]

_PARENT = """
import importlib, json, os, sys, traceback

for name in sys.argv[1:]:
    importlib.import_module(name)
print("ready", flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    if "wait" in asked:
        _, status = os.waitpid(asked["wait"], 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
        continue
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            for number, name in ((1, "out"), (2, "err")):
                os.dup2(os.open(asked[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
            sys.argv = ["-c", *asked["arguments"]]
            exec(compile(asked["program"], "<program>", "exec"), {"__name__": "__main__"})
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
    print(child, flush=True)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How a process ended: a signal is a negative status, as in `subprocess`."""

    status: int
    out: str
    err: str


class Going:
    """A process that has not ended: what it says is read as it says it."""

    def __init__(self, pid: int, out: Path, wait: Callable[[int], int]) -> None:
        self.pid = pid
        self.out = out.open(encoding="utf-8")  # waits until the process opens the other end
        self._wait = wait

    def kill(self) -> list[str]:
        """End it at once, if it has not ended; the lines that it had said since they were read last."""
        if self.out.closed:
            return []
        os.kill(self.pid, signal.SIGKILL)
        with self.out:
            left = self.out.read().splitlines()
        self._wait(self.pid)
        return left


class Warm:
    """One process that has imported ``modules`` and forks itself for each program; it has no threads."""

    def __init__(self, folder: Path, *modules: str) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        self._parent = subprocess.Popen(
            [sys.executable, "-c", _PARENT, *modules],
            cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert self._answer() == "ready"

    def run(self, program: str, arguments: Sequence[str]) -> Done:
        """Run a program to its end."""
        out, err = self._folder / "out", self._folder / "err"
        status = self.wait(self.fork(program, arguments, out, err))
        return Done(status=status, out=out.read_text("utf-8"), err=err.read_text("utf-8"))

    def begin(self, program: str, arguments: Sequence[str]) -> Going:
        """Start a program that is to be killed; what it says of errors is found in the folder."""
        number = next(self._numbers)
        out, err = self._folder / f"out{number}", self._folder / f"err{number}"
        os.mkfifo(out)
        return Going(self.fork(program, arguments, out, err), out, self.wait)

    def fork(self, program: str, arguments: Sequence[str], out: Path, err: Path) -> int:
        """Start a program; the id of its process, which is to be waited for."""
        asked = {"program": program, "arguments": list(arguments), "out": str(out), "err": str(err)}
        return self._ask(asked)

    def wait(self, pid: int) -> int:
        """How a process ended."""
        return self._ask({"wait": pid})

    def _ask(self, asked: Mapping[str, object]) -> int:
        assert self._parent.stdin is not None
        self._parent.stdin.write(json.dumps(asked) + "\n")
        self._parent.stdin.flush()
        return int(self._answer())

    def _answer(self) -> str:
        assert self._parent.stdout is not None
        return self._parent.stdout.readline().strip()

    def __enter__(self) -> Warm:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._parent.communicate(timeout=60)
