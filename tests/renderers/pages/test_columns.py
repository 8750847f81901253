"""Widths of columns: figures and heads stand whole."""

import pytest

from renderers.pages.columns import LETTER, fitting_width, head_width, roomy, width_of


@pytest.mark.parametrize("label", ["Сумма", "Население", "Вероятность", "Год основания", "Population"])
def test_a_head_of_usual_length_stands_in_one_line_with_its_arrow(label: str) -> None:
    for width in (
        fitting_width("number", label, [], marked=True),
        roomy(width_of("date", flexible=False), label, marked=True),
    ):
        assert width.pixels >= len(label) * LETTER + 16 + 20


def test_a_long_head_takes_two_lines() -> None:
    assert head_width("Ожидаемая сумма", marked=False) == head_width("Ожидаемая", marked=False)
    assert head_width("Последний результат продаж", marked=False) < 17 * LETTER + 20


def test_figures_are_never_cut() -> None:
    assert fitting_width("money", "Сумма", ["1 234 567 890,12 ₽"]).pixels >= 19 * 7.7


def test_the_column_of_what_is_left_stays_so() -> None:
    assert roomy(width_of("text", flexible=True), "Очень длинное название колонки", marked=True).css is None
