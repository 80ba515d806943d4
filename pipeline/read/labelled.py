"""What the rows of a sheet's table and of a CSV file share: labels by heading, read as words or periods, or refused."""

import re
from collections.abc import Callable, Mapping

import pandas as pd

from pipeline.read import periods


class Labelled:
    """Rows whose labels stand in columns, found by their headings."""

    # What is added to a row's index to give its number in the file.
    _counted_from = 0

    def printed(self, pattern: str, rows: pd.Index, default: str) -> pd.Series:
        """The labels of some rows in the one column so headed; the default in each where there is no such column."""
        column = self.column_if_any(pattern)
        return pd.Series(default, index=rows) if column is None else self.text(column).loc[rows]

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

    def words_of(self, texts: pd.Series, words: Mapping[str, str]) -> pd.Series:
        """Labels in one spelling: the word, or what a pattern makes of it, of the first of `words` that fits.

        Refused, with the row, where none does.
        """

        def read(text: str) -> str:
            for pattern, word in words.items():
                if found := re.fullmatch(pattern, text.lower()):
                    return found.expand(word)
            raise ValueError(f"nobody knows which of {', '.join(words.values())} {text!r} is")

        return self.each(texts, read)
