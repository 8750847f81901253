"""Lists by groups, their columns to choose from, saved views: nothing but rows and fields in sight, whoever saved what."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import unquote

from tests.doors.doors import claims
from tests.doors.others import view_of_another
from tests.doors.pages_reading import bare, no_page
from tests.doors.visit import Visit


@claims("GET /e/{entity}/columns", "POST /e/{entity}/look")
def columns(visit: Visit) -> None:
    """The panel of columns names no field that is hidden; how a list is liked is said of what one reads alone."""
    work = visit.entity("work")
    if not visit.rights.exists(work):
        no_page(visit, "/e/{}/columns", "work", "nobody")
        one, other = (visit.form(f"/e/{name}/look", [("frozen", "1")]) for name in ("work", "nobody"))
        assert one.status == other.status and one.status in (403, 404)
        return
    shown = visit.page("/e/work/columns?view=all", fragment=True)
    assert shown.status == 200
    offered = {
        name
        for names in re.findall(r"columns=([^&\"]+)", unescape(shown.text))
        for name in unquote(names).split(",")
    }
    assert offered or not visit.seen("work")
    for name in offered:
        entity = work
        for each in name.split("."):
            field = entity.by_name[each]
            assert field.system or visit.rights.has(entity, field), f"{visit.who} is offered {name}"
            entity = visit.rights.model.entity_by_uid.get(field.target or "", entity)
    grouped = visit.page("/e/work?view=all&group=stage", fragment=True)
    counted = [int(number) for number in re.findall(r'class="gcount">(\d+)<', grouped.text)]
    assert not counted or sum(counted) == len(visit.seen("work"))
    assert visit.form("/e/work/look?view=all", [("frozen", "1")]).status in (204, 303)


@claims("POST /e/{entity}/views", "POST /e/{entity}/views/{uid}")
def saved_views(visit: Visit) -> None:
    """A view is saved of what one reads; one of somebody else is none."""
    work = visit.entity("work")
    given = [("label", "Mine"), ("state", "view=all")]
    if not visit.rights.exists(work):
        one, other = (visit.form(f"/e/{name}/views", given) for name in ("work", "nobody"))
        assert one.status == other.status and one.status in (403, 404)
        return
    foreign = view_of_another(visit, "Quietly mine")
    made = visit.form("/e/work/views", given)
    assert made.status in (303, 403), made.status
    for do in ("save", "rename", "share", "delete", "earlier", "shade", "unshade"):
        gone = visit.form("/e/work/views/nobodysview", [("do", do), *given])
        assert gone.status in (403, 404), (do, gone.status)
        told = visit.form(f"/e/work/views/{foreign}", [("do", do), *given])
        assert bare(told, foreign, "nobodysview") == bare(gone, foreign, "nobodysview"), do
    assert "Quietly mine" not in visit.page("/e/work").text
    one, other = (visit.page(f"/e/work?view=~{uid}") for uid in (foreign, "nobodysview"))
    assert one.status == other.status and "Quietly mine" not in one.text
