"""Tables that wait for their import: how much room they have, and who makes room for whom."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

from core.access.actor import Actor
from core.records.importing.keeping import kept_copy
from core.records.importing.unfinished import begin, file_of, mine
from core.settings import Settings
from core.storage.workspace import Workspace
from tests.core.records.asserting import refusal

PEOPLE = {name: Actor(user=at, person=at, login=name) for at, name in enumerate(("anna", "igor"), 1)}


def test_who_holds_most_makes_room_with_the_oldest_and_what_is_under_way_stays(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", import_space=10_000)
    workspace = cast(Workspace, SimpleNamespace(settings=settings))
    table = tmp_path / "table.csv"

    def sent(by: str, size: int, name: str) -> None:
        table.write_bytes(b"x" * size)
        begin(workspace, PEOPLE[by], table, name, None)

    def waiting(by: str) -> list[str]:
        return sorted(made.name for made in mine(workspace, PEOPLE[by]))

    sent("igor", 1500, "first")
    for name in ("old", "middle", "new"):
        sent("anna", 2000, name)
    sent("igor", 2000, "second")
    assert refusal(lambda: sent("igor", 11_000, "huge")).code == "KBK5005", "and nobody loses anything for it"
    assert (waiting("anna"), waiting("igor")) == (["middle", "new"], ["first", "second"])
    last = next(made for made in mine(workspace, PEOPLE["anna"]) if made.name == "new")
    with kept_copy(workspace, file_of(workspace, last), "new", "job"):
        assert (waiting("anna"), waiting("igor")) == (["middle", "new"], ["second"])
        with kept_copy(workspace, b"y" * 7000, "large", "other"):
            assert (waiting("anna"), waiting("igor")) == ([], [])  # the first copy is its own file by now
            error = refusal(lambda: sent("igor", 3000, "third"))
    assert error.code == "KBK5005" and "KUBIK_IMPORT_SPACE" in error.detail.text
