"""Templates that mean harm: refused within their limits, the next document is made; overload is told, not suffered."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.documents.rendering import Renderers
from core.documents.rendering.office import MEMORY, Office
from core.documents.rendering.overruns import REST, Overruns
from core.documents.rendering.process import Process
from core.errors import KubikError
from tests.core.documents.rendering.conftest import FACTS, data, texts, word

ENDLESS = "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}{% endfor %}{% endfor %}{% endfor %}"
GROWING = "{% set n = namespace(t='aaaaaaaa') %}{% for i in range(99) %}{% set n.t = n.t ~ n.t %}{% endfor %}"
LONG = "{% for a in range(60) %}{% for b in range(1000) %}" + "x" * 200 + "{% endfor %}{% endfor %}"
STEPS = "{% for a in range(1000) %}{% for b in range(1000) %}{% endfor %}{% endfor %}готово"
GOOD = word("{{ name }}")


@pytest.fixture(scope="module")
def strict() -> Iterator[Renderers]:
    made = Renderers(seconds=1.5, waiting=0)
    yield made
    made.close()


@pytest.fixture(scope="module")
def patient() -> Iterator[Renderers]:
    made = Renderers(memory=512 * 1024 * 1024, recycled_after=2)
    yield made
    made.close()


def made(renderers: Renderers, template: bytes) -> bytes:
    return renderers.render(data({"name": "Ёлка"}), template, "docx", FACTS, "ru", "docx", "bad.docx")


def test_a_loop_without_end_is_ended_others_are_refused_meanwhile_and_the_next_document_is_made(
    strict: Renderers, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict.warm()
    refused: list[str] = []
    others, asked = threading.Event(), Process.ask

    def ask_behind_others(*given: Any) -> Any:  # its seconds are not to be over before they were refused
        others.wait(60)
        return asked(*given)

    monkeypatch.setattr(Process, "ask", ask_behind_others)

    def ask() -> None:
        with pytest.raises(KubikError, match=r"KBK5012.*not ready within 2 s") as caught:
            made(strict, word(ENDLESS))
        refused.append(caught.value.code)

    thread = threading.Thread(target=ask)
    thread.start()
    while not strict._free.empty():
        time.sleep(0.01)
    strict.warm()
    assert strict._free.empty()  # whoever looks at a form waits for nobody's document
    with pytest.raises(KubikError, match="KBK5011"):
        made(strict, GOOD)
    assert refused == [], "refused at once, not when the other one ended"
    others.set()
    thread.join()
    assert refused == ["KBK5012"]
    strict._seconds = 60
    assert texts(made(strict, GOOD)) == ["Ёлка"]


def test_a_text_that_grows_ends_at_the_limit_of_memory(patient: Renderers) -> None:
    for bad in (GROWING, LONG, "{{ '%999999999d' % 1 }}{{ 'x'|center(999999999) }}"):
        with pytest.raises(KubikError, match=r"KBK5012.*memory"):
            made(patient, word(bad))
    for _ in range(3):  # a process is begun anew after two documents
        assert texts(made(patient, word(STEPS))) == ["готово"]


GUARDED = """
import os, socket, subprocess, sys, tempfile
from core.documents.making.guard import Guard
Guard(None, sys.argv[2]).set()
os.mkdir(os.path.join(sys.argv[2], 'fonts'))
def refused(action):
    try:
        action()
    except PermissionError:
        return True
    return False
print([refused(each) for each in (
    lambda: open('/etc/passwd'),
    lambda: open(sys.argv[1], 'w'),
    lambda: os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT),
    lambda: open(os.path.join(sys.prefix, 'x'), 'w'),
    lambda: socket.socket(),
    lambda: socket.getaddrinfo('example.org', 80),
    lambda: subprocess.run(['true']),
    lambda: os.system('true'),
    lambda: os.remove(sys.argv[1]),
    lambda: tempfile.mkdtemp(dir=os.path.dirname(sys.argv[1])),
    lambda: open('kubik-data/kubik.db'),
)], open(os.__file__).read(1) != '')
"""


def test_the_process_opens_nothing_but_its_libraries(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text("as it was")
    own = tmp_path / "own"
    own.mkdir()
    told = subprocess.run(
        [sys.executable, "-c", GUARDED, str(kept), str(own)], capture_output=True, text=True, check=False,
        cwd=Path(__file__).parents[4],
    )  # fmt: skip
    assert told.stdout.strip() == f"{[True] * 11} True", told.stderr
    assert kept.read_text() == "as it was"


def test_a_template_that_overran_twice_rests_others_go_on_and_a_mended_one_at_once() -> None:
    renderers, bad = Renderers(), word(ENDLESS)
    try:
        renderers.warm()
        made(renderers, GOOD)
        renderers._seconds = 0.5
        for _ in range(2):
            with pytest.raises(KubikError, match="KBK5012"):
                made(renderers, bad)
        with pytest.raises(KubikError, match=r"KBK5012.*several times"):
            made(renderers, bad)
        renderers._seconds = 60
        assert texts(made(renderers, GOOD))
    finally:
        renderers.close()


def test_a_document_in_between_begins_the_count_anew_and_a_rest_ends() -> None:
    now = [0.0]
    overruns = Overruns(clock=lambda: now[0])
    for _ in range(3):
        overruns.failed("a")
        overruns.check("a", "a.docx", 60)
        overruns.ended("a")
    overruns.failed("a")
    overruns.failed("a")
    with pytest.raises(KubikError, match="KBK5012"):
        overruns.check("a", "a.docx", 60)
    overruns.check("b", "b.docx", 60)
    now[0] = REST + 1
    overruns.check("a", "a.docx", 60)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the system holds no program to its memory")
def test_libreoffice_has_its_limits_of_memory_and_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a program in its place that writes down what it was given, then one that is never ready."""
    program = tmp_path / "soffice"
    program.write_text('#!/bin/sh\nfor last; do :; done\nulimit -v > "${last%.docx}.pdf"\n')
    program.chmod(0o755)
    monkeypatch.setattr("core.documents.rendering.office._found", lambda: str(program))
    office = Office()
    assert int(office.pdf(b"", "a.docx")) == MEMORY
    office.close()
    program.write_text("#!/bin/sh\nsleep 60 & wait\n")
    office = Office(seconds=0.1)
    with pytest.raises(KubikError, match="KBK5012"):
        office.pdf(b"", "a.docx")
    office.close()
