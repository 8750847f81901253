"""The plugin of the integrators' guide: the page shows the file, and the file works when it is installed, and is missed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "integrators" / "examples"
SOLUTION = {
    "solution.yaml": "name: garage\n",
    "entities/car.yaml": """
name: car
label: {ru: Машина, en: Car}
fields:
  - {name: name, type: plate, region: "77", unique: true}
  - {name: trailer, type: text, format: plate}
""",
}
MISSING = (
    "The configuration needs plugins that are not installed: plate. They bring: plate. "
    "Install them and start Kubik again."
)
SERVE = """
from litestar.testing import TestClient
from core.settings import read_settings
from core.web.app import create_app
from core.web.log import configure_log
settings = read_settings()
configure_log(settings.log_level)
with TestClient(create_app(settings), base_url="http://testserver.local") as client:
    print(client.get("/health/live").status_code)
    ready = client.get("/health/ready")
    print(ready.status_code, ready.json()["code"])
    page = client.get("/api/model", headers={"authorization": "Bearer none"})
    print(page.status_code, page.text.replace(chr(10), " "))
"""
TRY = """
import json, sys
from core import records
from core.access.actor import system_actor
from core.errors import KubikError
from core.i18n import texts
from core.settings import read_settings
from core.storage.workspace import Workspace
from core.web.app import create_app
settings = read_settings()
workspace = Workspace.open(settings)
site = create_app(settings, workspace).site
print(site.templates.environment.get_template("cells/plate.html").render(text="A 123 BC 77"))
print(site.templates.asset("plate.css"))
def create(values):
    return workspace.write(lambda tx: records.create(tx, system_actor(), "car", values)).id
create({"name": "а123вс 77", "trailer": "в 456 ое 199"})
try:
    create({"name": "А123ВС99"})
except KubikError as error:
    print(texts("ru").render(error.errors[0].message))
from core.query import Query, read
with workspace.read() as tx:
    print(json.dumps(read(tx, system_actor(), Query(entity="car", fields=("name", "trailer"), filter="name = 'A123BC77'")).items))
workspace.close()
"""


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder of packages in which the example is installed, as pip would leave it."""
    packages = tmp_path / "packages"
    packages.mkdir()
    (packages / "kubik_plate").symlink_to(EXAMPLE / "kubik_plate")
    information = packages / "kubik_plate-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: kubik-plate\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text("[kubik]\nplate = kubik_plate\n")
    return packages


def run(home: Path, *words: str, packages: Path | None = None) -> subprocess.CompletedProcess[str]:
    paths = [str(ROOT), *([str(packages)] if packages else [])]
    environment = {**os.environ, "KUBIK_HOME": str(home), "PYTHONPATH": os.pathsep.join(paths), "LC_ALL": "C.UTF-8"}  # fmt: skip
    return subprocess.run(
        [sys.executable, *words],
        env=environment,
        cwd=home.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_page_shows_the_files_of_the_example() -> None:
    page = (ROOT / "docs" / "integrators" / "hooks.md").read_text("utf-8")
    for name in ("pyproject.toml", "kubik_plate/__init__.py"):
        assert (EXAMPLE / name).read_text("utf-8") in page


def test_the_example_works_where_it_is_installed_and_is_told_by_its_name_where_it_is_not(
    installed: Path, tmp_path: Path
) -> None:
    home, solution = tmp_path / "home", tmp_path / "garage"
    for name, text in SOLUTION.items():
        (solution / name).parent.mkdir(parents=True, exist_ok=True)
        (solution / name).write_text(text, "utf-8")
    init = run(home, "-m", "core.cli", "init", "--solution", str(solution), packages=installed)
    assert init.returncode == 0, init.stderr
    tried = run(home, "-c", TRY, packages=installed)
    assert tried.returncode == 0, tried.stderr[-2000:]
    cell, sheet, told, rows = tried.stdout.strip().split("\n")
    assert cell == '<span class="plate">A 123 BC 77</span>'
    assert sheet == "/assets/plate-1a2b3c4d.css"
    assert told == "Нужен номер региона 77."
    assert [(row["name"], row["trailer"]) for row in json.loads(rows)] == [("A123BC77", "B456OE199")]
    missed = run(home, "-m", "core.cli", "check")
    assert (missed.returncode, missed.stdout) == (
        1,
        f"the configuration in force cannot be read: {MISSING}\n",
    )
    refused = run(home, "-m", "core.cli", "solution", "list")
    assert (refused.returncode, refused.stderr) == (1, f"kubik: KBK6004: {MISSING}\n")
    served = run(home, "-c", SERVE)
    assert served.returncode == 0, served.stderr[-2000:]
    alive, ready, page = (line for line in served.stdout.split("\n") if line[:3] in ("200", "503"))
    assert (alive, ready) == ("200", "503 KBK6004")
    assert "503" in page and "plate" in page


def test_two_plugins_with_one_name_are_told_both(installed: Path, tmp_path: Path) -> None:
    (installed / "kubik_plate-1.0.dist-info" / "entry_points.txt").write_text(
        "[kubik]\nplate = kubik_plate\nother = other_plates\n"
    )
    (installed / "other_plates.py").write_text("from kubik_plate import kubik_field_types\n")
    refused = run(tmp_path / "home", "-m", "core.cli", "init", packages=installed)
    assert refused.returncode == 1
    assert "“plate”" in refused.stderr and "“other”" in refused.stderr and "KBK6004" in refused.stderr
