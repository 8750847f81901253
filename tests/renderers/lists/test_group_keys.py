"""Keys of groups as addresses have them: what stands for no group is not found, however it is written."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.access.grants import make_grants
from core.errors import KubikError
from metamodel.model import ViewGroup
from renderers.lists.groups import group_of_key
from tests import factories


@pytest.mark.parametrize(
    "part", ["NaN", "Infinity", "1e999999999", "-1e400", "9" * 18, "9" * 400, "", "x", "1/2"]
)
def test_numbers_that_no_cell_holds_are_no_groups(part: str) -> None:
    model = factories.model()
    deal = model.entities["deal"]
    levels = [ViewGroup(field=deal.by_name["amount"].uid, by="100")]
    with pytest.raises(KubikError) as caught:
        group_of_key(make_grants(model, None), deal, levels, part)
    assert caught.value.code == "KBK2006"
    assert group_of_key(make_grants(model, None), deal, levels, "-1200").value == Decimal(-1200)
