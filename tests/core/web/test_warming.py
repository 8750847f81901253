"""The first page finds its templates compiled."""

from core.web.warming import warm
from tests.sites import Site


def test_every_template_is_compiled_behind_the_start(site: Site) -> None:
    templates = site.application.site.templates
    names = templates.environment.list_templates(extensions=["html"])
    warm(templates).join(60)
    cache = templates.environment.cache
    assert cache is not None and names and len(list(cache.keys())) >= len(names)
