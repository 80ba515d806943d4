"""The page of an area as one self-contained HTML file, and the index of the pages; what they know is area's."""

from pathlib import Path


def folder(data: Path) -> Path:
    """Where the pages of a data folder lie, if nobody wants them elsewhere."""
    return data / "exports" / "pages"
