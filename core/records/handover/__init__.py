"""Someone leaves: what is theirs is counted, handed to others by a job in small steps, and can be taken back."""

from core.records.handover.counting import Theirs, all_of_theirs
from core.records.handover.job import HANDOVER, handover_job, run_handover, start_handover
from core.records.handover.past import UNDO, Handover, handovers_of, read_handover
from core.records.handover.places import Place, places
from core.records.handover.task import Left, Order, Report
from core.records.handover.undo import start_undo, undo_job

__all__ = [
    "HANDOVER", "UNDO", "Handover", "Left", "Order", "Place", "Report", "Theirs", "all_of_theirs", "handover_job",
    "handovers_of", "places", "read_handover", "run_handover", "start_handover", "start_undo", "undo_job",
]  # fmt: skip
