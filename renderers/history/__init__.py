"""History: the page of a record's changes, the record as it was, bringing it back, and the feed of everything."""

from __future__ import annotations

from collections.abc import Sequence

from core.hookspecs import hookimpl


@hookimpl
def kubik_routers() -> Sequence[object]:
    """The pages of this renderer."""
    from renderers.history.feed_page import feed_page
    from renderers.history.pages import history_page, past_page
    from renderers.history.reverting import Reverted

    return [history_page, past_page, Reverted, feed_page]
