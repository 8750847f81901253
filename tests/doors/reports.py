"""Reports: pages, files and what people keep show no more than the rows and fields in sight, whoever saved what."""

from __future__ import annotations

import re
from html import unescape

from core.records.reports import ReportState, save_report
from tests.doors.doors import claims
from tests.doors.others import other
from tests.doors.pages_reading import bare, no_page
from tests.doors.stages_and_boards import grouped
from tests.doors.visit import Answered, Visit
from tests.doors.yard import MAIN

FIELDS = ("stage", "owner", "org", "kind", "amount", "org.note", "parts.label", "hint")


def table(answer: Answered) -> str:
    """The table of a report, its links left out: they say the question again."""
    found = re.search(r"<table.*?</table>", answer.text, re.S)
    return re.sub(r'href="[^"]*"', "", found[0]) if found else ""


@claims("GET /e/{entity}/report", "GET /e/{entity}/report/put", "GET /e/{entity}/report/export")
def reports(visit: Visit) -> None:
    """A report counts the rows in sight by fields in sight and offers no others; its file holds what may be exported."""
    for name in MAIN:
        if not visit.rights.exists(visit.entity(name)):
            for path in ("/e/{}/report", "/e/{}/report/put?add=name", "/e/{}/report/export?format=csv"):
                no_page(visit, path, name, "nobody")
    work = visit.entity("work")
    if not visit.rights.exists(work):
        return
    shown = visit.page("/e/work/report", fragment=True)
    for offered in re.findall(r'name="add" value="([^"*]+)"', shown.text):
        entity = work
        for each in offered.split("."):
            field = entity.by_name.get(each)
            if field is None:
                break  # rows that lead here by a link of theirs: their fields are asked of the engine below
            assert field.system or visit.rights.has(entity, field), f"{visit.who} is offered {offered}"
            entity = visit.rights.model.entity_by_uid.get(field.target or "", entity)
    for name in FIELDS:
        page = visit.page(
            f"/e/work/report?rows={name}&columns=kind&values=count,first(name),sum(amount)", fragment=True
        )
        visit.page(f"/e/work/report/put?rows={name}&add=amount&to=values")
        visit.page(f"/e/work/report?rows={name}&filter={name}+IS+NOT+NULL&q=q", fragment=True)
        visit.page(f"/e/work/report/export?rows={name}&values=count,first(name)&format=csv")
        field = work.by_name.get(name)
        if field is not None and not visit.rights.has(work, field) and not field.system:
            nothing = visit.page(
                "/e/work/report?rows=zzzz&columns=kind&values=count,first(name),sum(amount)", fragment=True
            )
            assert (page.status, table(page)) == (nothing.status, table(nothing)), name
    if visit.rights.has(work, work.by_name["stage"]):
        page = visit.page("/e/work/report?rows=stage&values=count", fragment=True)
        told = [
            int(re.sub(r"\D", "", unescape(n)))
            for n in re.findall(r'<td class="n[^"]*"><a[^>]*>([^<]*)</a>', page.text)
        ]
        expected = sorted(len(rows) for rows in grouped(visit, work.by_name["stage"]).values() if rows)
        assert sorted(told[:-1]) == expected
        assert not told or told[-1] == len(visit.seen("work"))


@claims(
    "GET /reports", "GET /reports/{name}", "POST /e/{entity}/reports", "POST /e/{entity}/reports/{uid}"
)  # fmt: skip
def kept_reports(visit: Visit) -> None:
    """A report is kept of what one reads; one of somebody else is none."""
    work = visit.entity("work")
    given = [("label", "Mine"), ("state", "rows=stage&values=count")]
    if not visit.rights.exists(work):
        one, two = (visit.form(f"/e/{name}/reports", given) for name in ("work", "nobody"))
        assert one.status == two.status and one.status in (403, 404)
    else:
        assert visit.form("/e/work/reports", given).status in (303, 403, 422)
    state = ReportState(rows=("stage",), filter="amount > 1")
    foreign = visit.site.workspace.write(
        lambda tx: save_report(tx, other(visit), "work", "Quietly mine", state)
    )
    for do in ("save", "rename", "share", "delete", "other"):
        gone, told = (
            visit.form(f"/e/work/reports/{uid}", [("do", do), *given]) for uid in ("nobodysview", foreign)
        )
        assert gone.status in (403, 404) and bare(told, foreign, "nobodysview") == bare(
            gone, foreign, "nobodysview"
        ), do
    assert "Quietly mine" not in visit.page("/reports").text
    one, two = (visit.page(f"/reports/my-{uid}") for uid in (foreign, "nobodysview"))
    assert one.status == two.status == 404 and "Quietly mine" not in one.text
