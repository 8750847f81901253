"""Small pictures of large ones, made by a child process with limits of memory and time, and kept beside the contents."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import KubikError
from core.storage.files import FileStore
from metamodel.messages import message

CHILD = Path(__file__).with_name("picture_child.py")

SIZES = (96, 320, 1280)
"""Pixels of the longer side."""

SECONDS = 15.0
"""What one picture may take before its process is ended."""

MOST_WAITING = 8
MOST_OF_ONE_PROCESS = 300


@dataclass(frozen=True, slots=True)
class Measures:
    """The pixels of a picture as a person sees it."""

    width: int
    height: int


class Pictures:
    """Asks the child process, one picture at a time; a process that hangs, grows or dies is begun anew."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._waiting = threading.BoundedSemaphore(MOST_WAITING)
        self._process: subprocess.Popen[str] | None = None
        self._count = 0

    def measure(self, source: Path) -> Measures | None:
        """How large a picture is; None for what is none."""
        return self._asked({"source": str(source)})

    def small(self, store: FileStore, hash: str, most: int) -> Path | None:
        """The small picture of kept contents; None when none can be made of them."""
        path = store.made(hash, f"{most}.webp")
        if path.exists():
            return path if path.stat().st_size else None
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._asked({"source": str(store.local(hash)), "target": str(path), "most": most}) is None:
            path.touch()  # asked once is enough
            return None
        return path

    def close(self) -> None:
        """End the process."""
        with self._turn:
            self._end()

    def _asked(self, question: dict[str, Any]) -> Measures | None:
        if not self._waiting.acquire(blocking=False):
            raise KubikError("KBK3013", message("Too many pictures are being made at once: try again."))
        try:
            with self._turn:
                return self._answer(json.dumps(question))
        finally:
            self._waiting.release()

    def _answer(self, line: str) -> Measures | None:
        process = self._begun()
        assert process.stdin is not None and process.stdout is not None
        timer = threading.Timer(SECONDS, process.kill)
        timer.start()
        try:
            process.stdin.write(line + "\n")
            process.stdin.flush()
            said = process.stdout.readline()
        except OSError:
            said = ""
        finally:
            timer.cancel()
        if not said:
            self._end()
            return None
        found = json.loads(said)
        return None if "error" in found else Measures(found["width"], found["height"])

    def _begun(self) -> subprocess.Popen[str]:
        self._count += 1
        if self._process is not None and (
            self._count > MOST_OF_ONE_PROCESS or self._process.poll() is not None
        ):
            self._end()
        if self._process is None:
            self._count = 0
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(CHILD)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                text=True, encoding="utf-8",
            )  # fmt: skip
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()
