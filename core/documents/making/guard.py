"""What a rendering process may not do, whatever a template talks it into: no files but those of its own libraries and fonts,
no network, no other programs, and no more memory than a document needs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_NEVER = (
    "socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.startfile", "os.kill",
    "os.rename", "os.link", "os.symlink", "os.chmod", "os.chown", "os.truncate", "os.putenv",
    "ctypes.dlopen", "shutil.copy", "shutil.move", "urllib.Request", "ftplib.", "smtplib.", "sqlite3.", "webbrowser.", "pty.", "winreg.", "_winapi.",
)  # fmt: skip
_WRITING = ("os.mkdir", "os.remove", "os.rmdir", "tempfile.mkdtemp", "tempfile.mkstemp", "shutil.rmtree")
_FONTS = ("/usr/share/fonts", "/usr/local/share/fonts", "/etc/fonts", "/usr/share/zoneinfo")


class Refused(PermissionError):
    """Something that no document needs."""


class Guard:
    """Set once for the process; `loading` opens it while libraries are imported."""

    def __init__(self, memory: int | None, folder: str) -> None:
        self._loading = 0
        self._memory = memory
        self._folder = os.path.realpath(folder) + os.sep
        self._free = (*(os.path.realpath(place) + os.sep for place in (*_libraries(), *_FONTS)), self._folder)

    def set(self) -> None:
        """From now on."""
        if self._memory is not None:
            limit_memory(self._memory)
        sys.addaudithook(self._asked)

    @contextmanager
    def loading(self) -> Iterator[None]:
        """While libraries are loaded, which look for others and make folders."""
        self._loading += 1
        try:
            yield
        finally:
            self._loading -= 1

    def _asked(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._loading:
            return
        if event == "open":
            self._opened(*arguments)
        elif event in _WRITING:
            if not self._is_ours(arguments[0]):
                raise Refused(event)
        elif event.startswith(_NEVER):
            raise Refused(event)

    def _opened(self, path: Any, mode: Any, flags: Any) -> None:
        if isinstance(path, int) or self._is_ours(path):
            return
        if isinstance(mode, str) and set(mode) & set("wax+"):
            raise Refused("open")
        if not isinstance(mode, str) and isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR):
            raise Refused("open")
        if not os.path.realpath(os.fsdecode(path)).startswith(self._free):
            raise Refused("open")

    def _is_ours(self, path: Any) -> bool:
        """Whether it lies in the folder that this process may write to."""
        return not isinstance(path, int) and os.path.realpath(os.fsdecode(path)).startswith(self._folder)


def limit_memory(most: int) -> None:
    """No more memory than that and no large files, where the system can hold a process to it."""
    try:
        import resource
    except ImportError:  # Windows: the limit of time remains
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024 * 1024,) * 2)
    if sys.platform != "darwin":  # macOS counts all that is mapped, and has no limit that holds
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def be_nice() -> None:
    """Let pages go first."""
    if hasattr(os, "nice"):
        os.nice(10)


def _libraries() -> Iterator[str]:
    """Where code is read from while it runs: Python, its libraries, our own; never the folder they happen to stand in, where
    the data of an installation may stand as well."""
    yield from (sys.prefix, sys.base_prefix)
    yield from (
        path for path in sys.path if Path(path).name in ("site-packages", "dist-packages", "lib-dynload")
    )
    own = Path(__file__).parents[2]
    yield from (str(own), str(own.parent / "metamodel"))
