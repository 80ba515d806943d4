"""The records of a CSV file, each with its number; what a publication means by them is its source's."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.read import periods
from pipeline.read.cells import column_letters
from pipeline.read.labels import code, heading, label, plain
from pipeline.read.marks import read_values
from pipeline.read.nearest import but_found
from pipeline.read.opening import Refused
from pipeline.read.tabular import Tabular
from pipeline.read.wording import ANOTHER, INSTEAD, OF_SOME, THOUSANDS, another, part_of

_DELIMITERS = ",;\t|"
# What a program puts above the headings, or a person in a word or two.
_REMARK = r"[#/]|(?:data )?(?:source|extract)|\S+(?: \S+)?$"
# A line of a note has no such share of its heading's delimiters, but for commas where there are few.
_OF_RECORDS, _MANY_FIELDS = 0.75, 12


def take_in_others(fields: Iterable[str | None], delimiter: str) -> str:
    """Why the fields of a record cannot be its own, where a stray quote took the records below into one; else empty."""
    texts = [text or "" for text in fields]
    # In a sentence a space follows a comma.
    apart = re.escape(delimiter) + ("(?! )" if len(texts) < _MANY_FIELDS else "")
    for text in texts:
        breaks = len(re.findall(r"[\r\n]+(?=[^\r\n])", text))
        if breaks and len(re.findall(apart, text)) >= max(1, _OF_RECORDS * breaks * (len(texts) - 1)):
            return f"a field of {breaks + 1} lines may hold records of their own: is a quote stray?"
    return ""


class Records(Tabular[str]):
    """The records of a CSV file as texts without surrounding spaces, each with its number (the heading is row 1).

    A record with line breaks inside quotes is one row, as a spreadsheet program shows it.
    """

    _counted_from = 0

    def __init__(self, path: Path):
        super().__init__()
        self.file = path.name
        rows, delimiter = self._rows(path.read_bytes())
        # A spreadsheet program names its delimiter in a row of its own, and leaves empty records and fields.
        top = 1 if rows and re.fullmatch("sep=.?", "".join(rows[0]).strip(), re.IGNORECASE) else 0
        top += self._comments(rows[top:])
        numbered = {number: row for number, row in enumerate(rows[top:], start=top + 1) if any(map(str.strip, row))}
        if len(numbered) < 2:
            raise self.refused("it holds no records below a row of headings")
        for number, row in numbered.items():
            if re.search(r"[\r\n]", "".join(row)) and (why := take_in_others(row, delimiter)):
                raise self.refused(f"row {number}: {why}")
        columns = [plain(name) for name in numbered.pop(min(numbered))]
        headed = [at for at, name in enumerate(columns) if name]
        if repeated := {name for name in columns if name and columns.count(name) > 1}:
            raise self.refused(f"the columns {', '.join(sorted(repeated))} stand twice")
        for number, row in numbered.items():
            if len(row) <= headed[-1] or any(map(str.strip, row[len(columns) :])):
                cut = "; it is the last row, the file may be cut" if number == max(numbered) else ""
                raise self.refused(f"row {number}: {len(row)} fields where the heading has {len(columns)}{cut}")
            if len(headed) < len(row):
                self._require_headings(number, row, columns)
                numbered[number] = [row[at] for at in headed]
        columns = [columns[at] for at in headed]
        self.frame = pd.DataFrame(list(numbered.values()), index=list(numbered), columns=columns, dtype="str")
        for name in columns:
            texts = self.frame[name].str.strip()
            coded = re.search(r"code|cd$", name, re.IGNORECASE)
            self.frame[name] = texts.map({text: code(text) for text in texts.unique()}) if coded else texts

    def _comments(self, rows: list[list[str]]) -> int:
        """How many rows stand above the headings: one remark, and blank ones. A sheet's title is none."""
        filled = ([text.strip() for text in row if text.strip()] for row in rows)
        there = [(at, texts) for at, texts in enumerate(filled) if texts][:2]
        if len(there) < 2 or len(there[0][1]) > 1 or len(there[1][1]) == 1:
            return 0
        (remark,) = there[0][1]
        if found := re.search(rf"{ANOTHER}|{OF_SOME}", remark.lower()):
            raise self.refused(f"row {there[0][0] + 1} says {found[0]!r} of its records")
        return there[1][0] if re.match(_REMARK, remark, re.IGNORECASE) else 0

    def _require_headings(self, number: int, row: list[str], columns: list[str]) -> None:
        for at, field in enumerate(row[: len(columns)]):
            if field.strip() and not columns[at]:
                raise self.refused(
                    f"row {number}: {field!r} stands in column {column_letters(at)}, which has no heading"
                )

    def _rows(self, raw: bytes) -> tuple[list[list[str]], str]:
        wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1252"):
            try:
                text = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
        else:
            raise self.refused("it is text in no known encoding")
        if odd := re.search(r"[\x00-\x08\x0e-\x1f]", text):
            raise self.refused(f"it is no text: it holds the character {odd[0]!r}")
        said, first = re.findall(r"^(?:sep=(.)\r?\n)?([^\r\n]*)", text.lstrip("\r\n"), re.IGNORECASE)[0]
        # A remark may stand above the headings.
        first = first if re.search(f"[{_DELIMITERS}]", first) else "".join(re.findall(r"[\r\n]+([^\r\n]+)", text)[:1])
        delimiter = said or max(_DELIMITERS, key=first.count)
        try:
            return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)), delimiter
        except csv.Error as error:
            raise self.refused(f"it is not a well-formed CSV file: {error}") from error

    def refused(self, why: str) -> Refused:
        """The error that says why this file cannot be read right."""
        return Refused(f"{self.file}: {why}")

    def require(self, *columns: str) -> "Records":
        """These records, once it is sure that the columns are there."""
        if missing := [name for name in columns if name not in self.frame]:
            near = but_found("heading", missing[0], self.frame.columns)
            raise self.refused(f"no column {', '.join(missing)} among {', '.join(self.frame.columns[:30])}{near}")
        self.know(*columns)
        return self

    def column(self, pattern: str) -> str:
        """The one column whose name a pattern matches as a whole, in lower case and without footnotes."""
        found = self.headed(pattern)
        if len(found) != 1:
            among = ", ".join(self.frame.columns[:30])
            near = "" if found else but_found("heading", pattern, self.frame.columns)
            raise self.refused(f"{len(found) or 'no'} columns headed {pattern!r} among {among}{near}")
        self.know(found[0])
        return found[0]

    def called(self, column: str) -> str:
        """A column by its name."""
        return column

    def labels_of(self, column: str) -> tuple[str, ...]:
        """The name of a column as others are compared with it."""
        return (heading(column),)

    def headed(self, pattern: str) -> list[str]:
        """Every column whose name a pattern matches as a whole, in lower case and without footnotes."""
        return [name for name in self.frame.columns.tolist() if re.fullmatch(pattern, heading(name))]

    def _texts(self, column: str) -> pd.Series:
        return self.frame[column].map(label)

    def periods(self, column: str, single: str = "calendar_year") -> pd.Series:
        """The period of each record; refused, with the row, where one cannot be read."""
        read = {}
        for text in self.frame[column].unique():
            try:
                read[text] = periods.parse(text, single)
            except ValueError as error:
                row = self.frame.index[self.frame[column] == text][0]
                raise Refused(f"{self.file}, row {row}, {column}: {error}") from error
        codes, printed = pd.factorize(self.frame[column])
        return pd.Series(np.array([read[text] for text in printed], dtype=object)[codes], index=self.frame.index)

    def unpivot(
        self,
        rows: pd.DataFrame,
        columns: Mapping[str, Mapping[str, object]],
        marks: Mapping[str, str] | None = None,
        base: str | None = None,
    ) -> pd.DataFrame:
        """One row for each of the given records and columns, as `Table.unpivot`; `base` names the whole of all columns.

        The attributes `lower`, `upper` and `base` of a column name the columns that hold its limits and its base.
        """
        marks = marks or {}
        self.require_said(rows)
        for column, about in columns.items():
            if found := another(column, about.get("unit")):
                raise self.refused(f"the column {column} {INSTEAD}: it says {found!r}")
            if some := part_of(heading(column)):
                raise self.refused(f"the column {column} says {some!r}, so that it may be of some only")
        across = np.repeat(np.arange(len(columns)), len(rows))
        down = np.tile(np.arange(len(rows)), len(columns))
        tidy = rows.take(down).reset_index(drop=True)
        beside, attributes = self.parted(columns.values())
        self.require_all_known(rows.index, [*columns, *chain(*beside.values()), *filter(None, [base])])
        for name in attributes:
            tidy[name] = attributes[name].to_numpy()[across]
        for name, columns_beside in beside.items():
            tidy[name] = np.concatenate([self._read(column, rows.index, marks)[0] for column in columns_beside])
        read = [self._read(name, rows.index, marks) for name in columns]
        tidy["value"], tidy["status"] = (np.concatenate(arrays) for arrays in zip(*read, strict=True))
        if base:
            tidy["base"] = np.tile(self._read(base, rows.index, marks)[0], len(columns))
        numbers = np.array([f"row {number}, " for number in rows.index], dtype=object)
        tidy["cell"] = numbers[down] + np.array(list(columns), dtype=object)[across]
        return tidy

    def _read(self, column: str, index: pd.Index, marks: Mapping[str, str]) -> tuple[np.ndarray, np.ndarray]:
        if said := re.search(THOUSANDS, column, re.IGNORECASE):
            raise self.refused(f"{said[0]!r} in the heading {column!r} says that the numbers are in thousands")
        raw = self.frame.loc[index, column].to_numpy(dtype=object)
        values, statuses = np.full(len(raw), np.nan), np.full(len(raw), "", dtype=object)
        digits = np.fromiter((text.isascii() and text.isdigit() for text in raw), dtype=bool, count=len(raw))
        self._require_no_parted_thousands(column, index[~digits], raw[~digits], digits.sum())
        values[digits] = raw[digits].astype(float)
        values[~digits], statuses[~digits], unknown = read_values(raw[~digits], marks)
        if unknown:
            cells = [f"row {index[~digits][at[0]]} {text!r}" for text, at in list(unknown.items())[:10]]
            raise Refused(f"{self.file}, column {column}: no meaning is known for {', '.join(cells)}")
        return values, statuses

    def _require_no_parted_thousands(self, column: str, index: pd.Index, raw: np.ndarray, whole: int) -> None:
        """Refuse texts beside whole numbers where those with decimals are fewer and all have three: 1.890 is 1,890."""
        broken = [at for at, text in enumerate(raw) if "." in text and re.fullmatch(r"-?\d*\.\d+", text)]
        parted = [at for at in broken if re.fullmatch(r"-?[1-9]\d{0,2}\.\d{3}", raw[at])]
        if broken and broken == parted and len(broken) < whole:
            at = parted[0]
            raise self.refused(f"row {index[at]}, {column}: the point in {raw[at]!r} may part its thousands")
