"""The one family of errors that reaches people, with the table of their stable codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from metamodel.errors import Problem, ProblemsFound
from metamodel.messages import Message, message

CODES: Mapping[str, tuple[int, str]] = {
    # 1xxx definitions, expressions and changes of configuration
    "KBK1001": (422, "a definition is not of the published form"),
    "KBK1002": (422, "a name in a definition does not exist"),
    "KBK1003": (422, "a name is taken, reserved or not of the form of names"),
    "KBK1004": (422, "definitions lead to each other in a circle"),
    "KBK1005": (422, "an option of a field does not fit its type or its use"),
    "KBK1010": (422, "an expression cannot be read"),
    "KBK1011": (422, "an expression names what does not exist or may not be read"),
    "KBK1012": (422, "an expression mixes types that do not go together"),
    "KBK1013": (422, "a number has more digits than the system keeps"),
    "KBK1101": (422, "a change loses data and the loss was not accepted"),
    "KBK1102": (409, "the configuration changed since the plan was made"),
    "KBK1103": (422, "existing records do not keep a new rule"),
    "KBK1104": (409, "there is no change to take back"),
    "KBK1105": (422, "a solution cannot be installed or removed"),
    "KBK1106": (422, "a field cannot become a secret, nor a secret another field"),
    "KBK1107": (422, "access tests fail"),
    # 2xxx requests
    "KBK2000": (400, "the request is not well-formed"),
    "KBK2001": (400, "the body is not well-formed JSON"),
    "KBK2002": (400, "a filter, sort or field list is not well-formed"),
    "KBK2003": (422, "a field does not exist or may not be used by the caller"),
    "KBK2004": (400, "a cursor or position is not valid here"),
    "KBK2005": (413, "the request is too large"),
    "KBK2006": (404, "there is no such page, entity or record"),
    "KBK2007": (405, "the method is not allowed here"),
    "KBK2008": (422, "an Idempotency-Key was used with another request"),
    "KBK2009": (400, "a parameter has a value outside its range"),
    "KBK2010": (429, "too many requests, wait"),
    "KBK2011": (422, "a pivot would have too many cells"),
    "KBK2013": (422, "the answer would take too long: ask for less, by a filter or with fewer fields"),
    # 3xxx records
    "KBK3001": (422, "a required field is empty"),
    "KBK3002": (422, "a value is not of the field's type"),
    "KBK3003": (422, "a value is outside its limits"),
    "KBK3004": (422, "a field is computed, numbered or read-only"),
    "KBK3005": (422, "a linked record does not exist or may not be chosen"),
    "KBK3006": (422, "a rule of the entity is not kept"),
    "KBK3007": (409, "a value must be unique and is taken"),
    "KBK3008": (409, "the record is used elsewhere"),
    "KBK3009": (412, "the record was changed by somebody else"),
    "KBK3010": (428, "a list of child rows needs If-Match"),
    "KBK3011": (422, "a stage cannot be entered"),
    "KBK3012": (409, "a restored record collides with another"),
    "KBK3013": (503, "too many writers at once, try again"),
    "KBK3014": (422, "a system record is protected"),
    "KBK3015": (422, "a file is too large for the field or not of its kinds"),
    "KBK3016": (409, "none of what an action takes is free"),
    "KBK3017": (422, "an action cannot be run on this record now"),
    "KBK3018": (
        409,
        "there is no move to take back: it is older than ten minutes, or the record was moved since",
    ),
    # 4xxx who and what
    "KBK4001": (401, "sign in or send a valid token"),
    "KBK4002": (403, "the action is not allowed"),
    "KBK4003": (403, "the form was sent without its protection token"),
    "KBK4004": (429, "too many attempts, wait"),
    "KBK4005": (422, "the login or the password does not fit"),
    "KBK4006": (422, "the code does not fit"),
    "KBK4007": (404, "the link is not good any more"),
    "KBK4008": (403, "give your password again"),
    "KBK4009": (403, "nothing is changed while looking as another person"),
    # 5xxx jobs, import, files
    "KBK5001": (422, "a file cannot be read as what it should be"),
    "KBK5002": (422, "a column of the file fits no field"),
    "KBK5003": (404, "there is no such job"),
    "KBK5004": (422, "a file cannot be taken"),
    "KBK5005": (507, "there is no room for files on the server"),
    "KBK5006": (409, "a secret cannot be opened with the key of this installation"),
    "KBK5007": (416, "the part of a file that is asked for is not there"),
    "KBK5008": (422, "a template file cannot be taken"),
    "KBK5009": (422, "a template has faults"),
    "KBK5010": (422, "a document cannot be made of its template and this record"),
    "KBK5011": (503, "too many documents are being made at once, try again"),
    "KBK5012": (422, "a document takes too long or too much memory"),
    # 6xxx the installation
    "KBK6001": (500, "a setting is wrong"),
    "KBK6002": (500, "the installation is missing, damaged or of another version"),
    "KBK6003": (503, "the database does not answer, try again"),
    "KBK6004": (503, "a plugin is missing or cannot be used"),
    # 9xxx ours
    "KBK9000": (500, "an unexpected fault"),
}
"""Every code: its HTTP status and what it means. The documentation's table is made from this one."""


class KubikError(Exception):
    """A refusal with a stable ``code``, words for people, and the places at fault.

    Everything that is raised on purpose is this or `ProblemsFound` of the metamodel (turned into this at the edge).
    """

    def __init__(
        self, code: str, detail: Message | None = None, errors: Sequence[Problem] = (), **extra: Any
    ) -> None:
        self.code = code
        self.status = CODES[code][0]
        self.detail = detail or message(CODES[code][1])
        self.errors = tuple(errors)
        self.extra = extra
        """Further members of the problem document, such as ``retry_after`` (seconds)."""
        super().__init__(
            f"{code}: {self.detail}" + "".join(f"; {e.pointer}: {e.message}" for e in self.errors)
        )


def refused(problems: ProblemsFound) -> KubikError:
    """The error for problems found in something written by a person: the code of the first of the gravest status."""
    gravest = max(problems.problems, key=lambda p: CODES[p.code][0] if p.code in CODES else 422)
    return KubikError(gravest.code, errors=problems.problems)
