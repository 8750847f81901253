"""What the templates of export draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.jobs.jobs import Job
from core.web.context import Visit
from metamodel.messages import Message, message
from renderers.pages.progress import time_left
from renderers.pages.sizes import size_words

FORMATS: Mapping[str, Message] = {
    "xlsx": message("A spreadsheet with numbers, dates, widths and filters"),
    "csv": message("A table for any program; opens in Excel, too"),
    "json": message("For programs: records as the API has them"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPage:
    """The choice of what is exported; ``state`` is that of the list, ``shown`` how many records it has."""

    title: str
    here: str
    back: str
    state: tuple[tuple[str, str], ...]
    shown: str
    chosen: str
    """Ids of the records that were chosen in the list, parted by commas."""
    chosen_count: str
    formats: tuple[tuple[str, str, str], ...]
    """Name, what it is called, what it is for."""
    waits: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLine:
    """A file that was asked for: on its way, ready, or why there is none."""

    job: int
    title: str
    about: str
    running: bool
    done: int
    total: int
    left_time: str
    failed: str
    file_href: str
    cancel_href: str


def file_line(who: Visit, job: Job, label: str, *, may: bool, now: datetime) -> FileLine:
    """A job of export as its starter sees it; ``may`` is whether they may still fetch its file."""
    texts, result = who.texts, job.result or {}
    running = job.state in ("queued", "running")
    ready = job.state == "done" and may
    about = texts.datetime(job.created_at, who.zone)
    if ready:
        about = f"{texts.render(message('records: {count}', count=result['rows']))} · {size_words(texts, result['size'])} · {about}"
    return FileLine(
        job=job.id,
        title=f"{label} · {str(job.parameters['format']).upper()}",
        about=about,
        running=running,
        done=job.done,
        total=job.total or 0,
        left_time=time_left(texts, now, job) if running else "",
        failed=_failed(who, job, may=may),
        file_href=f"/api/jobs/{job.id}/file" if ready else "",
        cancel_href=f"/exports/{job.id}/cancel" if running else "",
    )


def _failed(who: Visit, job: Job, *, may: bool) -> str:
    texts = who.texts
    if job.state == "cancelled":
        return texts.gettext("Stopped")
    if job.state == "failed":
        return texts.gettext(str((job.error or {}).get("text", ""))) or texts.gettext("Broken off")
    return "" if may else texts.gettext("You may no longer export these records.")
