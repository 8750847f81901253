"""HTML of rich texts: what of it is kept, and its words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metamodel.fields.html import TAGS, clean_html, html_of, is_too_deep, plain_text

PIECES = st.sampled_from([
    "<p>", "</p>", "<b>", "</b>", "<script>", "</script>", "<svg onload=alert(1)>", "<img src=x onerror=alert(1)>", "<a href='javascript:alert(1)'>", "</a>",
    "<iframe src=//x>", "<style>*{}</style>", "<!--", "-->", "<math><mi//xlink:href='data:x,<script>'>", "<table><td>", "&lt;script&gt;", "<![CDATA[", "]]>",
    "<template>", "<a href='https://a.ru'>", "<img src=/files/1/a.png>", "<form action=x>", "<input autofocus onfocus=x>", "слово", " ", "\n", "'", '"', "<", ">",
])  # fmt: skip


@given(st.lists(PIECES, max_size=12).map("".join))
def test_what_is_kept_is_harmless_and_stays_the_same_when_it_is_cleaned_again(text: str) -> None:
    import nh3

    made = clean_html(text)
    assert clean_html(made) == made
    lowered = made.lower()
    for bad in (
        "<script",
        "<style",
        "<svg",
        "<iframe",
        "<form",
        "<input",
        "onerror=",
        "onload=",
        "javascript:",
    ):
        assert bad not in lowered.replace("&lt;", "")
    assert nh3.clean(made, tags=set(TAGS), link_rel=None) == nh3.clean(made, tags=set(TAGS), link_rel=None)


@given(st.text(max_size=80))
def test_a_plain_text_comes_back_by_its_words(text: str) -> None:
    again = plain_text(html_of(text))
    assert (
        again.split() == [word for word in text.replace("\0", "\ufffd").split() if word]
        or "\r" in text
        or "\0" in text
    )


@pytest.mark.parametrize(("html", "words"), [
    ("<h1>План</h1><p>раз<br>два</p>", "План\n\nраз\nдва"), ("<ul><li>а</li><li>б</li></ul>", "а\n\nб"), ("<p>a &lt;b&gt; &amp; c</p>", "a <b> & c"),
    ("<table><tbody><tr><td>1</td><td>2</td></tr></tbody></table>", "1 2"), ('<p><img src="/files/1/a.png" alt="План дома"></p>', "План дома"), ("", ""),
])  # fmt: skip
def test_words_of_html(html: str, words: str) -> None:
    assert plain_text(html) == words


def test_what_nobody_writes_is_refused_before_a_parser_takes_the_square_of_it():
    deep = ("<blockquote>" * 5_000, "<div></b>" * 5_000, "<x>" * 5_000, "<ul><li>" * 5_000)
    assert all(is_too_deep(text) for text in deep)
    wide = (
        "<p>a<li>b<tr><td>c" * 5_000,
        "<b>a</b><br>" * 5_000,
        "<div><ul><li>a</ul></div>" * 5_000,
        "a < b",
    )
    assert not any(is_too_deep(text) for text in wide)
    assert clean_html('<img src="/files/%2E%2e/e/deal">') == ""
