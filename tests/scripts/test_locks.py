"""The lock files hold exact versions and hashes, and the address of no registry."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ("requirements.txt", "requirements-dev.txt", "requirements-node.txt")


def pinned(name: str) -> dict[str, str]:
    """The version of each package of a requirements file."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", text, re.MULTILINE))


def lock() -> dict[str, Any]:
    return dict(json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_requirement_is_exact_and_hashed(name: str) -> None:
    entries = re.split(r"\n(?=\S)", (ROOT / name).read_text(encoding="utf-8").strip())
    entries = [entry for entry in entries if not entry.startswith("#")]
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9.-]+==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry


@pytest.mark.parametrize("name", [*REQUIREMENTS, ".npmrc", "pyproject.toml", "kubik"])
def test_no_address_of_a_registry(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert re.findall(r"index-url|find-links|registry\s*=|trusted-host", text) == []
    assert set(re.findall(r"https?://[^\s/\"']+", text)) <= {"http://127.0.0.1:8000"}


def test_what_runs_is_the_same_for_tests() -> None:
    runtime, tests = pinned("requirements.txt"), pinned("requirements-dev.txt")
    assert {name: tests.get(name) for name in runtime} == runtime


def test_web_lock_has_hashes_and_no_addresses() -> None:
    packages = {path: entry for path, entry in lock()["packages"].items() if path}
    assert packages
    for path, entry in packages.items():
        assert "resolved" not in entry, path
        assert entry["integrity"].startswith("sha512-"), path


def test_web_lock_is_that_of_package_json() -> None:
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    root = lock()["packages"][""]
    for kind in ("dependencies", "devDependencies"):
        assert root[kind] == package[kind]
        assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in package[kind].values())


def test_every_dependency_has_its_reason() -> None:
    reasons = (ROOT / "docs/decisions/dependencies.md").read_text(encoding="utf-8")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    blocks = re.findall(r"^(?:dependencies|dev) = \[(.*?)^\]", project, re.MULTILINE | re.DOTALL)
    names = re.findall(r"\"([a-z0-9-]+)", "".join(blocks))
    assert len(names) > 20
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    names += [*package["dependencies"], *package["devDependencies"]]
    lacking = [
        name
        for name in names
        if not name.startswith("types-")
        and name.rsplit("/", 1)[-1] not in reasons
        and not (name.startswith("prosemirror-") and "prosemirror-…" in reasons)
    ]
    assert lacking == []
