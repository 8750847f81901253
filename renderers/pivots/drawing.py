"""The page of a report: what its templates draw, from what was asked and what was counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from urllib.parse import urlencode

from core.errors import KubikError
from core.i18n import Texts
from core.query import count
from core.query.query import Query
from core.query.totals import size
from core.records.saved import shareable_roles
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.messages import message
from renderers.filters.bar import bar
from renderers.filters.view import FilterBar
from renderers.lists.address import EVERY
from renderers.pages.icons import icon_name
from renderers.pivots.address import TAIL
from renderers.pivots.areas import zones_of
from renderers.pivots.asking import Asked, tells_conversion
from renderers.pivots.charts import chart_of
from renderers.pivots.counted import Counted, counted
from renderers.pivots.fields import Usable, target_of, usable_fields
from renderers.pivots.moving import RECORDS
from renderers.pivots.said import beginning, nothing, notices, refused, wrong_filter
from renderers.pivots.table import table_of
from renderers.pivots.view import FieldList, Line, ReportPage, Saving, Share

AT_ONCE = 300_000
"""Records of an entity up to which all of them are counted to say how many a filter leaves."""

CHART_WORDS = {
    "none": (message("No chart"), "x"), "bar": (message("Bars"), "chart-bar"), "stacked": (message("Bars in parts"), "chart-column"),
    "line": (message("Lines over time"), "chart-line"), "funnel": (message("Funnel"), "chart-funnel"),
}  # fmt: skip
EXPORTS = {"xlsx": message("XLSX, for Excel"), "csv": message("CSV, for any program")}


def bar_of(who: Visit, tx: Transaction, asked: Asked) -> FilterBar:
    """The bar of filters of a report; its links lead back to it."""
    state = [("at", TAIL), *(pair for pair in asked.address.pairs() if pair[0] != "filter")]
    return bar(who, tx, asked.entity, asked.filter, state)


def report_page(who: Visit, tx: Transaction, asked: Asked, under: str = "") -> tuple[ReportPage, int]:
    """The page, and its status: 422 where the filter cannot be applied or the engine refuses."""
    over = bar_of(who, tx, asked)
    page = _frame(who, tx, asked, over, under)
    if over.problem:
        return replace(page, empty=wrong_filter(over, who.texts)), 422
    try:
        made = counted(who, tx, asked)
    except KubikError as error:
        if error.status >= 500:
            raise
        return replace(page, notices=(*page.notices, refused(asked, error, who.texts))), error.status
    if made.nothing:
        return replace(page, empty=nothing(asked, over, who.texts)), 200
    begun = asked.begun or asked.base is not None or asked.address.values is not None
    page = replace(page, chart=chart_of(made), told=_told(who, tx, made))
    if begun:
        return replace(page, table=table_of(made)), 200
    return replace(page, empty=beginning(asked, who.texts)), 200


def _frame(who: Visit, tx: Transaction, asked: Asked, over: FilterBar, under: str) -> ReportPage:
    texts, entity, address = who.texts, asked.entity, asked.address
    records = entity.label_many.in_language(who.language) or entity.name
    may_export = asked.ground.grants.may(entity.uid, "export")
    return ReportPage(
        title=asked.base.label if asked.base else texts.render(message("{records}: report", records=records)),
        entity=records,
        list_href=_list_href(asked),
        here=address.href(),
        help=asked.base.help if asked.base else "",
        rights=_rights(asked, texts),
        zones=zones_of(asked, texts),
        fields=_fields(asked, texts, records, under),
        bar=over,
        charts=tuple(_charts(asked, texts)),
        looks=(
            Line(label=texts.gettext("Shade by size"), href=replace(address, heat=not asked.heat).href(), on=asked.heat, icon="palette"),
        ),
        saving=_saving(who, tx, asked),
        exports=tuple(
            Line(label=texts.render(words), href=address.href("/export", format=name), icon="download")
            for name, words in EXPORTS.items()
        )
        if may_export
        else (),
        search=asked.search,
        search_drop=replace(address, search="").href() if asked.search else "",
        shared=bool(asked.base and asked.base.roles),
        notices=tuple(notices(asked, texts)),
        pieces=len(asked.rows) + len(asked.columns) + len(asked.values) + over.count,
        put=address.href("/put"),
    )  # fmt: skip


def _list_href(asked: Asked) -> str:
    """The list of all records that the report is about."""
    pairs = [("view", EVERY), ("q", asked.search), ("filter", asked.filter or "")]
    return f"/e/{asked.entity.name}?{urlencode([pair for pair in pairs if pair[1]])}"


def _rights(asked: Asked, texts: Texts) -> str:
    """That not everything is counted, for who does not see everything."""
    grants = asked.ground.grants
    if grants.everything or all(grant.rows is None for grant in grants.branches(asked.entity.uid, "read")):
        return ""
    return texts.gettext("only what your rights show you")


def _fields(asked: Asked, texts: Texts, records: str, under: str) -> FieldList:
    ground, address = asked.ground, asked.address
    if under and target_of(ground, under) is None:
        under = ""
    up = under.rpartition(".")[0]
    found = usable_fields(ground, under)
    everything = Usable(
        name=RECORDS, label=records, last=records, icon=icon_name(asked.entity.icon), key=False, amount=True, moment=False
    )  # fmt: skip
    return FieldList(
        fields=found if under else (everything, *found),
        to=address.to, state=tuple(address.pairs()), records=records,
        under=under, label=ground.label(under) if under else "",
        up=address.href(under=up) if under else "",
        deeper={each.name: address.href(under=each.name) for line in found for each in line.inner if each.leads},
    )  # fmt: skip


def _charts(asked: Asked, texts: Texts) -> Iterator[Line]:
    """The kinds of charts, then the values that one may show."""
    address, chart = asked.address, asked.chart
    tail = f":{chart.value}" if chart.value else ""
    for kind, (words, icon) in CHART_WORDS.items():
        if kind == "funnel" != chart.kind and not tells_conversion(asked, chart.value):
            continue
        said = kind if kind == "none" else f"{kind}{tail}"
        yield Line(
            label=texts.render(words),
            href=replace(address, chart=said).href(),
            on=kind == chart.kind,
            icon=icon,
        )
    if chart.kind == "none" or len(asked.values) < 2:
        return
    for at, chip in enumerate(zones_of(asked, texts)[2].chips):
        said = f"{chart.kind}:{at}" if at else chart.kind
        yield Line(
            label=f"{chip.label}: {chip.said}",
            href=replace(address, chart=said).href(),
            on=at == chart.value,
            icon="sum",
        )


def _saving(who: Visit, tx: Transaction, asked: Asked) -> Saving | None:
    if not asked.begun and asked.base is None:
        return None
    base, address = asked.base, asked.address
    made = Saving(
        action=f"{address.path}s", state=urlencode(address.pairs()), label=base.label if base else "",
        changed=base is not None and address.changed, drop=address.unchanged().href(),
    )  # fmt: skip
    if base is None or not base.mine:
        return made
    shares = tuple(
        Share(
            uid=role.uid, label=role.label.in_language(who.language) or role.name, on=role.uid in base.roles
        )
        for role in shareable_roles(tx, who.actor)
    )
    return replace(made, uid=base.uid, mine=True, roles=shares)


def _told(who: Visit, tx: Transaction, made: Counted) -> str:
    """Of how many records it is, and how long that took."""
    texts, asked = who.texts, made.asked
    records = asked.entity.label_many.in_language(who.language) or asked.entity.name
    seconds = texts.number(round_up(made.seconds), 2)
    if made.count is None:
        return texts.render(message("Counted in {seconds} s", seconds=seconds))
    number = texts.number(made.count)
    every = Query(entity=asked.entity.name, fields=())
    if (asked.filter or asked.search) and size(tx, who.actor, every) <= AT_ONCE:
        everything = texts.number(count(tx, who.actor, every))
        return texts.render(
            message(
                "{records}: {number} of {all} · counted in {seconds} s",
                records=records,
                number=number,
                all=everything,
                seconds=seconds,
            )
        )
    return texts.render(
        message(
            "{records}: {number} · counted in {seconds} s", records=records, number=number, seconds=seconds
        )
    )


def round_up(seconds: float) -> Decimal:
    """Seconds as they are told, never none at all."""
    return Decimal(str(max(0.01, round(seconds, 2))))
