"""The sample installation for tests of pages."""

from tests.site_fixtures import installed, site

__all__ = ["installed", "site"]
