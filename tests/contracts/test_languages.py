"""Languages: nothing is missing from the catalogues, and no page of the demonstration has words of the other language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from core.access.actor import system_actor
from core.query import Query, read
from core.solutions.start import initialize
from core.storage.workspace import Transaction, Workspace
from scripts.i18n import CASED, lacking, obsolete
from tests.conftest import Databases
from tests.renderers.surfing import Surfer
from tests.sites import PASSWORD, Site, running, settings

MOST = 70
"""Pages of the crawl; each kind of address is opened once."""
SPOKEN = ("aria-label", "title", "placeholder", "alt", "data-confirm", "aria-description")
NOT_READ = {"script", "style", "svg", "kbd", "code", "head", "textarea"}
"""What is no words of ours: in a text area stands what a person edits."""
LATIN = frozenset(
    """kubik ctrl alt shift tab enter esc home end csv xlsx json pdf xml http https api qr ean excel html utf iso url utc
    gmt inn rub usd eur cny totp libreoffice vcard""".split()  # noqa: SIM905
)
"""Words that are the same in Russian texts: keys, formats, the name of the product."""
NAMES = {"Русский", "English"}
"""The switch of languages names each in itself."""


def test_nothing_is_missing_from_the_catalogues() -> None:
    assert sorted(set(lacking())) == []


def test_nothing_stands_in_the_catalogues_for_nothing() -> None:
    assert list(obsolete()) == []


@pytest.mark.parametrize("text", ["Создать {entity}", "в «{stage}»", "Удалить «{label}»?", "Найти в {label}"])
def test_a_wording_that_needs_a_case_of_a_label_is_found(text: str) -> None:
    assert CASED.search(text)


@pytest.mark.parametrize(
    "text", ["{entity}: создать", "«{stage}»: новая стадия", "поле {name} обязательно", "в {count}"]
)
def test_a_wording_without_a_case_is_left(text: str) -> None:
    assert CASED.search(text) is None


class Words(HTMLParser):
    """What a person reads or hears of a page, and where its links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.links: list[str] = []
        self._deep = 0
        self._skipped: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag in NOT_READ or given.get("translate") == "no":
            self._skipped.append(tag)
        if not self._skipped:
            self.said += [given[name] for name in SPOKEN if name in given]
            if given.get("type") in ("submit", "button"):
                self.said.append(given.get("value", "") if tag == "input" else "")
        if given.get("id") == "words":
            self.said += [value for name, value in given.items() if name.startswith("data-")]

    def handle_endtag(self, tag: str) -> None:
        if self._skipped and tag == self._skipped[-1]:
            self._skipped.pop()

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self.said.append(data)


@dataclass(frozen=True)
class Demo:
    """The demonstration system, served, and the words of its data."""

    site: Site
    data: frozenset[str]


@pytest.fixture(scope="module")
def demo(lasting_database: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    url, home = lasting_database("sqlite"), tmp_path_factory.mktemp("home")
    workspace = initialize(settings(url, home), ("crm",), demo=True, login="admin", password=PASSWORD)
    data = frozenset(words_of_data(workspace))
    workspace.close()
    with running(url, home, {}) as site:
        yield Demo(site, data)


def words_of_data(workspace: Workspace) -> Iterator[str]:
    """Every word of every text of every record."""

    def all_of(tx: Transaction) -> Iterator[Any]:
        for entity in tx.model.entities.values():
            texts = tuple(f.name for f in entity.fields if f.result.kind == "text" or f.type.name == "url")
            if texts:
                yield from read(tx, system_actor(), Query(entity=entity.name, fields=texts, limit=1000)).items

    with workspace.read() as tx:
        for item in all_of(tx):
            for value in item.values():
                yield from re.findall(r"[\w]+", str(value).lower())


def crawl(surfer: Surfer) -> Iterator[tuple[str, str]]:
    """Pages that links lead to, one of each kind of address."""
    waiting, seen, opened = ["/"], {"/"}, 0
    while waiting and opened < MOST:
        path = waiting.pop(0)
        answer = surfer.get(path)
        if answer.status_code in (302, 303):
            waiting.insert(0, answer.headers["location"])
            continue
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        opened += 1
        assert answer.status_code == 200, path
        yield path, answer.text
        for link in Words(answer.text).links:
            parts = urlsplit(link)
            address = f"{parts.path}?{parts.query}" if parts.query else parts.path
            kind = re.sub(r"=[^&]*", "", re.sub(r"\d+", "0", address))
            if not parts.netloc and parts.path.startswith("/") and kind not in seen:
                seen.add(kind)
                waiting.append(address)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_no_page_has_words_of_the_other_language(demo: Demo, language: str) -> None:
    surfer = Surfer(demo.site)
    surfer.post("/sign-in", [("login", "admin"), ("password", PASSWORD)])
    surfer.post("/language", [("language", language), ("next", "/")])
    foreign = re.compile("[A-Za-z]{3,}" if language == "ru" else "[А-Яа-яЁё]{3,}")
    found: dict[str, str] = {}
    opened = 0
    for path, html in crawl(surfer):
        opened += 1
        for text in Words(html).said:
            if text in NAMES:
                continue
            bare = re.sub(r"\S+@\S+|https?://\S+|/\S+", " ", text)
            for word in filter(foreign.search, re.findall(r"\w+", bare)):
                if word.lower() not in LATIN and word.lower() not in demo.data:
                    found.setdefault(f"{word} «{text.strip()[:60]}»", path)
    assert opened > 20
    assert found == {}


def test_the_sign_in_is_in_the_language_of_the_browser(demo: Demo) -> None:
    demo.site.client.cookies.clear()
    page = demo.site.client.get("/sign-in", headers={"accept-language": "ru"})
    said = " ".join(Words(page.text).said)
    assert set(re.findall("[A-Za-z]{3,}", said)) - {"Kubik", "English"} == set()


def test_the_folder_of_words_of_every_plugin_is_read() -> None:
    root = Path(__file__).parents[2] / "plugins"
    from core.i18n.catalogue import folders

    assert {path.parent.parent for path in root.rglob("*.po")} <= set(folders())
