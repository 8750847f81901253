"""Erasure of personal data: what is marked goes out of records, history, drafts, jobs, answers and files; an act stays."""

from core.records.erasing.job import KIND, Begun, begin_erasure, erase_job, run_erasure
from core.records.erasing.targets import Outline, outline

__all__ = ["KIND", "Begun", "Outline", "begin_erasure", "erase_job", "outline", "run_erasure"]
