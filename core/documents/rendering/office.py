"""PDF of Word documents by LibreOffice, where it is on the machine: one document at a time, in a profile of our own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from core.errors import KubikError
from metamodel.messages import message

SECONDS = 90.0
MEMORY = 1_500_000
"""Kilobytes of addresses it may have, where the system can hold it to that (Windows cannot); a long document takes 0.3 GB."""

_NAMES = ("soffice", "libreoffice")
_LIMITED = ("sh", "-c", 'ulimit -v "$1" 2>/dev/null; shift; exec "$@"', "sh")
_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.exe",
)


class Office:
    """LibreOffice, begun for each document and ended with it."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._program = _found()
        self._seconds = seconds
        self._turn = threading.Lock()
        self._profile: Path | None = None

    @property
    def there(self) -> bool:
        """Whether it is on this machine."""
        return self._program is not None

    def pdf(self, document: bytes, name: str) -> bytes:
        """The document on paper; KBK5010 when it cannot be made, KBK5012 when it takes too long."""
        with self._turn, tempfile.TemporaryDirectory(prefix="kubik-") as folder:
            source = Path(folder, "document.docx")
            source.write_bytes(document)
            self._run(source, name)
            made = source.with_suffix(".pdf")
            if not made.exists():
                raise KubikError("KBK5010", message("LibreOffice cannot make a PDF of “{name}”.", name=name))
            return made.read_bytes()

    def close(self) -> None:
        """Forget the profile."""
        with self._turn:
            if self._profile is not None:
                shutil.rmtree(self._profile, ignore_errors=True)
                self._profile = None

    def _run(self, source: Path, name: str) -> None:
        assert self._program is not None
        if self._profile is None:
            self._profile = Path(tempfile.mkdtemp(prefix="kubik-office-"))
        limited = [*_LIMITED, str(MEMORY)] if shutil.which("sh") and sys.platform != "win32" else []
        nice = ["nice", "-n", "10"] if shutil.which("nice") else []
        process = subprocess.Popen(
            [*limited, *nice, self._program, f"-env:UserInstallation={self._profile.as_uri()}", "--headless", "--norestore", "--nolockcheck",
             "--convert-to", "pdf:writer_pdf_Export", "--outdir", str(source.parent), str(source)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={key: os.environ[key] for key in ("PATH", "HOME", "LANG", "LC_ALL", "SYSTEMROOT", "TEMP", "TMP") if key in os.environ},
            start_new_session=True,
        )  # fmt: skip
        try:
            process.wait(self._seconds)
        except subprocess.TimeoutExpired:
            _end(process)
            words = message(
                "LibreOffice was not ready with “{name}” within {seconds} s.",
                name=name,
                seconds=round(self._seconds),
            )
            raise KubikError("KBK5012", words) from None


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program with what it began."""
    if sys.platform == "win32":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _found() -> str | None:
    """Where LibreOffice is."""
    for name in _NAMES:
        if path := shutil.which(name):
            return path
    return next((place for place in _PLACES if Path(place).exists()), None)
