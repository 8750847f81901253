"""What the first page would wait for, made ready behind the start: templates compiled, the forms of languages read."""

from __future__ import annotations

import threading
import time

from babel import Locale

from core.web.templates import Templates
from metamodel.labels import LANGUAGES


def warm(templates: Templates) -> threading.Thread:
    """Do so in a thread of its own, which leaves as much time to requests as it takes."""
    thread = threading.Thread(target=_warm, args=(templates,), name="warming", daemon=True)
    thread.start()
    return thread


def _warm(templates: Templates) -> None:
    for language in LANGUAGES:
        locale = Locale(language)
        _ = locale.currency_formats, locale.date_formats, locale.time_formats
    for name in templates.environment.list_templates(extensions=["html"]):
        began = time.perf_counter()
        templates.environment.get_template(name)
        time.sleep(time.perf_counter() - began)
