"""What publishers answer to what is asked of them, or that they do not; how they are asked is client's."""

from dataclasses import dataclass
from datetime import date
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Protocol


class Unanswered(Exception):
    """A publisher does not answer as it should: one sentence with the address."""


class Publishers(Protocol):
    """Whom lists are asked of."""

    def list(self, address: str, *needed: str) -> Any:
        """The JSON at an address, which must hold the `needed` fields. Raises Unanswered."""


@dataclass(frozen=True)
class Received:
    """A file that was received whole, and what the publisher says of its bytes."""

    path: Path
    sha256: str
    size: int
    etag: str
    last_modified: str

    @property
    def modified(self) -> date | None:
        """The day on which the bytes were last changed, where that is said."""
        try:
            return parsedate_to_datetime(self.last_modified).date()
        except ValueError:
            return None
