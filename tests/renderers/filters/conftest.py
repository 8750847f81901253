"""The sample installation for tests of filters."""

from tests.site_fixtures import installed, site

__all__ = ["installed", "site"]
