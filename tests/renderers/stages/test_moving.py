"""Moves on pages: what is missing is asked, what was typed stays, nothing is told of what is hidden."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.renderers.surfing import Form, sign_in
from tests.sites import Site

DEALS = "/api/records/deal"


@pytest.fixture(params=["sqlite"])
def dialect(request: Any) -> Any:
    """Pages say the same on both: one is enough."""
    return request.param


def make(site: Site, who: str = "mark", **values: Any) -> int:
    answer = site.post(DEALS, {"name": "Deal", **values}, who)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def stage(site: Site, deal: int) -> str:
    return str(site.get(f"{DEALS}/{deal}").json()["stage"])


def test_the_dialog_asks_what_is_missing_keeps_what_was_typed_and_says_how_it_is_taken_back(
    site: Site,
) -> None:
    mark, deal = sign_in(site, "mark"), make(site)
    here = f"/e/deal/{deal}/move"
    part = mark.get(f"{here}?to=lost&_stay=1", **{"hx-request": "true"})
    assert part.status_code == 200 and "<html" not in part.text and "aria-invalid" not in part.text
    form = Form(part.text)
    names = {name for name, _ in form.pairs}
    assert "/lost_reason" in names and not names & {"/name", "/amount", "/company"}
    assert stage(site, deal) == "lead", "asking moves nothing"
    page = mark.get(f"{here}?to=lost")
    assert "<html" in page.text and "/lost_reason" in dict(Form(page.text).pairs)
    refused = mark.post(here, form.pairs, **{"hx-request": "true"})
    assert refused.status_code == 422 and 'aria-invalid="true"' in refused.text
    typed = [(n, "x" * 5000 if n == "/lost_reason" else v) for n, v in form.pairs]
    long = mark.post(here, [*typed, ("_stay", "1")], **{"hx-request": "true"})
    done = (
        long
        if long.status_code == 204
        else mark.post(here, [(n, v[:50]) for n, v in typed], **{"hx-request": "true"})
    )
    assert done.status_code == 204
    told = json.loads(done.headers["hx-trigger"])["kubik:moved"]
    assert told == {"entity": "deal", "id": deal, "to": "lost", "undo": f"{here}/undo"}
    assert stage(site, deal) == "lost"
    helen = sign_in(site, "helen")
    assert helen.post(f"{here}/undo", []).status_code in (404, 409), "it is not her move"


def test_a_card_tells_the_time_and_takes_the_move_back(site: Site) -> None:
    mark, deal = sign_in(site, "mark"), make(site)
    answer = mark.post(f"/e/deal/{deal}/move", [("to", "offer"), ("_back", "//evil.example/x")])
    assert answer.headers["location"].startswith("/") and not answer.headers["location"].startswith("//")
    card = mark.get(f"/e/deal/{deal}").text
    assert "Back to “Lead”" in card and re.search(r'class="now open"[^>]*aria-current="step"', card)
    assert "Time in stages" in card
    back = mark.post(f"/e/deal/{deal}/move/undo", [], accept="application/json")
    assert back.status_code == 200 and stage(site, deal) == "lead"
    again = mark.post(f"/e/deal/{deal}/move/undo", [], accept="application/json")
    assert again.status_code == 409 and "ten minutes" in again.json()["reason"]
    assert "Back to" not in mark.get(f"/e/deal/{deal}").text


def test_what_is_hidden_answers_as_what_is_not_there(site: Site) -> None:
    mark, hidden = sign_in(site, "mark"), make(site, "nina")
    for tail in ("move?to=won", "move"):
        assert (
            mark.get(f"/e/deal/{hidden}/{tail}").status_code
            == mark.get(f"/e/deal/99999/{tail}").status_code
            == 404
        )
    for tail in ("move", "move/undo"):
        pairs = [("to", "won")]
        assert mark.post(f"/e/deal/{hidden}/{tail}", pairs).status_code == 404
        assert mark.post(f"/e/deal/99999/{tail}", pairs).status_code == 404
