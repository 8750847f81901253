"""Checks of the page templates: they parse, hold nothing a strict Content-Security-Policy refuses, and say what they need.

`python -m scripts.lint_templates [FOLDER…]` prints `file:line: what is wrong` and exits with 1 when something is.
Templates of documents (`doc_templates/`) are not pages and are not read.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError, meta, nodes

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("core", "renderers", "plugins")
SKIPPED = frozenset({"static", "node_modules", "__pycache__"})

# Where text is trusted to be HTML already, each with its reason.
SAFE_ALLOWED: dict[str, str] = {}

# What every template has without being given it: functions of the environment, nothing about a page.
GLOBALS = frozenset(
    {"_", "asset", "icon", "t", "range", "dict", "namespace", "caller", "loop", "self", "super"}
)

# Refused in the HTML, with what stands between Jinja's braces blanked out.
HTML_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\b(?:data-)?hx-on\b"), "hx-on needs eval: listen in TypeScript"),
    (
        re.compile(r"(?<![\w.])(?:js|javascript):", re.IGNORECASE),
        "js: needs eval: put the value into the page",
    ),
    (
        re.compile(r"hx-trigger[\w:-]*\s*=\s*(?:\"[^\"]*\[|'[^']*\[|[^\s\"'>]*\[)"),
        "a filter [...] in hx-trigger needs eval: filter in TypeScript",
    ),
    (re.compile(r"<script\b(?![^>]*\bsrc\s*=)", re.IGNORECASE), "no inline script"),
    (re.compile(r"<style\b", re.IGNORECASE), "no inline style sheet"),
    (re.compile(r"(?<=[\s\"'/])style\s*=", re.IGNORECASE), "no style attribute: use a class"),
    (re.compile(r"(?<=[\s\"'/])on[a-z]+\s*=", re.IGNORECASE), "no event attribute: listen in TypeScript"),
    (
        re.compile(r"https?://|(?:src|href|action)\s*=\s*[\"']?//", re.IGNORECASE),
        "no address of another server",
    ),
)

JINJA = re.compile(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
FIRST_LINE_COMMENT = re.compile(r"\{#-?(.*?)#\}", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong in one line of one template."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


def environment() -> Environment:
    """An environment that parses only: extensions for their tags, unknown filters and tests are not its business."""
    return Environment(
        autoescape=True, extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"]
    )


def lint(source: str, file: str, jinja: Environment | None = None) -> list[Fault]:
    """Every fault of one template, in the order of its lines; `file` is its path as it will be shown."""
    jinja = jinja or environment()
    try:
        tree = jinja.parse(source, name=file)
    except TemplateSyntaxError as error:
        return [Fault(file=file, line=error.lineno, message=f"does not parse: {error.message}")]
    found = [
        *html_faults(source, file),
        *trust_faults(tree, file),
        *(partial_faults(source, tree, file) if Path(file).name.startswith("_") else ()),
    ]
    return sorted(found, key=lambda fault: fault.line)


def html_faults(source: str, file: str) -> Iterator[Fault]:
    """What the browser would refuse to run or must not ask for."""
    html = JINJA.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), source)
    for pattern, message in HTML_RULES:
        for match in pattern.finditer(html):
            yield Fault(file=file, line=html.count("\n", 0, match.end()) + 1, message=message)


def trust_faults(tree: nodes.Template, file: str) -> Iterator[Fault]:
    """Where escaping is switched off without a reason in SAFE_ALLOWED."""
    if file in SAFE_ALLOWED:
        return
    for node in tree.find_all(nodes.Filter):
        if node.name == "safe":
            yield Fault(
                file=file, line=node.lineno, message="|safe outside the list of scripts/lint_templates.py"
            )
    for scoped in tree.find_all(nodes.ScopedEvalContextModifier):
        yield Fault(file=file, line=scoped.lineno, message="no autoescape block")


def partial_faults(source: str, tree: nodes.Template, file: str) -> Iterator[Fault]:
    """A partial names what it needs: each variable it takes from outside, as a word of its first comment."""
    comment = FIRST_LINE_COMMENT.match(source)
    if comment is None:
        yield Fault(file=file, line=1, message="a partial begins with a comment that names its variables")
        return
    named = set(re.findall(r"\w+", comment.group(1)))
    for name in sorted(meta.find_undeclared_variables(tree) - GLOBALS - named):
        line = next((node.lineno for node in tree.find_all(nodes.Name) if node.name == name), 1)
        yield Fault(file=file, line=line, message=f"the first line does not name the variable {name}")


def templates(folders: Sequence[Path]) -> Iterator[Path]:
    for folder in folders:
        for path in sorted(folder.rglob("*.html")):
            if not SKIPPED & set(path.relative_to(folder).parts):
                yield path


def main(arguments: Sequence[str]) -> int:
    jinja = environment()
    folders = [Path(argument).resolve() for argument in arguments] or [ROOT / name for name in FOLDERS]
    faults: list[Fault] = []
    for path in templates(folders):
        shown = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else str(path)
        faults += lint(path.read_text(encoding="utf-8"), shown, jinja)
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
