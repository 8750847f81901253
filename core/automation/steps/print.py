"""The step ``print``: a document of the record as the steps before have left it, or of the record of one of them."""

from __future__ import annotations

from core.automation.standing import Standing
from core.errors import KubikError
from metamodel.actions import Step
from metamodel.messages import message


def print_document(standing: Standing, step: Step) -> None:
    """Issue it under the rights of the person, whoever wrote the action; where the step that it is of was passed over there
    is nothing to issue.

    Refuses: KBK4002 (a document or a record that the person may not have printed), KBK3017 (not in this state; many
    records at once).
    """
    action, record = standing.action, standing.id
    if step.of is not None:
        record = standing.results.get(action.results.by_name[step.of].uid)
    if record is None:
        return
    if standing.documents is None:
        words = message("“{action}” issues a document: run it on one record at a time", action=action.label)
        raise KubikError("KBK3017", words)
    document = standing.tx.model.document_by_uid[step.document or ""]
    try:
        issued = standing.documents.issue(standing.tx, standing.actor, document.name, record)
    except KubikError as error:
        if error.code != "KBK2006":
            raise
        words = message("“{action}” issues a document that you may not issue", action=action.label)
        raise KubikError("KBK4002", words) from error
    if issued is not None:
        standing.issued.append(issued)
