"""What a server process runs: the application made from the environment's settings, and its background jobs."""

from __future__ import annotations

from core.settings import read_settings
from core.web.app import Application, create_app
from core.web.log import configure_log
from core.web.starting import no_collecting
from core.web.warming import warm


def application() -> Application:
    """The application of this process, made after it was forked."""
    settings = read_settings()
    configure_log(settings.log_level)
    with no_collecting():
        made = create_app(settings, jobs=True)
    warm(made.site.templates)
    return made
