"""Views that somebody shared name no field that is hidden from who opens them: not to be copied, not to be sorted by."""

from __future__ import annotations

from core.access.actor import Actor
from core.access.grants import grants_of
from core.records.views import SavedView, Shade, State
from metamodel.model import Model
from renderers.lists.personal import Kept, kept_view
from tests import factories

SHOW = (
    "          - {entity: deal, actions: [show], rows: \"owner = me AND stage = 'won'\", fields: [margin]}\n"
)


def opened(model: Model, role: str, state: State) -> Kept:
    entity = model.entities["deal"]
    saved = SavedView(
        uid="x",
        entity=entity.uid,
        label="Shared",
        kind="list",
        state=state,
        mine=False,
        owner=1,
        roles=("r",),
    )
    grants = grants_of(model, Actor(user=2, login="mark", roles=(model.roles[role].uid,)))
    return kept_view(model, grants, entity, saved)


def test_totals_order_and_colours_of_hidden_fields_are_not_handed_on() -> None:
    manager = factories.SAMPLE["roles/manager.yaml"].replace(SHOW, "")
    assert manager != factories.SAMPLE["roles/manager.yaml"]
    model = factories.model({"roles/manager.yaml": manager})
    state = State(
        columns=("name", "margin"), sort=("-margin", "name"), filter="margin = 77", group=("margin",),
        totals=("amount:sum", "margin:max"),
        shades=(
            Shade(color="red", column="margin", when="amount > 60"),
            Shade(color="red", when="margin = 77"),
            Shade(color="blue", column="margin", value="amount", start="0", end="9"),
        ),
    )  # fmt: skip
    seen = opened(model, "manager", state).view
    assert seen.columns == ("name",) and seen.filter_text is None and seen.group == ()
    assert seen.told is not None and [each.field for each in seen.told] == [
        model.entities["deal"].by_name["amount"].uid
    ]
    assert seen.formats == () and seen.sort == ("name",)
    head = opened(model, "head", state).view
    assert len(head.told or ()) == 2 and len(head.formats) == 3 and head.sort == ("-margin", "name")
