"""Lists of links and links to any record in plans: what a change loses is counted, and undo brings it back."""

from __future__ import annotations

from typing import Any

from core import query, records
from core.access.actor import system_actor
from core.query import Query
from core.solutions.renames import follow_renames
from core.solutions.targets import read_document, with_posted
from core.storage.workspace import Workspace
from metamodel.resolve import resolve
from tests.contracts.places import wide_model
from tests.core.solutions.samples import add, applied, field_of, planned

SYSTEM = system_actor()


def grown(by: dict[str, Any]) -> None:
    by["good"]["fields"] += [
        {"name": "marks", "type": "links", "to": "sale", "inverse": "goods"},
        {"name": "about", "type": "link_any", "to": ["sale", "good"], "inverse": "things"},
    ]


def read(workspace: Workspace, good: int) -> dict[str, Any]:
    with workspace.read() as tx:
        return query.read(tx, SYSTEM, Query(entity="good", fields=("marks", "about"), ids=(good,))).items[0]


def test_a_list_that_leads_elsewhere_and_an_entity_that_goes_are_losses(workspace: Workspace) -> None:
    applied(workspace, grown)
    first, second = add(workspace, name="first"), add(workspace, name="second")
    sale = add(workspace, "sale", count=1)
    values = {"marks": [sale], "about": {"entity": "sale", "id": sale}}
    workspace.write(lambda tx: records.update(tx, SYSTEM, "good", first, values))

    def elsewhere(by: dict[str, Any]) -> None:
        field_of(by["good"], "marks")["to"] = "good"
        field_of(by["good"], "about")["to"] = ["good"]

    losses = [change.loss.values for change in planned(workspace, elsewhere).changes if change.loss]
    assert losses == [1, 1]
    applied(workspace, elsewhere, accept_loss=True)
    item = read(workspace, first)
    assert item["marks"] == [] and item["about"].hidden
    workspace.write(lambda tx: records.update(tx, SYSTEM, "good", first, {"marks": [second]}))
    assert [link.title for link in read(workspace, first)["marks"]] == ["second"]


def test_a_renamed_entity_is_followed_by_links_to_any_record() -> None:
    old = wide_model()
    document = read_document(old.document).to_json()
    next(item for item in document["entities"] if item["name"] == "company")["name"] = "firm"
    now = resolve(follow_renames(old, with_posted(read_document(old.document), document)), 2)
    assert now.entities["remark"].by_name["about"].options["to"] == ["deal", "firm"]
