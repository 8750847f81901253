"""An import with a second process comes to the same as one without, also when that process dies in the middle of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.records.importing import chunks
from core.records.importing.beside import Beside, Lost, Piece
from core.records.importing.job import run_import
from core.records.importing.keeping import folder_of
from core.records.importing.recipe import Fill, Recipe, Target
from tests.core.records.conftest import Office

LINES = 600


def imported(office: Office, folder: Path, number: int) -> dict[str, Any]:
    """What an import of companies comes to, the ``number`` in them left out."""
    file = folder / f"companies-{number}.csv"
    rows = [
        f"Компания {number}-{n},{'bad' if n % 100 == 7 else 7_000_000_000 + number * LINES + n}"
        for n in range(LINES)
    ]
    file.write_text("name,inn\n" + "\n".join(rows), encoding="utf-8")
    fills = tuple(Fill(column=name, field=name) for name in ("name", "inn"))
    recipe = Recipe(targets=(Target(entity="company", fields=fills),), language="ru")
    report = run_import(office.workspace, office.people["root"], "", file, name=file.name, recipe=recipe)
    mine = [row for row in office.rows("company").values() if row["name"].startswith(f"Компания {number}-")]
    varying = ("id", "created_at", "updated_at", "inn", "name")
    return {
        "counts": (report.created, report.refused, report.position),
        "faults": [(e.line, e.column, e.code, str(e.message)) for e in report.errors],
        "names": [row["name"].partition("-")[2] for row in mine],
        "numbers": [int(row["inn"]) - number * LINES for row in mine],
        "rest": [{name: value for name, value in row.items() if name not in varying} for row in mine],
    }


def test_with_and_without_a_second_process_and_when_it_dies(
    office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    alone = imported(office, tmp_path, 1)
    assert alone["counts"] == (LINES - 6, 6, LINES)

    took: list[int] = []
    take = Beside.take

    def noted(beside: Beside, size: int) -> Piece:
        piece = take(beside, size)
        took.append(piece.count)
        assert piece.columns is not None or not piece.count
        return piece

    monkeypatch.setattr(chunks, "WORTH", 300)
    monkeypatch.setattr(chunks, "BEFORE", 200)
    monkeypatch.setattr(chunks, "FIRST", 150)
    monkeypatch.setattr(Beside, "take", noted)
    assert imported(office, tmp_path, 2) == alone
    assert sum(took) == LINES - 200

    def dying(beside: Beside, size: int) -> Piece:
        if len(took) == 1:
            beside._process.kill()
            beside._process.wait()
        return noted(beside, size)

    took.clear()
    monkeypatch.setattr(Beside, "take", dying)
    assert imported(office, tmp_path, 3) == alone
    assert 0 < sum(took) < LINES - 200

    def missing(*_: Any) -> Beside:
        raise Lost

    monkeypatch.setattr(chunks, "Beside", missing)
    assert imported(office, tmp_path, 4) == alone
    assert not list(folder_of(office.workspace).glob("beside-*"))
