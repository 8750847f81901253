"""What a job did taken back: an import, a change of many records, a merge; all of it, or what nobody touched since."""

from core.records.takeback.foresight import Foresight, foresee
from core.records.takeback.job import KIND, run_take_back, start_take_back, take_back_job
from core.records.takeback.task import Left, Returned, Scope

__all__ = [
    "KIND", "Foresight", "Left", "Returned", "Scope", "foresee", "run_take_back", "start_take_back", "take_back_job",
]  # fmt: skip
