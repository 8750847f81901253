"""All groups of a pivot by margin: statements are run, and what adds up is added up to every total."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable

from core.access.actor import Actor
from core.access.grants import Grants
from core.query.execute import parameters, reader_of
from core.query.pivot.asking import PivotQuery
from core.query.pivot.figures import Cell
from core.query.pivot.reading import Answer, Cells, Group, Texts, ask, fill
from core.query.pivot.resolving import PivotPlan
from core.query.pivot.slicing import Margin, Part, margins, parts
from core.query.query import Query
from core.storage.patience import patience
from core.storage.workspace import Transaction


def answers(
    tx: Transaction, actor: Actor, query: PivotQuery, plan: PivotPlan, narrowed: Grants | None, seconds: float
) -> list[tuple[Part, Answer]]:
    """What the statements of a pivot answer; KBK2013 after so many seconds."""
    asked = Query(entity=query.entity, fields=(), filter=query.filter, search=query.search)
    reader, values = reader_of(tx, actor, asked, narrowed=narrowed), parameters(tx, actor, asked)
    found: list[tuple[Part, Answer]] = []
    end = time.monotonic() + seconds
    for part in parts(plan, _wanted(query, plan)):
        with patience(tx.connection, end - time.monotonic(), tx.waiting):
            found.append((part, ask(tx, reader, values, part.slice)))
    return found


def gathered(
    query: PivotQuery, plan: PivotPlan, asked: Iterable[tuple[Part, Answer]]
) -> tuple[dict[Margin, Cells], Texts]:
    """The groups of every margin that is shown, and how the texts among their keys are written."""
    groups: dict[Margin, Cells] = {margin: {} for margin in _wanted(query, plan)}
    texts, numbers = Texts(), plan.numbers
    for part, answer in asked:
        found = {} if part.adds else groups[part.margin]
        fill(answer, part.slice, found, _places(plan, part.margin), numbers, texts)
        if part.adds:
            _add_up(plan, found, groups)
    return groups, texts


def _wanted(query: PivotQuery, plan: PivotPlan) -> tuple[Margin, ...]:
    return margins(plan, subtotals=query.subtotals or query.sort is not None)


def _places(plan: PivotPlan, margin: Margin) -> tuple[int, ...]:
    """Which of all keys those of a margin are."""
    rows = len(plan.rows)
    return (*range(margin[0]), *range(rows, rows + margin[1]))


def _add_up(plan: PivotPlan, found: Cells, groups: dict[Margin, Cells]) -> None:
    """Figures of the finest groups into all margins: each is added up from the next finer one."""
    whole = (len(plan.rows), len(plan.columns))
    summed: dict[Margin, Cells] = {whole: found}
    for margin, cells in groups.items():
        if margin != whole:
            finer = _finer(margin, summed)
            summed[margin] = _summed(summed[finer], finer, margin)
        if not cells:
            cells.update(summed[margin])
            continue
        for group, cell in summed[margin].items():
            known = cells.get(group)
            if known is None:
                cells[group] = cell
            else:
                known.add((cell,))


def _finer(margin: Margin, known: dict[Margin, Cells]) -> Margin:
    """Of the margins that hold all of this one's keys the one with the fewest groups."""
    rows, columns = margin
    return min((m for m in known if m[0] >= rows and m[1] >= columns), key=lambda m: len(known[m]))


def _summed(cells: Cells, finer: Margin, margin: Margin) -> Cells:
    rows, behind = margin[0], finer[0]
    if rows and margin[1]:
        keys = [group[:rows] + group[behind:] for group in cells]
    else:
        part = slice(behind, None) if margin[1] else slice(rows)
        keys = [group[part] for group in cells]
    several: dict[Group, list[Cell]] = defaultdict(list)
    for key, cell in zip(keys, cells.values(), strict=True):
        several[key].append(cell)
    found: Cells = {}
    for key, others in several.items():
        found[key] = one = Cell(len(others[0].stats))
        one.add(others)
    return found
