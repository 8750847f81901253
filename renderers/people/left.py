"""A handover as a page tells of it: how far, to whom how much went, what stayed and why, whether it can be taken back."""

from __future__ import annotations

from datetime import datetime

from core.jobs.jobs import Job
from core.query.read import titles
from core.records.handover import Handover, Left, Report, places
from core.records.handover.past import report_of
from core.web.context import Visit
from metamodel.messages import message
from renderers.pages.people import person as drawn
from renderers.pages.titles import title_words
from renderers.people.gate import Gate
from renderers.people.leaving_view import GivenLine, LeftLine, ProgressView

MOST_SHOWN = 50
"""Records that stayed and are shown with their reason."""


def progress_view(gate: Gate, who: Visit, past: Handover, name: str) -> ProgressView:
    """The handover, or the taking back of it once that was begun."""
    texts, here = who.texts, f"/people/{past.order.person}/leave/{past.job.id}"
    undoing = past.undo is not None
    job = past.undo or past.job
    report = report_of(job)
    running = job.state in ("queued", "running")
    percent = 100 if not running else min(99, 100 * job.done // job.total) if job.total else 0
    return ProgressView(
        person=drawn(past.order.person, name),
        href=f"/people/{past.order.person}",
        here=here,
        title=_title(who, past, name),
        words=_words(who, job, report, undoing=undoing),
        running=running,
        done=job.done,
        total=job.total or 0,
        percent=percent,
        left_time=_time_left(who, gate.tx.now, job) if running else "",
        given=tuple(_given(gate, who, report)) if not running else (),
        left=tuple(_left(gate, who, report.left[:MOST_SHOWN])) if not running else (),
        left_words=texts.render(message("These stayed: {count}", count=report.left_count))
        if report.left_count
        else "",
        closed=report.closed and not undoing,
        reopened=report.closed and undoing,
        failed=texts.gettext(str((job.error or {}).get("shown", ""))) if job.state == "failed" else "",
        cancel_href=f"{here}/cancel" if running else "",
        undo_href=f"{here}/undo" if past.can_undo else "",
    )


def _title(who: Visit, past: Handover, name: str) -> str:
    if past.undo is not None:
        return who.texts.phrase("{name}: handing over is taken back", name=name)
    return who.texts.phrase("{name}: handing over", name=name)


def _words(who: Visit, job: Job, report: Report, *, undoing: bool) -> str:
    texts = who.texts
    if job.state == "queued":
        return texts.gettext("It begins in a moment.")
    if job.state == "running":
        return ""
    done = message("Came back: {count}", count=report.handed) if undoing else message(
        "Handed over: {count}", count=report.handed
    )  # fmt: skip
    words = texts.render(done)
    if job.state == "cancelled":
        return texts.phrase("Stopped. {words}", words=words)
    if job.state == "failed":
        return texts.phrase("Broken off. {words}", words=words)
    return words


def _time_left(who: Visit, now: datetime, job: Job) -> str:
    """About how long it still takes, by how long it took so far."""
    if not job.total or not job.done or job.started_at is None:
        return ""
    seconds = (now - job.started_at).total_seconds() * (job.total - job.done) / job.done
    if seconds < 90:
        return who.texts.render(message("about {count} seconds left", count=max(1, round(seconds))))
    return who.texts.render(message("about {count} minutes left", count=round(seconds / 60)))


def _given(gate: Gate, who: Visit, report: Report) -> list[GivenLine]:
    """To whom how much went, by entity and field."""
    known = {place.key: place for place in places(gate.tx.model, gate.grants)}
    people = titles(gate.tx, gate.actor, gate.user, {int(key.split()[0]) for key in report.given})
    found = []
    for key, count in report.given.items():
        user, _, place_key = key.partition(" ")
        place, link = known.get(place_key), people[int(user)]
        if place is None or link.hidden:
            continue
        entity = place.entity.label_many.in_language(who.language) or place.entity.name
        field = place.field.label.in_language(who.language) or place.field.name
        found.append(GivenLine(
            entity=entity, field=field, person=drawn(int(user), title_words(link.title, int(user), who.texts)),
            count=who.texts.number(count),
        ))  # fmt: skip
    return sorted(found, key=lambda line: (line.entity, line.field, line.person.name))


def _left(gate: Gate, who: Visit, left: tuple[Left, ...]) -> list[LeftLine]:
    """What stayed, by the titles of today."""
    wanted: dict[str, set[int]] = {}
    for each in left:
        wanted.setdefault(each.entity, set()).add(each.id)
    model = gate.tx.model
    found = {
        name: titles(gate.tx, gate.actor, model.entities[name], ids)
        for name, ids in wanted.items()
        if name in model.entities
    }
    lines = []
    for each in left:
        link = found.get(each.entity, {}).get(each.id)
        if link is not None and not link.hidden:
            title = title_words(link.title, each.id, who.texts)
            lines.append(LeftLine(href=f"/e/{each.entity}/{each.id}", title=title, why=each.why))
    return lines
