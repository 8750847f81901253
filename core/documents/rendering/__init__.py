"""Documents made of templates: in processes apart, with limits of time and memory, without files and network."""

from core.documents.rendering.facts import DocFacts
from core.documents.rendering.pool import Format, Renderers, Source

__all__ = ["DocFacts", "Format", "Renderers", "Source"]
