"""The front sheets that both ONS publications of drug deaths share; tables of figures belong to each publication."""

from datetime import date

from assets.samples.deaths import EDITIONS, FIRST_YEAR
from assets.samples.writers import SAMPLE, Sheet, Span


def front(edition: int, subject: str, contents: list[tuple[str, ...]]) -> list[Sheet]:
    """Contents (lines of one or two cells), notes and definition."""
    released = date.fromisoformat(EDITIONS[edition])
    disorders = "Mental and behavioural disorders due to drug use"
    return [
        Sheet("Contents", [
            [None, SAMPLE],
            [Span("Worksheet names", down=2), subject],
            [None, f"England and Wales, {FIRST_YEAR} to {edition}"],
            None,
            ["Notes, Terms and Conditions", "Contact details, terms and conditions for reuse"],
            ["Definition", "Definitions of terminology"],
            *contents,
            None,
            None,
            "Source: Office for National Statistics",
            None,
            f"Published on {released:%A} {released.day} {released:%B, %Y}.",
        ]),
        Sheet("Notes, Terms and Conditions", [
            "Back to contents",
            None,
            [None, f"Deaths related to drug poisoning in England and Wales, {FIRST_YEAR} to {edition}"],
            None,
            [None, SAMPLE],
        ]),
        Sheet("Definition", [
            "Back to contents",
            "Box 1",
            None,
            None,
            [None, "Description  ", "ICD-9 Codes", "ICD-10 Codes"],
            [None, disorders, "292, 304, 305.2–305.9", "F11–F16, F18–F19"],
        ]),
    ]  # fmt: skip
