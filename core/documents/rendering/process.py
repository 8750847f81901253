"""One process that renders, asked a question at a time, each within its seconds; ended when it is late or gone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

from core.documents.making.frames import Broken, receive, send

STARTING = 60.0
"""What a process may take to begin, or to load its libraries."""

_ROOT = str(Path(__file__).resolve().parents[3])
_BEGIN = (
    "import json, sys\n"
    "sys.path[:] = json.loads(sys.argv[1])\n"
    "from core.documents.making.child import main\n"
    "main(int(sys.argv[2]), sys.argv[3])\n"
)
_KEPT_OF_ENVIRONMENT = (
    "PATH", "LANG", "LC_ALL", "HOME", "USERPROFILE", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "FONTCONFIG_FILE", "FONTCONFIG_PATH",
    "XDG_CACHE_HOME", "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "WEASYPRINT_DLL_DIRECTORIES",
)  # fmt: skip
"""Of the server's environment nothing else goes to a process that runs templates: there are secrets in it."""
_BELOW_NORMAL, _NO_WINDOW = 0x00004000, 0x08000000

Answer = tuple[dict[str, Any], list[bytes]]


class Late(Exception):
    """It did not answer in time, and was ended."""


class Gone(Exception):
    """It ended by itself: it took more than it may have, or a library broke."""


class Process:
    """A process that is ready for questions. What it was given it keeps: ``known`` are its templates, ``loaded`` what it can."""

    def __init__(self, memory: int) -> None:
        self.known: set[str] = set()
        self.loaded: set[tuple[str, str]] = set()
        self.made = 0
        self._folder = tempfile.mkdtemp(prefix="kubik-documents-")
        self._process = _begin(memory, self._folder)
        self._asking = cast(BinaryIO, self._process.stdin)
        self._answering = cast(BinaryIO, self._process.stdout)
        self._within(STARTING, None, ())

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, head: dict[str, Any], parts: Sequence[bytes], seconds: float) -> Answer:
        """One question and its answer. `Late` or `Gone`: then it is ended."""
        return self._within(seconds, head, parts)

    def end(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        for stream in (self._asking, self._answering):
            try:
                stream.close()
            except OSError:  # what was left in it goes nowhere
                continue
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _within(self, seconds: float, head: dict[str, Any] | None, parts: Sequence[bytes]) -> Answer:
        late = threading.Event()
        timer = threading.Timer(seconds, self._kill, (late,))
        timer.start()
        try:
            if head is not None:
                send(self._asking, head, parts)
            return receive(self._answering)
        except (OSError, Broken) as error:
            timer.cancel()
            self.end()
            raise (Late if late.is_set() else Gone) from error
        finally:
            timer.cancel()

    def _kill(self, late: threading.Event) -> None:
        late.set()
        self._process.kill()


def _begin(memory: int, folder: str) -> subprocess.Popen[bytes]:
    paths = list(dict.fromkeys((_ROOT, *(path for path in sys.path if path))))
    return subprocess.Popen(
        [sys.executable, "-I", "-c", _BEGIN, json.dumps(paths), str(memory), folder],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env={name: os.environ[name] for name in _KEPT_OF_ENVIRONMENT if name in os.environ},
        creationflags=_BELOW_NORMAL | _NO_WINDOW if sys.platform == "win32" else 0,
    )  # fmt: skip
