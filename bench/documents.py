"""`kubik bench documents`: an invoice of ten lines as Word and as PDF, from the record to the file, beside docxtpl and WeasyPrint by
themselves with the same values; and list pages while documents are made."""

from __future__ import annotations

import io
import json
import os
import secrets
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from types import SimpleNamespace
from typing import Any

import jinja2
import weasyprint
from docxtpl import DocxTemplate
from weasyprint.text.fonts import FontConfiguration

from bench.cpu import cpu_clock
from bench.installation import Installation
from bench.measure import Results, head
from bench.servers import Client, kubik_server
from core import records
from core.access.actor import Actor
from core.documents.checking import checked
from core.documents.filters import bound
from core.documents.gathering import Data, gather
from core.documents.making.nothing import Empty
from core.documents.making.values import Record, value_of
from core.documents.rendering import DocFacts, Renderers
from core.storage.templates import template_bytes
from core.storage.workspace import Transaction
from metamodel.documents import TemplateFile

LINES = 10
WORD_LIMIT, PDF_LIMIT, PAGES_LIMIT = 1.5, 1.15, 2.0
TIMES = {"docx": 60, "html": 20}
FACTS = DocFacts(number="С-2026-0001", date=date(2026, 11, 21), name="invoice", version=1)
PAGE = "/api/records/deal?limit=50&fields=name,company,owner,stage,amount,closes_on&sort=-created_at"
SECONDS = 10.0
"""For how long pages are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A template of the invoice: its bytes, and how the values it needs are read."""

    file: TemplateFile
    data: bytes
    gathered: Callable[[], Data]


def run(installation: Installation, results: Results) -> None:
    """Measure on one installation: in this process and its rendering child, then through HTTP."""
    head(f"documents on {installation.dialect}: an invoice of {LINES} lines, CPU", theirs="the library")
    actor = installation.actor("administrator")
    deal = installation.workspace.write(lambda tx: _deal(tx, actor))
    renderers = Renderers()
    try:
        for template in _templates(installation, actor, deal):
            _beside_the_library(renderers, template, results)
    finally:
        renderers.close()
    _pages(installation, deal, results)


def _deal(tx: Transaction, actor: Actor) -> int:
    """A deal with so many lines."""
    company = records.create(tx, actor, "company", {"name": "ООО «Ёлка и партнёры»"}).id
    product = records.create(
        tx, actor, "product", {"code": secrets.token_hex(6), "name": "Стойка телекоммуникационная 42U"}
    ).id
    seller = records.create(tx, actor, "organization", {"name": "ООО «СкладТех»", "vat_rate": "0.22"}).id
    items = [{"product": product, "quantity": n + 1, "price": f"{1999 + n}.50"} for n in range(LINES)]
    return records.create(
        tx, actor, "deal", {"name": "Поставка", "company": company, "seller": seller, "items": items}
    ).id


def _templates(installation: Installation, actor: Actor, deal: int) -> Iterator[Template]:
    workspace = installation.workspace
    with workspace.read() as tx:
        invoice = tx.model.documents["invoice"]
        for file in invoice.templates:
            data = template_bytes(tx, file.sha256)
            needs = checked(tx.model, invoice, file, partial(bytes, data)).needs

            def gathered(needs: Any = needs) -> Data:
                with workspace.read() as inner:
                    return gather(inner, actor, invoice, needs, [deal], "ru")[deal]

            yield Template(file=file, data=data, gathered=gathered)


def _beside_the_library(renderers: Renderers, template: Template, results: Results) -> None:
    file = template.file
    kind = "pdf" if file.format == "html" else "docx"

    def ours() -> bytes:
        data = template.gathered()
        return renderers.render(data, template.data, kind, FACTS, "ru", file.format, file.file)  # type: ignore[arg-type]

    context = plain(template.gathered())
    library = (
        _weasyprint(template.data, context) if file.format == "html" else _docxtpl(template.data, context)
    )
    made, other = ours(), library()
    for _ in range(2):
        made, other = ours(), library()
    print(f"  {file.file}: {len(made):,} bytes beside {len(other):,}", flush=True)
    clock = cpu_clock([os.getpid()])
    mine, theirs = _in_turn(clock, ours, library, TIMES[file.format])
    limit = PDF_LIMIT if file.format == "html" else WORD_LIMIT
    results.add(f"{file.file}, from the record to the file", mine, theirs, limit)


def _in_turn(
    clock: Callable[[], float], ours: Callable[[], object], theirs: Callable[[], object], times: int
) -> tuple[float, float]:
    """Medians of the CPU of both in milliseconds."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(times):
        for call, found in zip((ours, theirs), taken, strict=True):
            start = clock()
            call()
            found.append((clock() - start) * 1000)
    return statistics.median(taken[0]), statistics.median(taken[1])


def plain(data: Data) -> dict[str, Any]:
    """The same values as plain objects, lists, texts and numbers."""

    def of(value: Any) -> Any:
        if isinstance(value, Record):
            return SimpleNamespace(**{name: of(each) for name, each in value.values_of_record.items()})
        if isinstance(value, list):
            return [of(each) for each in value]
        return None if isinstance(value, Empty) else value

    record = of(value_of(data.values["record"], data.files))
    my = of(value_of(data.values["my"], data.files))
    doc = {"number": FACTS.number, "date": FACTS.date, "name": FACTS.name, "version": 1}
    return {**vars(record), "record": record, "deal": record, "my": my, "doc": doc}


def _docxtpl(data: bytes, context: Mapping[str, Any]) -> Callable[[], bytes]:
    environment = jinja2.Environment(autoescape=True, finalize=lambda value: "" if value is None else value)
    environment.filters.update(bound("ru"))

    def made() -> bytes:
        template = DocxTemplate(io.BytesIO(data))
        template.render(dict(context), environment)
        file = io.BytesIO()
        template.save(file)
        return file.getvalue()

    return made


def _weasyprint(data: bytes, context: Mapping[str, Any]) -> Callable[[], bytes]:
    environment = jinja2.Environment(autoescape=True, finalize=lambda value: "" if value is None else value)
    environment.filters.update(bound("ru"))
    template, fonts = environment.from_string(data.decode()), FontConfiguration()

    def made() -> bytes:
        file: bytes = weasyprint.HTML(string=template.render(context)).write_pdf(font_config=fonts)
        return file

    return made


def _pages(installation: Installation, deal: int, results: Results) -> None:
    """A page of a list, alone and while two people have PDFs made without a pause."""
    headers = {"Authorization": f"Bearer {installation.token('administrator')}"}
    with kubik_server(installation) as (port, _, _):
        client = Client(port, headers)
        body = json.dumps({"record": deal, "format": "pdf", "preview": True}).encode()
        client.ask("POST", "/api/documents/invoice", body)
        for _ in range(30):
            client.get(PAGE)
        alone = _slowest(client)
        with _making(port, headers, body) as made:
            meanwhile = _slowest(client)
        print(f"  {made[0]} documents were made meanwhile", flush=True)
        results.add("a page of 50 deals meanwhile, p95, beside it alone", meanwhile, alone, PAGES_LIMIT)


@contextmanager
def _making(port: int, headers: dict[str, str], body: bytes) -> Iterator[list[int]]:
    made, done = [0], threading.Event()

    def make() -> None:
        client = Client(port, headers)
        while not done.is_set():
            client.ask("POST", "/api/documents/invoice", body)
            made[0] += 1

    threads = [threading.Thread(target=make) for _ in range(2)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    try:
        yield made
    finally:
        done.set()
        for thread in threads:
            thread.join()


def _slowest(client: Client) -> float:
    """Of a hundred pages the 95th."""
    taken: list[float] = []
    begun = time.perf_counter()
    while time.perf_counter() - begun < SECONDS:
        start = time.perf_counter()
        client.get(PAGE)
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.quantiles(taken, n=20)[-1]
