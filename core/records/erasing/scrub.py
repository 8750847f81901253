"""Taking texts out of whatever holds them: plain texts, and documents of any depth."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

MARK = "███"
"""What stands in the place of a text that was erased."""


class Scrubber:
    """Finds values whatever their case, also as JSON and HTML write them, and puts `MARK` in their place."""

    def __init__(self, values: Iterable[str]) -> None:
        spellings: dict[str, None] = {}
        for value in values:
            spellings[value] = None
            spellings[json.dumps(value)[1:-1]] = None
            spellings[json.dumps(value, ensure_ascii=False)[1:-1]] = None
            spellings[value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")] = None
        words = sorted(spellings, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, words)), re.IGNORECASE) if words else None

    def finds(self, text: str | None) -> bool:
        """Whether one of the values stands in the text."""
        return bool(text and self._pattern and self._pattern.search(text))

    def text(self, text: str) -> str:
        """The text without the values."""
        return self._pattern.sub(MARK, text) if self._pattern else text

    def document(self, value: Any) -> Any:
        """A JSON document without the values."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list | tuple):
            return [self.document(each) for each in value]
        if isinstance(value, dict):
            return {self.text(str(key)): self.document(each) for key, each in value.items()}
        return value
