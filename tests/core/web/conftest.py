"""The sample installation for tests of the web."""

from tests.site_fixtures import installed, site

__all__ = ["installed", "site"]
