"""Cells of the scalar types: what is pressed leads where it should, what is long is whole on a card only."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest

from metamodel.expression.durations import span
from metamodel.json_text import JsonValue
from renderers.pages.cells import Cells
from tests import factories
from tests.renderers.pages.test_cells import cells as made_cells

ENTITY = """
name: thing
title: "{name}"
fields:
  - {name: name, type: text}
  - {name: email, type: email}
  - {name: phone, type: phone}
  - {name: site, type: url}
  - {name: mark, type: rating}
  - {name: color, type: color}
  - {name: at, type: time}
  - {name: takes, type: duration}
  - {name: story, type: rich_text}
  - {name: data, type: json}
  - {name: tags, type: choices, choices: [{name: vip, label: {ru: Важный, en: Important}, color: red}, {name: far}]}
  - {name: near, type: link, to: thing}
  - {name: phone_there, type: lookup, path: near.phone}
  - {name: story_there, type: lookup, path: near.story}
"""


def drawn(name: str, value: Any, language: str = "ru", *, whole: bool = False) -> str:
    model = factories.model({"entities/thing.yaml": ENTITY})
    base = made_cells(language)
    made = Cells(base._environment, base.texts, base.zone, model)
    field = model.entities["thing"].by_name[name]
    return str((made.whole if whole else made.one)(field, field.result, value))


@pytest.mark.parametrize(("name", "value", "held"), [
    ("email", "иван@почта.рф", 'href="mailto:%D0%B8%D0%B2%D0%B0%D0%BD@'), ("email", "a'b@c.ru", "a&#39;b@c.ru"),
    ("phone", "+74951234567;ext=5", 'href="tel:+74951234567;ext=5">8 (495) 123-45-67 доб. 5<'), ("phone", "<b>", "&lt;b&gt;"),
    ("phone_there", "+442079460958", ">+44 20 7946 0958<"),
    ("site", "https://example.com/a?b=1&c=2", 'href="https://example.com/a?b=1&amp;c=2" target="_blank" rel="noopener noreferrer">example.com/a?b=1&amp;c=2<'),
    ("mark", 4, 'aria-label="4 из 5"'), ("mark", 10**12, 'aria-label="5 из 5"'), ("color", "#FF8800", 'fill="#FF8800"'), ("at", time(9, 30), "09:30"),
    ("takes", span(9_000), "2\u00a0ч 30\u00a0мин"), ("tags", ("vip", "far"), '<span class="pill red">Важный</span>'), ("story", "<p>a</p><p>b</p>", "a b"),
    ("story_there", "<p>a &lt;b&gt;</p>", "a &lt;b&gt;"), ("data", JsonValue({"a": "<b>"}), "{&#34;a&#34;:&#34;&lt;b&gt;&#34;}"),
])  # fmt: skip
def test_a_value_in_a_list(name: str, value: Any, held: str) -> None:
    assert held in drawn(name, value)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "no address"])
def test_what_a_browser_would_run_is_no_link_however_it_came_there(address: str) -> None:
    assert "<a" not in drawn("site", address)


def test_a_card_has_all_of_a_rich_text_and_of_json() -> None:
    assert '<div class="rich"><p>a <strong>b</strong></p></div>' in drawn(
        "story", "<p>a <strong>b</strong></p>", whole=True
    )
    assert "  &#34;a&#34;: 1\n" in drawn("data", JsonValue({"a": 1}), whole=True)
    assert "<p>there</p>" in drawn("story_there", "<p>there</p>", whole=True)
    assert drawn("story", None, whole=True) == drawn("story", None)


def test_times_are_written_as_the_language_does() -> None:
    assert "9:30" in drawn("at", time(9, 30), "en")
    assert "PM" in drawn("at", time(21, 30), "en")
    assert drawn("takes", span(90_061), "en").startswith("1\u00a0d 1\u00a0h 1\u00a0min 1\u00a0s")
