"""The demonstration records of the example are what their generator writes."""

from scripts import demo_data


def test_the_files_are_what_the_generator_writes() -> None:
    for entity, rows in demo_data.tables().items():
        assert (demo_data.FOLDER / f"{entity}.csv").read_text(encoding="utf-8") == demo_data.text(rows), (
            entity
        )


def test_every_tax_number_is_unique() -> None:
    numbers = [row["inn"] for row in demo_data.tables()["company"]]
    assert len(set(numbers)) == len(numbers)
