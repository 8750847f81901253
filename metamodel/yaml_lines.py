"""The line of a YAML text at which a place such as ``fields[3].to`` stands, for people who look for it."""

from __future__ import annotations

import re

import yaml

_STEP = re.compile(r"\[([0-9]+)\]|([^.\[\]]+)")
_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def line_of(text: str, place: str) -> int | None:
    """The line, counted from 1, of that place or of what is nearest above it; None when the text cannot be read."""
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except (yaml.YAMLError, RecursionError):
        return None
    if node is None:
        return None
    line = node.start_mark.line
    for index, key in _STEP.findall(place):
        if index and isinstance(node, yaml.SequenceNode) and int(index) < len(node.value):
            node = node.value[int(index)]
            line = node.start_mark.line
        elif key and isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == key), None)
            if found is None:
                break
            line, node = found[0].start_mark.line, found[1]
        else:
            break
    return int(line) + 1
