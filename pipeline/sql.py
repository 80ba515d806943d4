"""SQL that stands in files, with what is said above each statement; texts as literals; and no rows to put it to."""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from pandera.pandas import DataFrameModel

_STATEMENT = re.compile(r"((?:^--.*\n)+)((?:^(?!--).*\n)+)", re.MULTILINE)
_CREATED = re.compile(r"CREATE .*?(?:MACRO|TABLE|VIEW) (?:\w+\.)?(\w+)")


class Statement(NamedTuple):
    """One statement of a file: what it creates, else the name of the file; what is said of it; its text."""

    name: str
    about: str
    text: str


def statements(path: Path) -> list[Statement]:
    """The statements of a file, each with the comment that stands above it at the margin."""
    found = _STATEMENT.findall(path.read_text(encoding="utf-8"))
    return [
        Statement(
            created[1] if (created := _CREATED.match(text)) else path.stem,
            _plain(comment),
            text.strip().removesuffix(";"),
        )
        for comment, text in found
    ]


def _plain(comment: str) -> str:
    return re.sub(r"^-- ?", "", comment.strip(), flags=re.MULTILINE)


def quoted(text: object) -> str:
    """A text as a literal."""
    return "'" + str(text).replace("'", "''") + "'"


@cache
def no_rows(contract: type[DataFrameModel]) -> pd.DataFrame:
    """No rows of a contract, with days to the microsecond as those of files have: one finer type makes all so."""
    frame = contract.empty()
    return frame.astype(dict.fromkeys(frame.select_dtypes("datetime"), "datetime64[us]"))
