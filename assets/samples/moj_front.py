"""The front sheet of the samples of the Ministry of Justice; tables of figures belong to each publication."""

from assets.samples.writers import SAMPLE, Sheet


def front(title: str, tables: list[Sheet]) -> Sheet:
    front = Sheet("Contents")
    front.column(0, 0, [title, SAMPLE, "", *(str(sheet.cells[0, 0]) for sheet in tables)])
    return front
