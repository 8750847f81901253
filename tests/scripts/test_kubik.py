"""`./kubik` on machines that lack something, played by a PATH of stand-ins; nothing is installed by these tests."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("cksum", "sort", "find", "ln", "rm", "readlink", "mkdir", "mv", "id", "cat", "tail", "sleep", "env")
# Stands for python: 3.11 with venv, makes a `.venv/bin/python` that is itself, and tells how it was called.
PYTHON = """#!/bin/sh
case "$*" in
    *'-m venv'*) for last; do :; done; rm -rf "$last"/* "$last"/.[!.]*; mkdir -p "$last/bin"; cp "$0" "$last/bin/python" ;;
    *'-m pip'*) printf 'pip %s\\n' "$*" >> "$KUBIK_STAND_IN_LOG"; [ ! -e "$KUBIK_STAND_IN_LOG.fail" ] ;;
    '-P '*) printf '%s|%s\\n' "$(pwd)" "$*" ;;
    -) cat > /dev/null ;;
esac
"""
NODE = """#!/bin/sh
printf 'node %s\\n' "$*" >> "$KUBIK_STAND_IN_LOG"
case $1 in scripts/*) mkdir -p renderers/static/dist; echo '{}' > renderers/static/dist/manifest.json ;; esac
"""
NPM = """#!/bin/sh
printf 'npm %s\\n' "$*" >> "$KUBIK_STAND_IN_LOG"
mkdir -p node_modules
"""
INSTALLED = "#!/bin/sh\nprintf installed\n"
MISSING = "#!/bin/sh\nexit 1\n"


class Machine:
    """A checkout with the real `./kubik`, and a PATH with just what it is given."""

    def __init__(self, folder: Path) -> None:
        self.root, self.bin, self.log = folder / "a checkout", folder / "bin", folder / "log"
        self.bin.mkdir()
        (self.root / "scripts").mkdir(parents=True)
        (self.root / "renderers/web").mkdir(parents=True)
        shutil.copy(ROOT / "kubik", self.root)
        for name in (
            "requirements.txt",
            "requirements-dev.txt",
            "requirements-node.txt",
            "package-lock.json",
        ):
            (self.root / name).write_text(name)
        (self.root / "scripts/build.mjs").write_text("build")
        for tool in (*TOOLS, "cp", "sh"):
            (self.bin / tool).symlink_to(str(shutil.which(tool)))
        self.put(python3=PYTHON, node=NODE, npm=NPM, **{"dpkg-query": INSTALLED})

    def put(self, **programs: str) -> None:
        for name, text in programs.items():
            path = self.bin / name
            path.write_text(text)
            path.chmod(0o755)

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.bin / "sh"), str(self.root / "kubik"), *arguments],
            cwd=self.bin,
            env={"PATH": str(self.bin), "KUBIK_STAND_IN_LOG": str(self.log), **environment},
            capture_output=True,
            text=True,
            timeout=60,
        )

    def steps(self) -> list[str]:
        """What was installed and built since the last look, by the first two words."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return [line.split("scripts/")[-1].split(" --")[0] for line in lines if "process.exit" not in line]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    if os.name != "posix":
        pytest.fail("./kubik is a script of POSIX systems: run these tests on one")
    return Machine(tmp_path)


def test_first_start_sets_up_and_the_second_does_nothing(machine: Machine) -> None:
    first = machine.run("demo", "--port", "8 0")
    assert (first.returncode, first.stdout) == (0, f"{machine.bin}|-P -m core.cli demo --port 8 0\n"), (
        first.stderr
    )
    assert machine.steps() == ["pip -m pip install", "npm ci", "build.mjs"]
    second = machine.run("serve")
    assert (second.returncode, second.stderr) == (0, "")
    assert machine.steps() == []
    assert not (machine.root / ".venv.lock").is_symlink()


def test_only_what_changed_is_done_again(machine: Machine) -> None:
    machine.run("serve")
    machine.steps()
    (machine.root / "renderers/web/app.ts").write_text("1")
    assert machine.run("serve").returncode == 0
    assert machine.steps() == ["build.mjs"]
    (machine.root / "requirements.txt").write_text("new")
    assert machine.run("serve").returncode == 0
    assert machine.steps() == ["pip -m pip install"]


@pytest.mark.parametrize("name", [".venv", "node_modules"])
def test_what_is_linked_from_another_checkout_is_not_emptied(
    machine: Machine, tmp_path: Path, name: str
) -> None:
    theirs = tmp_path / name
    theirs.mkdir()
    (theirs / "theirs").write_text("theirs")
    (machine.root / name).symlink_to(theirs)
    refused = machine.run("serve")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.splitlines()[-1].startswith(f"kubik: {name} is a link to that of another folder")
    assert [file.name for file in theirs.iterdir()] == ["theirs"]
    (machine.root / name).unlink()
    assert machine.run("serve").returncode == 0


def test_a_failed_step_is_told_and_resumed(machine: Machine) -> None:
    failing = Path(f"{machine.log}.fail")
    failing.touch()
    failed = machine.run("serve")
    assert failed.returncode == 1
    assert "failed: installing Python packages" in failed.stderr
    assert not (machine.root / ".venv.lock").is_symlink()
    failing.unlink()
    machine.steps()
    assert machine.run("serve").returncode == 0
    assert machine.steps() == ["pip -m pip install", "npm ci", "build.mjs"]


def test_a_lock_of_a_dead_process_is_taken_over(machine: Machine) -> None:
    dead = subprocess.Popen([str(machine.bin / "sh"), "-c", ":"])
    dead.wait()
    (machine.root / ".venv.lock").symlink_to(str(dead.pid))
    assert machine.run("serve").returncode == 0


def test_a_moved_checkout_is_set_up_again(machine: Machine) -> None:
    machine.run("serve")
    machine.steps()
    machine.root = machine.root.rename(machine.root.with_name("moved"))
    assert machine.run("serve").returncode == 0
    assert machine.steps()[0] == "pip -m pip install"


def test_tests_have_packages_of_their_own(machine: Machine) -> None:
    machine.put(chromium="#!/bin/sh\n")
    done = machine.run("test", "-k", "a b", KUBIK_TEST_POSTGRES_URL="postgresql://somewhere")
    assert done.stdout == f"{machine.bin}|-P -m scripts.test -k a b\n", done.stderr
    assert machine.steps().count("pip -m pip install") == 2


def test_without_python_one_line_says_what_to_install(machine: Machine) -> None:
    (machine.bin / "python3").unlink()
    done = machine.run("demo")
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert "apt-get install -y python3 python3-venv" in done.stderr


def test_without_venv_one_line_says_what_to_install(machine: Machine) -> None:
    machine.put(python3='#!/bin/sh\ncase "$2" in *ensurepip*) exit 1 ;; esac\n')
    done = machine.run("demo")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith("apt-get install -y python3-venv")


def test_without_pango_all_else_works(machine: Machine) -> None:
    machine.put(**{"dpkg-query": MISSING})
    done = machine.run("demo")
    assert done.returncode == 0
    assert "apt-get install -y libpango" in done.stderr


def test_without_a_browser_tests_do_not_run(machine: Machine) -> None:
    done = machine.run("test", KUBIK_TEST_POSTGRES_URL="postgresql://somewhere")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].endswith("apt-get install -y chromium")
