"""The front sheets that both ONS publications of drug deaths share; tables of figures belong to each publication."""

from collections.abc import Iterator
from datetime import date

from assets.samples.deaths import EDITIONS, FIRST_YEAR
from assets.samples.writers import SAMPLE, Sheet


def front(edition: int, subject: str, contents: list[tuple[str, ...]]) -> Iterator[Sheet]:
    """Contents (lines of one or two cells), notes and definition."""
    released = date.fromisoformat(EDITIONS[edition])
    first = Sheet("Contents")
    first.put(0, 1, SAMPLE)
    first.put(1, 0, "Worksheet names", subject)
    first.merge(1, 0, 2, 0)
    first.put(2, 1, f"England and Wales, {FIRST_YEAR} to {edition}")
    first.put(4, 0, "Notes, Terms and Conditions", "Contact details, terms and conditions for reuse")
    first.put(5, 0, "Definition", "Definitions of terminology")
    for row, line in enumerate(contents, start=6):
        first.put(row, 0, *line)
    foot = 8 + len(contents)
    first.put(foot, 0, "Source: Office for National Statistics")
    first.put(foot + 2, 0, f"Published on {released:%A} {released.day} {released:%B, %Y}.")
    yield first
    notes = Sheet("Notes, Terms and Conditions")
    notes.put(0, 0, "Back to contents")
    notes.put(2, 1, f"Deaths related to drug poisoning in England and Wales, {FIRST_YEAR} to {edition}")
    notes.put(4, 1, SAMPLE)
    yield notes
    definition = Sheet("Definition")
    definition.put(0, 0, "Back to contents")
    definition.put(1, 0, "Box 1")
    definition.put(4, 1, "Description  ", "ICD-9 Codes", "ICD-10 Codes")
    definition.put(
        5, 1, "Mental and behavioural disorders due to drug use", "292, 304, 305.2–305.9", "F11–F16, F18–F19"
    )
    yield definition
