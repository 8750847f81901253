"""People: who works here, what they may, how they come and go; departments, groups, sharing of a record."""

from __future__ import annotations

from collections.abc import Sequence

from core.hookspecs import hookimpl


@hookimpl
def kubik_routers() -> Sequence[object]:
    """The pages of this renderer."""
    from renderers.people.adding import NewPerson
    from renderers.people.departments import departments_page
    from renderers.people.groups import groups_page
    from renderers.people.keys import (
        disable_person,
        enable_person,
        end_their_sessions,
        reset_their_factor,
        send_link,
    )
    from renderers.people.leaving import Leaving, cancel_leaving, leaving_page, undo_leaving
    from renderers.people.listing import people_page
    from renderers.people.options import people_options
    from renderers.people.person_pages import PersonPage, preview_person
    from renderers.people.sharing import ShareDialog, end_share, preview_share

    return [
        people_page, people_options, NewPerson, PersonPage, preview_person, departments_page, groups_page,
        end_their_sessions, send_link, reset_their_factor, disable_person, enable_person,
        Leaving, leaving_page, cancel_leaving, undo_leaving, ShareDialog, end_share, preview_share,
    ]  # fmt: skip
