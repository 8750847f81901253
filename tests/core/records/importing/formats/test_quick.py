"""Rows of a sheet read by patterns are those that the parser reads: on generated sheets of every shape, piece by piece."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any

import pytest

from core.records.importing.formats import open_source, package
from core.records.importing.formats.xlsx.quick import Quick
from tests.core.records.importing.files import MAIN, raw_workbook, workbook

STRINGS = (
    f'<sst xmlns="{MAIN}"><si><t>plain</t></si><si><r><t>ru</t></r><r><t xml:space="preserve"> ns</t></r></si>'
    "<si><t>a &amp; b</t><rPh><t>sound</t></rPh></si><si><t/></si></sst>"
)
CELLS = (
    '<c r="{at}"><v>{n}</v></c>', '<c r="{at}" s="1"><v>-{n}.50</v></c>', '<c r="{at}" t="s"><v>{s}</v></c>',
    '<c r="{at}" t="b"><v>1</v></c>', '<c r="{at}" t="e"><v>#N/A</v></c>', '<c r="{at}" t="str"><f>A1&amp;B1</f><v>text</v></c>',
    '<c r="{at}"><f>SUM(A1:A2)</f><v>{n}</v></c>', '<c r="{at}"><f>1/0</f></c>', '<c r="{at}"><f>1/0</f><v></v></c>',
    '<c r="{at}" t="inlineStr"><is><t>inline {n}</t></is></c>', '<c r="{at}" t="inlineStr"><is><r><t>in</t></r><r><t>runs</t></r></is></c>',
    '<c r="{at}" t="inlineStr"><is><t xml:space="preserve"> a_x000D_ &lt;b&gt; </t></is></c>', '<c r="{at}" s="2"/>', '<c r="{at}"/>',
    '<c r="{at}" t="d"><v>2021-02-03T04:05:06</v></c>', '<c r="{at}" t="n"><v>1E+21</v></c>', '<c r="{at}"><v> 7 </v></c>',
    '<c s="1" r="{at}"><v>5</v></c>', '<c><v>6</v></c>', '<c r="{at}"><v>0.30000000000000004</v></c>', '<c r="{at}"><v/></c>',
    '<c r="{at}" cm="1"><f t="array" ref="A1:A2">X</f><v>9</v></c>', '<c r="{at}" t="inlineStr"><is><t><![CDATA[<row>]]></t></is></c>',
)  # fmt: skip


def sheet(chance: random.Random, rows: int, kinds: tuple[str, ...]) -> str:
    found, number = [], 0
    for _ in range(rows):
        number += chance.choice((1, 1, 1, 4))
        places = sorted(chance.sample(range(30), chance.randrange(8)))
        cells = "".join(
            chance.choice(kinds).format(
                at=f"{'A' * (place // 26)}{chr(65 + place % 26)}{number}",
                n=chance.randrange(10**6),
                s=chance.randrange(4),
            )
            for place in places
        )
        number_ = chance.choice((f' r="{number}"', f' r="{number}" hidden="1" spans="1:9"'))
        found.append(f"<row{number_}>{cells}</row>" if cells else f"<row{number_}/>")
        found.append(chance.choice(("", "", "\n  ")))
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(found)}</sheetData></worksheet>'


def both(path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Any], list[Any], int]:
    taken = 0
    row = Quick._row

    def counted(self: Quick, *given: Any) -> bool:
        nonlocal taken
        done = row(self, *given)
        taken += done
        return done

    monkeypatch.setattr(Quick, "_row", counted)
    quick = read(path)
    monkeypatch.setattr(Quick, "_row", lambda *_: False)
    return quick, read(path), taken


def read(path: Path) -> list[Any]:
    source = open_source(path, path.name)
    try:
        return [(line, [type(cell) for cell in line.cells]) for line in source.lines()]
    finally:
        source.close()


@pytest.mark.parametrize("seed", range(12))
def test_both_ways_read_the_same(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr(package, "CHUNK", chance.choice((64, 1000, 256 * 1024)))
    kinds = CELLS if seed % 3 == 0 else CELLS[:-1] if seed % 3 == 1 else CELLS[:10]
    styles = (
        f'<styleSheet xmlns="{MAIN}"><fonts><font/><font><b/></font></fonts><fills><fill/></fills><cellXfs><xf/>'
        '<xf numFmtId="14" fontId="1"/><xf numFmtId="22"/></cellXfs></styleSheet>'
    )
    path = raw_workbook(tmp_path / "a.xlsx", sheet(chance, 200, kinds), strings=STRINGS, styles=styles)
    quick, parsed, taken = both(path, monkeypatch)
    assert quick == parsed and len(quick) > 50 and (taken > 0 or seed % 3 == 0)


@pytest.mark.parametrize("old", [False, True])
def test_a_workbook_as_programs_write_it_is_read_by_patterns(
    old: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(book: Any) -> None:
        day, bold = (
            book.add_format({"num_format": "dd.mm.yyyy"}),
            book.add_format({"bold": True, "bg_color": "#ffcc00"}),
        )
        page = book.add_worksheet("A")
        page.write_row(0, 0, ("Имя", "Сумма", "День", "Да"), bold)
        for row in range(1, 50):
            page.write_row(row, 0, (f"Имя {row}", row * 1.5))
            page.write_datetime(row, 2, dt.datetime(2021, 2, 3), day)
            page.write_boolean(row, 3, row % 2 == 0)
        page.merge_range(50, 0, 52, 0, "Merged")

    path = workbook(tmp_path / "b.xlsx", write, default_date_format="dd.mm.yyyy", date_1904=old)
    quick, parsed, taken = both(path, monkeypatch)
    assert quick == parsed and taken >= 50
    assert quick[1][0].cells == ("Имя 1", quick[1][0].cells[1], dt.date(2021, 2, 3), False)
