"""What the box has to publish: the releases of a folder, each public from half past nine of its day by a clock."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from pathlib import Path

from pipeline import releases
from pipeline.fetch import days
from pipeline.read.source import SOURCES
from pipeline.releases import PROJECT, SAMPLE

SAMPLES = PROJECT / "data" / "raw" / SAMPLE


@dataclass(frozen=True)
class Issue:
    """One release as the box publishes it."""

    source: str
    day: date
    files: tuple[Path, ...]

    @property
    def name(self) -> str:
        return f"{self.source.replace('_', '-')}-{self.day}"

    moment: datetime

    @property
    def stamp(self) -> str:
        return stamp(self.moment)


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


@dataclass
class Shelf:
    """The releases of a folder of sources, and what a test has changed of them.

    `replaced` holds other bytes by file, with the moment since when. By the name of an issue, `withdrawn` holds the
    reason, `corrected` a file that takes its place under an address of its own and the moment, `moments` another moment
    than half past nine of its day, `announced` other words than those of its announcement.
    """

    folder: Path = SAMPLES
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    replaced: dict[Path, tuple[bytes, datetime]] = field(default_factory=dict)
    withdrawn: dict[str, str] = field(default_factory=dict)
    corrected: dict[str, tuple[Path, datetime]] = field(default_factory=dict)
    moments: dict[str, datetime] = field(default_factory=dict)
    announced: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return self.clock()

    def stop(self, moment: datetime) -> None:
        """Let the clock stand still at a moment."""
        self.clock = lambda: moment

    def issues(self, source: str) -> list[Issue]:
        """All releases of a source, past and to come, oldest first."""
        found = [
            self._issue(
                source,
                date.fromisoformat(day.name),
                sorted(path for path in day.iterdir() if releases.is_published(path.name)),
            )
            for day in sorted((self.folder / source).glob("????-??-??"))
        ]
        return [issue for issue in found if issue.files]

    def _issue(self, source: str, day: date, files: list[Path]) -> Issue:
        moment = datetime.combine(day, days.HALF_PAST_NINE, days.LONDON)
        issue = Issue(source, day, tuple(files), moment)
        return replace(issue, moment=self.moments.get(issue.name, moment))

    def correction(self, issue: Issue) -> tuple[Path, datetime] | None:
        """The file that has taken the place of those of an issue, and since when."""
        said = self.corrected.get(issue.name)
        return said if said and said[1] <= self.now else None

    def public(self, source: str) -> list[Issue]:
        """The releases of a source that are out, newest first."""
        return [issue for issue in reversed(self.issues(source)) if issue.moment <= self.now]

    def to_come(self) -> list[Issue]:
        """The releases of all sources that are not out yet."""
        return [issue for source in SOURCES for issue in self.issues(source) if issue.moment > self.now]

    def read(self, path: Path) -> tuple[bytes, datetime]:
        """The bytes of a file as they are now, and since when."""
        if path in self.replaced:
            return self.replaced[path]
        # Files are put in their place before the day.
        day = date.fromisoformat(path.parent.name)
        return path.read_bytes(), datetime.combine(day, time(), UTC)

    def etag(self, path: Path) -> str:
        return f'"{hashlib.sha256(self.read(path)[0]).hexdigest()[:12]}"'
