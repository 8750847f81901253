"""Imports asked for by hand-made addresses and forms: nothing is begun by looking, and what is wrong is refused in words."""

from __future__ import annotations

from core.web.background import make_worker
from tests.renderers.importing.test_importing import TABLE, send
from tests.renderers.surfing import changed, sign_in
from tests.sites import Site


def jobs(site: Site) -> int:
    with site.workspace.read() as tx:
        return len(tx.connection.execute(tx.tables.own.job.select()).all())


def test_looking_at_the_check_begins_nothing(site: Site) -> None:
    surfer = sign_in(site, "admin")
    opened = send(surfer, TABLE.encode("cp1251")).headers["location"]
    before = jobs(site)
    for address in (f"{opened}/check", f"{opened}/check?begin=1"):
        assert surfer.get(address).headers["location"] == opened and jobs(site) == before, address
    went = surfer.post(opened, [*changed(surfer.form(opened), {}), ("then", "check")])
    assert went.status_code == 303 and jobs(site) == before + 1
    while make_worker(site.workspace).run_one():
        continue
    assert surfer.get(f"{opened}/check?begin=1").status_code == 200 and jobs(site) == before + 1


PAIRS = (
    ("how:delimiter", "ab"), ("how:delimiter", "\n"), ("how:encoding", "rot13"), ("how:encoding", "idna"),
    ("how:encoding", "undefined"), ("row", "abc"), ("row", "-5"), ("how:header", "99999999"), ("how:decimal", "xx"),
    ("how:dates", "xx"), ("how:sheet", "none"), ("entity", "user"), ("entity", "nothing"),
)  # fmt: skip


def test_what_no_form_has_breaks_nothing(site: Site) -> None:
    surfer = sign_in(site, "admin")
    opened = send(surfer, TABLE.encode("cp1251")).headers["location"]
    for pair in PAIRS:
        assert surfer.post(opened, [pair]).status_code < 500, pair
        assert surfer.get(opened).status_code < 500, pair
        assert surfer.post(opened, [("then", "reset")]).status_code == 303, pair
