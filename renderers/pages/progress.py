"""A job on its way or done, as the templates `job.html` and `_progress.html` draw it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.i18n import Texts
from core.jobs.jobs import Job
from metamodel.messages import message


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a job over the records of a list is; ``here`` is its own address, ``back`` that of the list.

    ``left`` counts what was left out, ``failed`` says why it broke off.
    """

    here: str
    title: str
    words: str
    running: bool
    done: int
    total: int
    time_left: str = ""
    left: str = ""
    failed: str = ""
    cancel_href: str = ""
    back: str
    list_label: str


def progress_words(texts: Texts, job: Job, done: str) -> str:
    """What there is to say of a job; ``done`` is what it has done so far."""
    match job.state:
        case "queued":
            return texts.gettext("It begins in a moment.")
        case "running":
            return ""
        case "cancelled":
            return texts.phrase("Stopped. {words}", words=done)
        case "failed":
            return texts.phrase("Broken off. {words}", words=done)
    return done


def time_left(texts: Texts, now: datetime, job: Job) -> str:
    """About how long a job still takes, by how long it took so far."""
    if job.state == "queued":
        return texts.gettext("It begins in a moment.")
    if not job.total or not job.done or job.started_at is None:
        return ""
    seconds = (now - job.started_at).total_seconds() * max(job.total - job.done, 0) / job.done
    if seconds < 90:
        return texts.render(message("about {count} seconds left", count=max(1, round(seconds))))
    return texts.render(message("about {count} minutes left", count=round(seconds / 60)))
