"""`kubik bench rights`: what rules on rows and fields cost a person with many rows, with few, with none."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from bench.installation import PEOPLE, Installation
from bench.lists import SHAPES
from bench.measure import Results, head, pair
from bench.raw import FIELDS
from bench.servers import Client, kubik_server

LIMIT = 1.3
BESIDE = {
    "count": "/api/records/deal?count=exact&limit=1",
    "search": "/api/records/deal?search=" + quote("Ремонт 1"),
    "activities, seen with their records": "/api/records/activity?sort=-created_at",
}
"""What else is timed for each person, without a limit."""


def run(installation: Installation, results: Results) -> None:
    """Each person's page beside the administrator's, both through HTTP."""
    with kubik_server(installation) as (port, _, _):
        head(
            f"rights on {installation.dialect}, {installation.size.deals:,} deals", "person", "administrator"
        )
        clients = {p: Client(port, {"Authorization": f"Bearer {installation.token(p)}"}) for p in PEOPLE}
        for name, (asked, _) in SHAPES.items():
            path = "/api/records/deal?" + urlencode(asked | {"fields": ",".join(FIELDS)})
            for person in PEOPLE:
                if person == "administrator":
                    continue
                mine, other = pair(
                    lambda: clients[person].get(path),  # noqa: B023
                    lambda: clients["administrator"].get(path),  # noqa: B023
                    150,
                )
                results.add(f"{name}, {person}", mine, other, LIMIT)
        for person, client in clients.items():
            for what, path in BESIDE.items():
                taken = pair(lambda: client.get(path), lambda: None, 5)[0]  # noqa: B023
                print(f"  {what + ', ' + person:<58} {taken:9.3f} ms")
