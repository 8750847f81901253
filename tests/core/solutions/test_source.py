"""A solution from outside is read with care: paths, links, sizes, encodings."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest

from core.errors import KubikError
from core.solutions import source
from core.solutions.source import read_solution

SOLUTION = "name: box\n"


def zip_of(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def refused(path: Path) -> KubikError:
    with pytest.raises(KubikError) as refusal:
        read_solution(path)
    return refusal.value


def test_a_folder_and_a_zip_of_it_are_the_same_solution(tmp_path: Path) -> None:
    folder = tmp_path / "box"
    (folder / "entities").mkdir(parents=True)
    (folder / "demo").mkdir()
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("not ours")
    (folder / "solution.yaml").write_text(SOLUTION)
    (folder / "entities" / "thing.yaml").write_bytes(
        b"name: thing\r\nfields:\r\n  - {name: a, type: text}\r\n"
    )
    (folder / "demo" / "thing.csv").write_text("a\nодин\n", encoding="utf-8-sig")
    files = {p.relative_to(tmp_path).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    one, two = read_solution(folder), read_solution(zip_of(tmp_path / "box.zip", files))
    assert one == two and one.name == "box" and one.demo == {"thing": "a\nодин\n"}


@pytest.mark.parametrize(
    "name",
    [
        "../solution.yaml",
        "/etc/passwd",
        "entities/../../x.yaml",
        "C:\\x.yaml",
        "a\\..\\x.yaml",
        "entities//./x.yaml",
    ],
)
def test_a_path_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    path = zip_of(tmp_path / "evil.zip", {"solution.yaml": SOLUTION.encode(), name: b"name: x"})
    assert refused(path).code == "KBK1105"


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("name: secret")
    folder = tmp_path / "box"
    folder.mkdir()
    (folder / "solution.yaml").symlink_to(tmp_path / "secret")
    assert refused(folder).code == "KBK1105"
    info = zipfile.ZipInfo("solution.yaml")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    assert refused(tmp_path / "link.zip").code == "KBK1105"


def test_what_unpacks_to_too_much_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "MOST_OF_A_FILE", 1 << 20)
    path = zip_of(
        tmp_path / "bomb.zip", {"solution.yaml": SOLUTION.encode(), "data/thing.csv": b"0" * (2 << 20)}
    )
    assert path.stat().st_size < 10_000 and refused(path).code == "KBK1105"
    monkeypatch.setattr(source, "MOST_FILES", 3)
    many = zip_of(tmp_path / "many.zip", {f"entities/a{n}.yaml": b"" for n in range(5)})
    assert refused(many).code == "KBK1105"


def test_what_is_no_zip_no_text_or_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "no.zip").write_bytes(b"PK\x03\x04 not really")
    assert refused(tmp_path / "no.zip").code == "KBK1105"
    assert refused(tmp_path / "missing").code == "KBK1105"
    latin = refused(zip_of(tmp_path / "latin.zip", {"solution.yaml": "name: коробка".encode("cp1251")}))
    assert latin.code == "KBK1105" and latin.errors[0].file == "solution.yaml"


def test_a_fault_in_a_definition_is_told_with_its_file(tmp_path: Path) -> None:
    files = {"solution.yaml": SOLUTION.encode(), "entities/thing.yaml": b"name: thing\nfieldz: []\n"}
    error = refused(zip_of(tmp_path / "fault.zip", files))
    assert error.code == "KBK1001" and error.errors[0].file == "entities/thing.yaml"
