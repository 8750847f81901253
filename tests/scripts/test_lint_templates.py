"""The template lint refuses what a strict policy would, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.lint_templates import ROOT, lint, main, templates

REFUSED = {
    "hx-on": '<button hx-on:click="x()">',
    "hx-on, long": '<button data-hx-on:htmx:after="x()">',
    "js:": "<div hx-vals='js:{a: 1}'>",
    "javascript:": '<a href="javascript:void(0)">',
    "trigger filter": '<div hx-trigger="click[ctrlKey]">',
    "trigger filter, inherited": "<div hx-trigger:inherited='keyup[key==1] from:body'>",
    "inline script": "<script>1</script>",
    "inline data": '<script type="application/json">{}</script>',
    "style sheet": "<style>a{}</style>",
    "style attribute": '<p class="a" style="color:red">',
    "style attribute in a branch": '<p {% if a %}style="color:red"{% endif %}>',
    "event attribute": "<body\n  onload='x()'>",
    "address": '<img src="https://example.com/a.png">',
    "address without scheme": '<img src="//example.com/a.png">',
    "safe": "{{ a | safe }}",
    "safe in an argument": "{{ f(a | trim | safe) }}",
    "autoescape off": "{% autoescape false %}{{ a }}{% endautoescape %}",
    "syntax": "{% if a %}",
}

ACCEPTED = {
    "a script by address": '<script type="module" src="{{ asset("app") }}"></script>',
    "a list in an expression": '<div hx-trigger="{{ triggers[0] }}">',
    "words that look alike": '<p data-style="a" class="on-top">one = two, content="x" only</p>',
    "javascript by name": '<p>app.js: built</p><a href="/javascript">',
    "a comment may name them": "{# hx-on, style=, https://… are refused #}<p>",
}


@pytest.mark.parametrize("source", REFUSED.values(), ids=REFUSED.keys())
def test_refuses(source: str) -> None:
    assert lint(source, "page.html")


@pytest.mark.parametrize("source", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_accepts(source: str) -> None:
    assert lint(source, "page.html") == []


def test_names_the_line() -> None:
    (fault,) = lint('<p>\n{{ a }}\n<p\n  style="x">', "renderers/templates/page.html")
    assert str(fault).startswith("renderers/templates/page.html:4: ")


def test_partial_names_its_variables() -> None:
    assert (
        lint(
            "{# record, fields: the values shown #}\n{{ record }}{{ fields }}{{ asset('a') }}", "a/_row.html"
        )
        == []
    )
    (missing,) = lint("{# record #}\n{{ record }}\n{{ fields }}", "a/_row.html")
    assert (missing.line, "fields" in missing.message) == (3, True)
    assert lint("{{ record }}", "a/_row.html")
    assert lint("{{ record }}", "a/row.html") == []


def test_reads_folders_but_not_what_is_built(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("pages/bad.html", "static/dist/bad.html"):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text("<style></style>", encoding="utf-8")
    assert main([str(tmp_path)]) == 1
    assert capsys.readouterr().out.count("no inline style sheet") == 1
    assert list(templates([tmp_path / "none"])) == []


def test_templates_of_kubik_are_clean(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0, capsys.readouterr().out
    assert ROOT.joinpath("kubik").is_file()
