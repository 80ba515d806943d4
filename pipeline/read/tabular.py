"""What a sheet's table and a CSV file's records share: labels by heading, read as words or periods, or refused."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from itertools import chain
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
import pandas as pd

from pipeline.read import periods
from pipeline.read.labels import LEVEL, WHOLE, heading
from pipeline.read.marks import is_number
from pipeline.read.opening import Refused
from pipeline.read.wording import STANDING

# A code of a statistical area.
GSS = r"[EWKSN]\d{8}"
# What a code's property or column is called, in capitals or small letters: the kind of area and the vintage.
CODED = r"([A-Z]+)(\d\d)CD"

# What names a column: its number in a sheet, its heading in a CSV file.
Column = TypeVar("Column", int, str)

# The confidence in percent of the limits that are read.
_CONFIDENCE = 95
# The columns that may stand beside a value: its limits, its base and a separate mark.
_BESIDE = ("lower", "upper", "base", "flag")

# What heads a column that says nothing of its rows but which they are, of what kind of area, and from where.
_IDLE = (
    r"(?:row|record|object|unique)[ _]?(?:id|number|no\.?)|f?id|(?:data[ _])?source|extract\w*(?:[ _]date)?"
    r"|(?:area|geograph\w+)[ _](?:type|level|kind)"
)
_FOR_NOTES = r"(?:foot)?notes?|remarks?|comments?"
# What stands in a column of geography that says no more than these.
_KINDS_OF_AREA = (
    r"|country|nation(?:al)?|region(?:al)?|(?:(?:non-)?metropolitan )?(?:county|district)|unitary(?: authority)?"
    r"|(?:upper|lower)[- ]tier.*|local authority.*|london borough|(?:inner|outer) london|council area"
    r"|local government district"
)
# What heads a column of labels, though they are numbers.
_LABELS = (
    r"(?:.*[ _])?(?:sex|gender|ages?|quarter|months?|weeks?|terms?|(?:dec|quint|quart)iles?|imd|ethnic\w*|religion"
    r"|disab\w*|nationality|tenure|wave|phase|stage|class|type|kind|group|category|band)"
    r"(?:[ _](?:code|id|number|no\.?|group|band))?"
)
# What says of rows no more than when, or is a mark.
_SAYS_LITTLE = r"(?:19|20)\d\d\b.*|[^a-z\d]*|\[\w\]|[cxzkup]|0"
# What stands in one that says which numbers stand, where they do.
_STANDS = r"|a|n|no|0|false|final|live|active|published|current|good|ok|valid|official\b.*|accredited\b.*"
_COUNTS = r"|y|yes|1|true|valid|published"
# What stands in one that says they are of everybody, or that nobody was asked.
_OF_ALL = rf"{WHOLE}|null|none|n/?a|not (?:applicable|available|collected)"


@cache
def _levels(text: str) -> list[str]:
    """How much of all samples an interval holds, in percent, as often as a label says it."""
    return re.findall(LEVEL, text.replace("_", " "))


def named(code: str) -> str:
    """What stands beside the code of an area: LAD21NM beside LAD21CD, lad19nm beside lad19cd."""
    return code[:-2] + ("NM" if code.isupper() else "nm")


def require_silent(
    refused: Callable[[str], Refused], called: str, names: Iterable[str], texts: Iterable[object]
) -> None:
    """Refuse a column that nobody knows, `called` so, where its names and texts may make the rows mean less.

    A file that was filtered to some people, or whose numbers are withdrawn or in thousands, may have the column yet
    that says so.
    """
    if said := _narrowing(list(names), texts):
        raise refused(f"nobody knows the column {called}, and it says {said!r} of its rows")


def _narrowing(names: list[str], texts: Iterable[object]) -> str:
    """What a column of some names says of the rows beside its texts; empty where it cannot make them mean less."""
    words = {heading(text) for text in texts}
    if any(re.fullmatch(_IDLE, name) for name in names):
        return ""
    if any(re.fullmatch(STANDING, name) for name in names):
        stands = _STANDS if not any(re.match("valid|publish|include", name) for name in names) else _COUNTS
        return next((text for text in sorted(words, reverse=True) if not re.fullmatch(stands, text)), "")
    if "geography" in names:
        return min((text for text in words if not re.fullmatch(_KINDS_OF_AREA, text)), default="")
    # Of one sex, quarter or ward are all rows, though it has only a letter, a code or a number for a name.
    alone = len(words) == 1 and not re.fullmatch(rf"{_OF_ALL}|{_SAYS_LITTLE}", only := min(words))
    if alone and (not is_number(only) or any(re.fullmatch(_LABELS, name) for name in names)):
        return only
    # A column of numbers is another measure.
    if any(re.fullmatch(r"-?[\d.,]+", text) for text in words):
        return ""
    return min((text for text in words if re.search("[a-z]{2}", text) and not re.fullmatch(_OF_ALL, text)), default="")


class Tabular(ABC, Generic[Column]):
    """Rows whose labels stand in columns, found by their headings."""

    # What is added to a row's index to give its number in the file.
    _counted_from: ClassVar[int]

    def __init__(self) -> None:
        self._known: set[Column] = set()

    @abstractmethod
    def refused(self, why: str) -> Refused:
        """The error that says where and why this cannot be read right."""

    @abstractmethod
    def called(self, column: Column) -> str:
        """A column in words of whoever looks at it."""

    @abstractmethod
    def labels_of(self, column: Column) -> tuple[str, ...]:
        """The labels that head a column, in lower case and without footnotes."""

    @abstractmethod
    def headed(self, pattern: str) -> list[Column]:
        """Every column of which a pattern matches one whole label."""

    @abstractmethod
    def column(self, pattern: str) -> Column:
        """The one column that a pattern matches, known from now on; refused where there are none or several."""

    @abstractmethod
    def _texts(self, column: Column) -> pd.Series:
        """A column's texts without footnotes, by row."""

    def text(self, column: Column) -> pd.Series:
        """A column's texts without footnotes, by row; it is known from now on."""
        self.know(column)
        return self._texts(column)

    def column_if_any(self, pattern: str) -> Column | None:
        """The one column that a pattern matches, or None where there is none; refused where there are several."""
        return self.column(pattern) if self.headed(pattern) else None

    def printed(self, pattern: str, rows: pd.Index, default: str) -> pd.Series:
        """The labels of some rows in the one column so headed; the default in each where there is no such column."""
        column = self.column_if_any(pattern)
        return pd.Series(default, index=rows) if column is None else self.text(column).loc[rows]

    def filled(self, columns: Iterable[Column]) -> pd.Series:
        """Whether each row holds anything in some columns, indexed as `text` is."""
        return pd.concat([self._texts(column).ne("") for column in columns], axis=1).any(axis=1)

    def each(self, texts: pd.Series, read: Callable[[str], object]) -> pd.Series:
        """What `read` makes of each label; refused, with the row, where it raises ValueError."""
        known = {}
        for text in texts.unique():
            try:
                known[text] = read(text)
            except ValueError as error:
                row = texts.index[texts == text][0] + self._counted_from
                raise self.refused(f"row {row}: {error}") from error
        return texts.map(known)

    def periods_of(self, texts: pd.Series, single: str = "calendar_year") -> pd.Series:
        """The period that each label names; refused, with the row, where one names none."""
        return self.each(texts, lambda text: periods.parse(text, single))

    def require_said(self, rows: pd.DataFrame) -> None:
        """Refuse rows of which something is not said that is said of others."""
        for name, said in rows.items():
            if said.hasnans:
                raise self.refused(f"row {rows.index[said.isna()][0] + self._counted_from} has no {name}")

    def is_idle(self, column: Column) -> bool:
        """Whether a column says only which record a row is or that it is of everybody, or is left blank for notes."""
        texts, names = {heading(text) for text in self._texts(column)} - {""}, self.labels_of(column)
        idle = any(re.fullmatch(_IDLE if texts else rf"{_IDLE}|{_FOR_NOTES}", name) for name in names)
        return idle or (bool(texts) and all(re.fullmatch(WHOLE, text) for text in texts))

    def know(self, *columns: Column) -> None:
        """Say of columns that they are looked at, or that what they say does not matter."""
        self._known.update(columns)

    def require_all_known(self, rows: pd.Index, read: Iterable[Column] = ()) -> None:
        """Refuse a column that says something of these rows, and that is neither read nor known."""
        for column in sorted(set(self.headed(".+")) - self._known - set(read)):
            texts = self._texts(column).loc[rows].unique()
            require_silent(self.refused, self.called(column), self.labels_of(column), texts)

    def require_whole_codes(self, codes: pd.Series) -> None:
        """Refuse a code that lost a part: an area is looked for by its name only where no code stands."""
        broken = codes.str.contains(r"\d") & ~codes.str.fullmatch(GSS)
        if broken.any():
            row = codes.index[broken][0]
            raise self.refused(f"row {row + self._counted_from}: {codes[row]!r} is no code of an area")

    def parted(self, columns: Iterable[Mapping[str, object]]) -> tuple[dict[str, list[Column]], dict[str, pd.Series]]:
        """Of what is said of each column that holds values: the columns beside it, and the attributes of its values.

        Refused where a limit, a base or a mark stands beside some of them only, and where limits are not those of 95%.
        """
        each = list(columns)
        said: dict[str, list[Any]] = {
            name: [one.get(name, np.nan) for one in each] for name in dict.fromkeys(chain.from_iterable(each))
        }
        beside = {name: said.pop(name) for name in _BESIDE if name in said}
        if lacking := [name for name, at in beside.items() if pd.isna(pd.Series(at, dtype=object)).any()]:
            raise self.refused(f"of {len(each)} columns with numbers only some have the column {lacking[0]!r} beside")
        for column in chain(beside.get("lower", ()), beside.get("upper", ())):
            levels = (level for text in self.labels_of(column) for level in _levels(text))
            if odd := [level for level in levels if float(level) != _CONFIDENCE]:
                raise self.refused(f"the limits in the column {self.called(column)} are of {odd[0]}%, not of 95%")
        return beside, {name: pd.Series(values) for name, values in said.items()}

    def words_of(self, texts: pd.Series, words: Mapping[str, str]) -> pd.Series:
        """Labels in one spelling: the word, or what a pattern makes of it, of the first of `words` that fits.

        Refused, with the row, where none does.
        """

        def read(text: str) -> str:
            for pattern, word in words.items():
                if found := re.fullmatch(pattern, text.lower()):
                    return found.expand(word)
            raise ValueError(f"nobody knows which of {', '.join(dict.fromkeys(words.values()))} {text!r} is")

        return self.each(texts, read)
