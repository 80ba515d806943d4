"""The pack of a local review: what was counted of linked records for an area, as a page and a workbook."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

import pandas as pd

from pipeline import inventory, naming, places
from pipeline.editions.pages.environment import sentence, template
from pipeline.editions.workbook import file as workbook
from pipeline.editions.workbook.sheet import Column, Sheet
from pipeline.files import put
from pipeline.questions import meant
from pipeline.read.source import SOURCES
from pipeline.records.extract import EXTRACTS, Extract
from schemas import dictionary
from schemas.rules import ENGLAND, WALES
from schemas.vocabulary import STATUS

_COLUMNS = {
    "area_code": Column("Area code", 14),
    "area": Column("Area", 30),
    "period": Column("Registered in", 16),
    "question": Column("Question", 44),
    "answer": Column("Answer", 40),
    "deaths": Column("Deaths", 12),
}


@dataclass(frozen=True)
class Table:
    """One question: a row an answer, and in each a number or its status by area and period."""

    title: str
    rows: Mapping[str, list[float | str]]


@dataclass(frozen=True)
class Review:
    """What a review shows of an area: the columns (area and period) of its tables."""

    code: str
    name: str
    columns: list[tuple[str, str]]
    tables: list[Table]
    figures: pd.DataFrame
    released: date
    made_from: str
    sample: bool
    extract: Extract


def write(data: Path, area: str, to: Path) -> list[Path]:
    """Write the page and the workbook of the review of an area, by code or name; their paths.

    Raises LookupError for an area nobody knows, where no review was counted, or none of the area.
    """
    found = _review(data, naming.called(area))
    page, book = to / f"review_{found.code}.html", to / f"review_{found.code}.xlsx"
    declared = SOURCES[found.extract.id]
    rendered = template("review.html").render(
        review=found,
        made_from=found.made_from,
        is_sample=found.sample,
        sample=dictionary.SAMPLE,
        title=dictionary.TITLE,
        about=declared.layouts,
        rule=found.extract.rule.name,
        hidden=STATUS["c"],
        workbook=book.name,
    )
    to.mkdir(parents=True, exist_ok=True)
    put(page, rendered)
    title = f"{declared.title.rstrip('.')}: {found.name} ({found.code})"
    says = [" ".join(declared.layouts.split()), f"Disclosure control: {found.extract.rule.name}. [c]: {STATUS['c']}."]
    scope = f"Registered deaths, {found.columns[0][1]} to {found.columns[-1][1]}."
    sheet = Sheet(title, scope, _COLUMNS, found.figures, ("Shorthand: [c] hidden to protect people.",))
    created = datetime.combine(found.released, time())
    workbook.save(book, title, says, [], {"Deaths": sheet}, sample=found.sample, created=created)
    return [page, book]


def _review(data: Path, codes: list[str]) -> Review:
    extract = next(one for one in EXTRACTS.values() if one.themes)
    staged = [one for one in inventory.staged(data) if one.source == extract.id]
    if not staged:
        tables = " ".join(f"{table}=PLACE" for table in extract.tables)
        raise LookupError(f"no review has been counted: ncdof count {extract.id} {tables}, then ncdof build")
    newest = max(staged, key=lambda one: one.released)
    figures = pd.read_parquet(newest.path)
    figures = figures[figures["period_kind"] == "three_years"]
    there = {*figures["area_code"]}
    today = places.on_day(date.today())
    kinds = (*places.UPPER_TIER, "region", "country")
    # One of several that replaced an area is not it, also where it alone has figures.
    code = meant([one for one in codes if one in there] or codes, {*today["area_code"][today["area_kind"].isin(kinds)]})
    if code is None or code not in there:
        said = places.titled(code or codes[0])
        raise LookupError(
            f"the review has no figures for {said}: a county, single-tier authority, region or nation may"
        )
    shown = [area for area in dict.fromkeys(_around(code)) if area in there]
    figures = figures[figures["area_code"].isin(shown)]
    periods = sorted(figures["period_label"].unique())
    columns = [(code, period) for period in periods] + [(area, periods[-1]) for area in shown if area != code]
    told = pd.concat(
        [
            part.assign(question=question, answer=part[column].map(_answer))
            for question, column, part in _asked(extract, figures)
        ],
        ignore_index=True,
    )
    told["deaths"] = [_cell(value, status) for value, status in zip(told["value"], told["status"], strict=True)]
    told = told.rename(columns={"period_label": "period", "area_label": "area"})
    asked = [_table(str(question), rows, columns) for question, rows in told.groupby("question", sort=False)]
    names = dict(zip(told["area_code"], told["area"], strict=True))
    return Review(
        code, names[code], [(names[area], period) for area, period in columns], asked,
        told[list(_COLUMNS)], newest.released, newest.release_id, newest.sample, extract,
    )  # fmt: skip


def _table(question: str, rows: pd.DataFrame, columns: list[tuple[str, str]]) -> Table:
    cells = rows.set_index(["answer", "area_code", "period"])["deaths"].to_dict()
    return Table(
        question,
        {answer: [cells.get((answer, *at), "") for at in columns] for answer in dict.fromkeys(rows["answer"])},
    )


def _around(code: str) -> Iterator[str]:
    """An area, its region, and its nation."""
    yield code
    region = places.areas().set_index("area_code")["region_code"].get(code)
    if pd.notna(region):
        yield str(region)
    yield WALES if code.startswith("W") else ENGLAND


def _asked(extract: Extract, figures: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Each question with the column that its answers are in and the figures that answer it, in order."""
    whole = figures["category"] == extract.subject
    sexes, ages = figures["sex"] != "all", figures["age"] != "all"
    yield "Deaths", "category", figures[whole & ~sexes & ~ages]
    yield "Sex", "sex", figures[whole & sexes]
    yield "Age", "age", figures[whole & ages].sort_values("age", key=_youngest_first, kind="stable")
    for question, answers in extract.themes.items():
        part = figures[figures["category"].isin(answers)]
        yield question, "category", part.sort_values("category", key=lambda texts: texts.map(answers.index))
    yield (
        "Substances mentioned (several may be)",
        "category",
        figures[figures["category"].str.startswith(f"{extract.subject}: ")],
    )


def _youngest_first(ages: pd.Series) -> pd.Series:
    return ages.str.removeprefix("under ").str[:2].astype(int) - ages.str.startswith("under ")


def _answer(text: str) -> str:
    return sentence(text.partition(": ")[2] or text)


def _cell(value: float, status: str) -> float | str:
    return f"[{status}]" if pd.isna(value) else value
