"""Forms of pages that write: sent with what is always refused, they show nothing that is hidden."""

from __future__ import annotations

from tests.doors.api_reading import UNKNOWN
from tests.doors.doors import claims
from tests.doors.pages_reading import bare
from tests.doors.visit import Visit

FORMS: tuple[tuple[str, list[tuple[str, str]]], ...] = (
    ("/edit", [("/name", ""), ("_version", "0")]),
    ("/field/name", [("/name", ""), ("_version", "0"), ("_was", "{}")]),
    ("/move", [("to", "nowhere"), ("_version", "0")]),
    ("/move/undo", []),
    ("/comments", [("text", "")]),
    ("/comments/58000001", [("text", "x"), ("_version", "0")]),
    ("/comments/58000001/delete", []),
    ("/run/hand", [("/org", str(UNKNOWN)), ("/org~text", "x"), ("/org~was", "")]),
)


@claims(
    "POST /e/{entity}/{identity}/edit",
    "POST /e/{entity}/{identity}/field/{name}",
    "POST /e/{entity}/{identity}/move",
    "POST /e/{entity}/{identity}/move/undo",
    "POST /e/{entity}/{identity}/delete",
    "POST /e/{entity}/{identity}/restore",
    "POST /e/{entity}/{identity}/comments",
    "POST /e/{entity}/{identity}/comments/{comment}",
    "POST /e/{entity}/{identity}/comments/{comment}/delete",
    "POST /e/{entity}/{identity}/run/{name}",
)
def changes(visit: Visit) -> None:
    """A stale or empty form comes back with what its reader may read; of a hidden record nothing comes."""
    for name in ("work", "org", "task"):
        entity = visit.entity(name)
        for row in visit.some(visit.rights.world.rows[entity.uid], 4):
            seen = visit.rights.sees(entity, row)
            forms = FORMS if seen else (*FORMS, ("/delete", []), ("/restore", []))
            for tail, pairs in forms:
                told = visit.form(f"/e/{name}/{row['id']}{tail}", pairs)
                if not seen:
                    nothing = visit.form(f"/e/{name}/{UNKNOWN}{tail}", pairs)
                    assert bare(told, row["id"], UNKNOWN) == bare(nothing, row["id"], UNKNOWN), (
                        told.asked,
                        told.status,
                        nothing.status,
                    )


@claims("POST /e/{entity}/new", "POST /e/{entity}/run/{name}")
def makes(visit: Visit) -> None:
    """A link to what is hidden is one to what is not there."""
    for name, field, target in (("work", "org", "org"), ("task", "work", "work"), ("org", "boss", "user")):
        for row in visit.rows(target):
            if visit.rights.sees(visit.entity(target), row):
                continue
            one, other = (
                visit.form(
                    f"/e/{name}/new",
                    [(f"/{field}", str(i)), (f"/{field}~was", f"{i} x"), (f"/{field}~text", "x")],
                )
                for i in (row["id"], UNKNOWN)
            )
            assert bare(one, row["id"], UNKNOWN) == bare(other, row["id"], UNKNOWN), one.asked
    for row in visit.rows("org"):
        if not visit.rights.sees(visit.entity("org"), row):
            one, other = (
                visit.form(
                    "/e/work/run/sweep", [("/org", str(i)), ("/org~was", f"{i} x"), ("/org~text", "x")]
                )
                for i in (row["id"], UNKNOWN)
            )
            assert bare(one, row["id"], UNKNOWN) == bare(other, row["id"], UNKNOWN), one.asked
