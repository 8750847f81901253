"""Cards: one record to read, edited in place, with its comments, files, timeline and history."""

from __future__ import annotations

from collections.abc import Sequence

from core.hookspecs import hookimpl


@hookimpl
def kubik_routers() -> Sequence[object]:
    """The pages of this renderer."""
    from renderers.cards.comment_pages import AllComments, OneComment, comment_edits, people_to_name
    from renderers.cards.inline import FieldInPlace
    from renderers.cards.pages import card_page, delete_record, panel_of_card, restore_record

    return [
        card_page, delete_record, restore_record, panel_of_card, FieldInPlace, AllComments, OneComment, comment_edits,
        people_to_name,
    ]  # fmt: skip
