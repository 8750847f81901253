"""What is not of the published form is explained by what is expected there."""

import pytest

from metamodel.errors import ProblemsFound
from metamodel.parse import parse_files


def test_a_type_of_a_plugin_that_is_not_there_and_an_option_of_no_form_are_explained() -> None:
    text = """
name: deal
fields:
  - {name: a, type: geo_point}
  - {name: b, type: file, types: [image], max_size: 2 megs}
"""
    with pytest.raises(ProblemsFound) as refused:
        parse_files({"solution.yaml": "name: s", "entities/deal.yaml": text})
    found = {problem.pointer: str(problem.message) for problem in refused.value.problems}
    known = "there is no type “geo_point” (is its plugin installed?); the types are: text, "
    assert found["fields[0].type"].startswith(known)
    assert found["fields[1].types[0]"].startswith("expected: media types that are taken")
    assert found["fields[1].max_size"] == "expected: the most that a file may weigh, such as 20 MB"
