"""Lists by groups, their columns to choose from, saved views: nothing but rows and fields in sight, whoever saved what."""

from __future__ import annotations

import re

from tests.doors.doors import claims
from tests.doors.pages_reading import no_page
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
    made = visit.form("/e/work/views", given)
    assert made.status in (303, 403), made.status
    for do in ("save", "rename", "share", "delete", "earlier", "shade", "unshade"):
        gone = visit.form("/e/work/views/nobodysview", [("do", do), *given])
        assert gone.status in (403, 404), (do, gone.status)
