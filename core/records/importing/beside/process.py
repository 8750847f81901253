"""The second process of an import as the first one sees it: pieces are asked for ahead, and come in order as files."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from core.records.importing.beside.errand import Errand, Piece

CHILD = "import gc; gc.disable(); from core.records.importing.beside.child import main; main()"
"""Without a search for garbage in what is imported, a fifth of the time to begin."""

AHEAD = 2
"""Pieces that are asked for before they are needed."""

SECONDS = 5.0
"""How long it may take to end before it is killed."""


class Lost(Exception):
    """There is no second process, or no more."""


class Beside:
    """A process that is begun with an errand and ended by `close`; when this one dies, it ends by itself."""

    def __init__(self, errand: Errand, position: int, size: int) -> None:
        self._folder = errand.folder
        self._asked = 0
        try:
            errand.folder.mkdir(mode=0o700, parents=True)
            paths = os.pathsep.join(path for path in sys.path if path)
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": paths},
            )  # fmt: skip
        except OSError as error:
            shutil.rmtree(errand.folder, ignore_errors=True)
            raise Lost from error
        assert self._process.stdin is not None and self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout
        try:
            pickle.dump(replace(errand, position=position), self._in)
            for _ in range(AHEAD):
                self._ask(size)
        except BaseException:
            self.close()
            raise

    def take(self, size: int) -> Piece:
        """The next piece, without a line at the end of the file; ``size`` lines will be in the one asked for now."""
        self._ask(size)
        name = self._out.readline().decode().strip()
        if not name:
            raise Lost
        path = self._folder / name
        data = path.read_bytes()
        path.unlink()
        piece: Piece = pickle.loads(data)  # noqa: S301  our own process made it, in a folder of ours
        return piece

    def close(self) -> None:
        """End it, whatever it is doing."""
        self._process.kill()
        for stream in (self._in, self._out):
            try:
                stream.close()
            except OSError:
                continue  # what was not sent yet to a process that is gone
        self._process.wait(SECONDS)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _ask(self, size: int) -> None:
        try:
            self._in.write(b"%d\n" % size)
            self._in.flush()
        except OSError as error:
            raise Lost from error


def folder_for(folder: Path, token: str) -> Path:
    """Where the pieces of an import go: beside the copies of files."""
    return folder / f"beside-{token}"
