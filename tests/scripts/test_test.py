"""The verdict of `./kubik test`: no check and no test can fail, or not run, unnoticed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from scripts import test as test_run

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("status", "failed", "verdict"), [(0, [], 0), (0, ["ruff"], 1), (2, [], 2), (5, ["ruff"], 5)]
)
def test_one_failure_is_enough(
    status: int, failed: list[str], verdict: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setattr(test_run, "checks", lambda: [(name, []) for name in failed])
    monkeypatch.setattr(
        test_run,
        "run_checks",
        lambda found: [test_run.Outcome(name=name, passed=False, seconds=0, output="") for name, _ in found],
    )
    told: list[Sequence[str]] = []

    def run(_arguments: Sequence[str], names: Sequence[str]) -> int:
        told.append(names)
        return status

    assert test_run.main([], run) == verdict
    assert told == [failed]


def test_a_check_that_cannot_start_fails(capfd: pytest.CaptureFixture[str]) -> None:
    good, bad, absent = test_run.run_checks(
        [
            ("good", [sys.executable, "-c", "print('quiet')"]),
            ("bad", [sys.executable, "-c", "print('loud'); raise SystemExit(3)"]),
            ("absent", [str(ROOT / "no such program")]),
        ]
    )
    assert (good.passed, bad.passed, absent.passed) == (True, False, False)
    shown = capfd.readouterr().out
    assert "loud" in shown
    assert "quiet" not in shown


def run_in(
    folder: Path, source: str, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run pytest on one file under the project's own conftest."""
    (folder / "conftest.py").write_text(
        (ROOT / "tests/conftest.py").read_text(encoding="utf-8"), encoding="utf-8"
    )
    (folder / "test_it.py").write_text(source, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "xdist", *arguments, "."],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith(("KUBIK_", "PYTEST_"))}
        | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **environment},
        capture_output=True,
        text=True,
    )


PASSES = "def test_it(): pass\n"


@pytest.mark.parametrize("processes", ["-n0", "-n1"])
def test_a_run_of_skips_has_not_passed(tmp_path: Path, processes: str) -> None:
    skipped = run_in(tmp_path, "import pytest\ndef test_it(): pytest.skip('no')\n", processes)
    assert skipped.returncode == 5, skipped.stdout


def test_a_failed_check_shows_in_the_summary(tmp_path: Path) -> None:
    done = run_in(tmp_path, PASSES, KUBIK_TEST_FAILED_CHECKS="mypy")
    assert done.returncode == 1
    assert "checks that failed before the tests" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("1 passed")


def test_a_missing_database_or_browser_is_a_failure(tmp_path: Path) -> None:
    source = "def test_a(postgres_url): pass\ndef test_b(browser): pass\n"
    done = run_in(tmp_path, source, PATH=str(tmp_path))
    assert done.returncode == 1
    assert "2 errors" in done.stdout.splitlines()[-1]


def test_settings_of_the_developer_do_not_reach_the_tests(tmp_path: Path) -> None:
    source = "import os\ndef test_it(): assert 'KUBIK_HOME' not in os.environ\n"
    assert run_in(tmp_path, source, KUBIK_HOME="/somewhere").returncode == 0
