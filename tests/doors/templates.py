"""Doors of the screens of document templates: for who configures everything, and nothing of them for anybody else."""

from __future__ import annotations

from tests.doors.doors import claims
from tests.doors.visit import Visit


@claims(
    "GET /templates", "GET /templates/start", "GET /templates/new/{entity}", "POST /templates/new/{entity}",
    "GET /templates/{name}", "POST /templates/{name}", "POST /templates/apply-plan", "POST /templates/take-back", "GET /templates/file/{sha256}/{file}",
    "GET /templates/look/{entity}/{record}/{sha256}",
)  # fmt: skip
def screens(visit: Visit) -> None:
    """A template names fields, and its preview shows records: nobody opens either who may not configure."""
    with visit.site.application.site.workspace.read() as tx:
        sha256 = next(t.sha256 for d in tx.model.documents.values() for t in d.templates)
    record = visit.rights.world.rows[visit.entity("work").uid][0]["id"]
    pages = (
        "/templates", "/templates/sheet", "/templates/nothing", "/templates/new/work", "/templates/new/vault",
        "/templates/start?entity=work", f"/templates/file/{sha256}/sheet.docx", f"/templates/look/work/{record}/{sha256}",
    )  # fmt: skip
    forms = (
        "/templates/sheet",
        "/templates/nothing",
        "/templates/new/work",
        "/templates/apply-plan",
        "/templates/take-back",
    )
    if visit.rights.person.everything:
        assert visit.page("/templates").status == 200
        assert visit.page("/templates/sheet").status == 200
        return
    answers = [visit.page(path) for path in pages] + [visit.form(path, [("do", "look")]) for path in forms]
    assert {answer.status for answer in answers} == {403}
