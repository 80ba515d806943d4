"""The declaration of a source that is counted from records; what is counted is the text of its SQL.

A source of records is a plain function that gives its text:

    @records(publisher="ONS", tables={"deaths": DeathRegistration}, contract=DeathsCounted, rule=COUNTS, ...)
    def registered_deaths() -> str:
        '''Title of the extract.

        What is counted, and by which definitions.
        '''
        return text_beside(__file__)

Its text is one question in DuckDB's dialect over the tables of records, the lookups (CSV files beside the text, and
`areas`, `years`, `months` and `three_years`). It gives `measure`, `period`, `area` (a code, or what `named` has a code
for), `sex`, `age`, `category` and `value`, which is a count; what it does not give of an area is zero.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import wraps
from pathlib import Path

import pandas as pd

from pipeline.fetch.by_hand import ByHand
from pipeline.read import counted
from pipeline.read.source import source
from pipeline.read.workbook import Workbook
from pipeline.records.disclosure import Rule, Sum
from schemas.figure import Figure
from schemas.records.record import Record


@dataclass(frozen=True, kw_only=True)
class Extract:
    """One source of records; as a decorator it declares a function, whose name it has, as what gives its text.

    `page` is where its dictionary or its holder is; `tables` are the contracts of its tables of records, by name;
    `lookups` files of facts; `whole` the nation, or nations together, that its records are all of, and `elsewhere` what
    records print in place of an area of it; `year` the kind of year, calendar or financial, or months where these are
    counted; `rule` the disclosure control, `sums` the wholes that its counts add up to besides the areas; `bases` the
    measure that is the whole of another; a review has `themes`, each a question about the category that is its
    `subject`, with the answers that add up to it; `named` gives the code of an area that is printed by name; `differs`
    says how its counts differ from those that are published of the same definition.
    """

    publisher: str
    page: str
    tables: Mapping[str, type[Record]]
    contract: type[Figure]
    rule: Rule
    whole: str = ""
    year: str = "calendar"
    sums: tuple[Sum, ...] = ()
    bases: Mapping[str, str] = field(default_factory=dict)
    lookups: Mapping[str, Path] = field(default_factory=dict)
    elsewhere: tuple[str, ...] = ()
    subject: str = ""
    themes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    named: Callable[[str], str | None] | None = None
    differs: str = ""
    id: str = ""
    text: str = ""

    def __call__(self, text: Callable[[], str]) -> Callable[[], str]:
        EXTRACTS[text.__name__] = replace(self, id=text.__name__, text=text())

        @wraps(text)
        def read(book: Workbook) -> Iterator[pd.DataFrame]:
            return counted.read(book)

        source(
            publisher=self.publisher,
            formats="csv",
            contract=self.contract,
            editions=ByHand(self.page, "records are held by those who may see them, and counted where they lie"),
            differs=self.differs,
        )(read)
        return text


# Its name as a decorator.
records = Extract
EXTRACTS: dict[str, Extract] = {}


def tables_beside(module: str, *names: str) -> dict[str, Path]:
    """The CSV files of these names that stand beside a module, by name."""
    return {name: Path(module).with_name(f"{name}.csv") for name in names}


def text_beside(module: str) -> str:
    """The text in the file of SQL that stands beside a module."""
    return Path(module).with_suffix(".sql").read_text(encoding="utf-8")
