"""How a table of the treatment monitoring system's annual workbooks is read; which tables are is each publication's."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from assets.sources.ndtms_names import SEXES, SUBSTANCE_GROUPS, area_codes, substance_group
from pipeline.read import bands
from pipeline.read.cells import column_letters
from pipeline.read.labels import TOTAL, heading, label, plain
from pipeline.read.marks import is_number
from pipeline.read.periods import Period
from pipeline.read.tables import Table
from pipeline.read.tabular import GSS, require_silent
from pipeline.read.workbook import Workbook
from schemas.rules import ENGLAND

YEAR = r"(?:19|20)\d\d(?: ?[-/] ?| to )(?:(?:19|20)\d\d|\d\d)"
# Whom a title says it counts.
WHO = r"(all )?(adults|clients|people|individuals)"
# What may end a title: how its table is divided, the years that it is about, and what it says of its edition.
YEARS = (
    r"(?:\W+by (?:main )?(?:substance|drug) groups?)?(?:\W+(?:in )?england)?"
    rf"(?:\W+(?:{YEAR})(?:\W+(?:through )?to\W+(?:{YEAR}))?)?(?:\W+(?:in )?england)?"
    r"(?:\W+(?:(?:accredited |experimental |national )?(?:official )?statistics(?: in development)?|provisional))?"
    r"(?:\W+(?:last )?(?:revised|updated|published)(?: \w+){0,3})?\W*$"
)
# A title of nothing but these words, in whatever order, is of people in treatment.
PEOPLE_WORDS = (
    r"trends?|in|the|numbers?|of|all|children|and|young|people|treatment|by|age|groups?|bands?|gender|sex|community"
    r"|structured|specialist|over|time"
)
# Beside its own words a title may have these; another might make its table one of some people, or of something else.
_IDLE_WORDS = (
    rf"{PEOPLE_WORDS}|table|percentages?|proportions?|for|to|from|between|among|a|an|with|adults|clients|individuals"
    r"|substances?|main|exits?|exiting|leaving|who|left|years?|financial|services?|type|england|notes?|since|through"
    r"|until|regions?|upper|tier|local|authority|authorities"
)
# What stands above the labels of the rows.
HEADS = (
    r"(financial |reporting )?(year|period)|(problem )?substances?( group)?|drug( group)?|sex|gender"
    r"|age( group)?|(treatment )?exit reasons?"
    r"|(type of )?setting( type)?|arriv.*|(area|region)( code| name)?|(upper tier )?local authorit.*"
)

WHOLE = "the whole"
MARKS = {"c": "c", "*": "c", "-": "x"}
NEAREST = {"5": "5", "five": "5", "10": "10", "ten": "10"}
NOT_ROUNDED = "Marked as rounded to the nearest {}, which it is not."
# What heads a count of everybody where other columns count some of them; shares stand beside either.
COUNT = r"n|number|total|all"
# People whose age or sex nobody knows, and others than those of whom there are rows.
NOT_KNOWN = r".*\b(?:unknown|missing|other|inconsistent|total|all|average|mean|median|(?:not|non)\b.*)\b.*"
# What else stands in columns beside the counts that are read.
BESIDE = (
    rf"n|number|{'|'.join(SEXES)}|((total|adults|young people|people|clients) )?in treatment|median age"
    r"|primary|adjunctive|new to treatment"
)
AGES = r"under \d+|\d+ ?(?:-|to) ?\d+|\d+ (?:and|or) over|\d+\+"
BOUND = r",? ?(lower|upper)( 95%)?( bound| confidence limit| limit)?( 95% ci)?"
SHARE = r"%|percent|per cent|proportion|mean\b|rate\b|ratio\b"
POINTS = {
    "start": "start", "start of treatment": "start", "treatment start": "start", "baseline": "start",
    "review": "review", "six month review": "review", "latest review": "review",
    "exit": "exit", "treatment exit": "exit", "planned exit": "exit",
}  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """A table of the workbook: its title, its counts by the pattern of their labels, and the label of their whole.

    Counts, substance groups, years and the rest may each stand in the rows or in the columns. `first` is the label of
    the first row where it is none of these; `point` the point of treatment where only the title tells it; with `ages`
    the rows may be bands of ages. Rows of categories that are neither in `labels` nor `apart` are refused.
    """

    title: str
    counts: Mapping[str, str]
    whole: str = ""
    first: str = ""
    point: str = ""
    local: bool = False
    ages: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    apart: str = ".*"

    def measures(self) -> dict[str, str]:
        return dict(self.counts) | ({self.whole: WHOLE} if self.whole else {})


def read_table(table: Table, wanted: Wanted, newest: Period | None) -> pd.DataFrame:
    """The counts of a table, whichever of year, group, sex, area and count stand in its rows, and which across."""
    rounded = _rounded(table)
    labels = _label_columns(table)
    if wanted.ages:
        _mend_ages(table, labels)
    rows, apart, named = _rows(table, wanted, labels, newest)
    columns = _data_columns(table, wanted, range(len(labels), len(table.headings)), set(rows))
    if not columns:
        raise table.refused("no column is headed as a count")
    if across := [about["period"] for about in columns.values() if "period" in about]:
        table.require_every_period(across, "financial_year")
    # Limits are asked of all columns or of none.
    bounded = [{c: about for c, about in columns.items() if ("lower" in about) is limits} for limits in (False, True)]
    marks = MARKS | _noted_marks(table)
    rows = rows.assign(unit="people")
    tidy = pd.concat([table.unpivot(rows, part, marks, apart) for part in bounded if part], ignore_index=True)
    _require_every_period(table, rows, named)
    for name, said, other in rounded:
        tidy[name] = [said.get(cell, other) for cell in tidy["cell"]]
    fixed = {"area_code": ENGLAND, "area_label": "England", "category": "all", "sex": "all"}
    if "" in wanted.counts:
        fixed["measure"] = wanted.counts[""]
    if "period" not in tidy:
        fixed["period"] = _title_year(table) or newest
        if fixed["period"] is None:
            raise table.refused("no row names a year")
    elif (unsaid := tidy["period"].isna()).any():
        raise table.refused(f"nothing says the year of {tidy['cell'][unsaid].iloc[0]}, which stands beside others")
    tidy = tidy.assign(**{name: value for name, value in fixed.items() if name not in tidy})
    if newest:
        require_not_newer(table, tidy, newest)
    found = set(tidy["measure"]) if "measure" in tidy else set()
    missing = set(wanted.measures().values()) - found
    if not wanted.labels and "category" in tidy and (groups := SUBSTANCE_GROUPS.intersection(tidy["category"])):
        missing |= SUBSTANCE_GROUPS - groups
    if missing:
        raise table.refused(f"no row or column for {', '.join(sorted(missing))}")
    _require_own_title(table, wanted)
    return _with_base(wanted, _each_once(table, tidy))


def _require_own_title(table: Table, wanted: Wanted) -> None:
    """Refuse a title with a word that may make its table another than the one that is wanted."""
    others = re.sub(rf"\bdrug groups?\b|{YEARS}", "", re.sub(wanted.title, " ", heading(table.title)))
    for word in re.findall(r"[a-z]+", others):
        if not re.fullmatch(_IDLE_WORDS, word):
            raise table.refused(f"its title, {table.title!r}, says {word!r}, so that it may be another table")


def _each_once(table: Table, tidy: pd.DataFrame) -> pd.DataFrame:
    """Counts without those that are printed again; refused where one is printed again as another number.

    A second whole includes what is not known.
    """
    same = [name for name in ("measure", "period", "area_code", "sex", "age", "category", "point") if name in tidy]
    tidy = tidy.drop_duplicates([*same, "value", "status"])
    twice = tidy[tidy.duplicated(same, keep=False) & tidy["measure"].ne(WHOLE)]
    if len(twice):
        raise table.refused(f"{' and '.join(twice['cell'].iloc[:2])} are numbers of the same")
    return tidy


def _rounded(table: Table) -> list[tuple[str, dict[str, str], str]]:
    """The precision and the note of each number with a star, by its cell; the stars are taken off.

    A note below must say to what such a number is rounded.
    """
    said = [found[1] for text in _notes(table) if (found := re.match(r"\*(?!\*).*\bnearest (\w+)", text))]
    precision: dict[str, str] = {}
    note: dict[str, str] = {}
    table.cells = table.cells.copy()
    for row in range(table.top, len(table.cells)):
        for column, cell in enumerate(table.cells[row]):
            if not (isinstance(cell, str) and (found := re.fullmatch(r"(\d[\d,]*) ?\*", plain(cell)))):
                continue
            at = f"{column_letters(column)}{row + 1}"
            if {NEAREST.get(word) for word in said} not in ({"5"}, {"10"}):
                raise table.refused(f"{at} {cell!r} has a star, and no note below says to what it is rounded")
            nearest = NEAREST[said[0]]
            table.cells[row, column] = found[1]
            if int(found[1].replace(",", "")) % int(nearest):
                note[f"{table.sheet}!{at}"] = NOT_ROUNDED.format(nearest)
            else:
                precision[f"{table.sheet}!{at}"] = nearest
    return [("precision", precision, "1"), ("note", note, "")] if precision or note else []


def _notes(table: Table) -> list[str]:
    """The texts that stand alone in their row below the numbers."""
    return [
        " ".join(plain(row[0]).lower().split())
        for row in table.cells[table.top :]
        if isinstance(row[0], str) and not any(plain(cell) for cell in row[1:])
    ]


def _noted_marks(table: Table) -> dict[str, str]:
    """What two stars stand for, where a note below says that it is a number too low to print."""
    low = any(re.match(r"\*\* ?[^*]*\b(low numbers|suppressed)\b", text) for text in _notes(table))
    return {"**": "c"} if low else {}


def _mend_ages(table: Table, columns: list[int]) -> None:
    """Put the bands of ages back that a spreadsheet program turned into dates; refused where one is not certain."""
    for column in columns:
        cells = table.cells[:, column]
        for row in range(table.top, len(cells)):
            if isinstance(cells[row], date):
                around = (label(cells[at]) if 0 <= at < len(cells) else "" for at in (row - 1, row + 1))
                try:
                    cells[row] = bands.of_date(cells[row], *around)
                except ValueError as error:
                    raise table.refused(f"{column_letters(column)}{row + 1}: {error}") from error


def read_tables(book: Workbook, breakdowns: tuple[Wanted, ...], newest: Period, age: str) -> Iterator[pd.DataFrame]:
    """The figures of whatever tables there are: a breakdown may have a table of its own."""
    for wanted in breakdowns:
        for table in book.tables(wanted.title, heads=HEADS):
            yield of_age(read_table(table, wanted, newest), age)


def of_age(counts: pd.DataFrame, age: str) -> pd.DataFrame:
    """Counts of people of an age, or of the bands of it that a table prints."""
    return counts.assign(age=counts["age"].replace("all", age) if "age" in counts else age)


def newest_year(people: pd.DataFrame) -> Period:
    """The newest year of a trend, which a sheet without a year is about."""
    return max(people["period"], key=lambda period: period.end)


def require_not_newer(table: Table, counts: pd.DataFrame, newest: Period) -> None:
    """Refuse counts of a year after the newest of the trend, by which sheets without a year are dated."""
    if (last := newest_year(counts)).end > newest.end:
        raise table.refused(f"it goes on to {last.label}, and the trend of numbers in treatment to {newest.label} only")


def _with_base(wanted: Wanted, tidy: pd.DataFrame) -> pd.DataFrame:
    """The counts beside the whole they are part of, with the point of treatment in their measure."""
    if wanted.whole:
        same = [name for name in ("period", "area_code", "sex", "age", "category", "point") if name in tidy]
        is_whole = tidy["measure"] == WHOLE
        # A second total includes what is not known.
        whole = tidy[is_whole].drop_duplicates(same).set_index(same)["value"]
        tidy = tidy[~is_whole].copy()
        tidy["base"] = whole.reindex(pd.MultiIndex.from_frame(tidy[same])).to_numpy()
    if "point" in tidy or wanted.point:
        tidy["measure"] += " at " + tidy.pop("point") if "point" in tidy else f" at {wanted.point}"
    return tidy


def _label_columns(table: Table) -> list[int]:
    """The columns left of the first that holds a number."""
    # A note, which may begin with a number, stands alone in its row.
    rows = [row for row in table.cells[table.top :] if sum(plain(cell) != "" for cell in row) > 1]
    for column in range(len(table.headings)):
        # A year such as 2009-10 would pass for a number with a mark.
        if any(is_number(row[column]) and not re.match(YEAR, heading(row[column])) for row in rows):
            return list(range(column))
    raise table.refused("no column holds a number")


def _title_year(table: Table) -> Period | None:
    found = re.search(YEAR, heading(table.title))
    return table.period(found[0], "financial_year") if found else None


def _rows(
    table: Table, wanted: Wanted, labels: list[int], newest: Period | None
) -> tuple[pd.DataFrame, pd.Index, list[Period]]:
    """What each row is about, the rows that are about something else, and the periods of either."""
    rows = pd.DataFrame(index=table.text(0).index)
    known, apart = table.filled(range(len(table.headings))), pd.Series(False, index=rows.index)
    numbers = [row for row in rows.index if any(map(is_number, table.cells[row][len(labels) :]))]
    last, coded = rows.index[: numbers[-1] - table.top + 1], False
    for column in labels:
        texts = table.text(column).loc[last]
        role, meanings = _role(table, wanted, texts, newest)
        heads = table.headings[column]
        if not role and any(_heads_counts(wanted, part) for part in heads):
            raise table.refused(f"column {column_letters(column)} is headed {' | '.join(heads)} and holds no number")
        if not role:
            require_silent(table.refused, table.called(column), heads, texts)
        if role == "area_code":
            rows["area_label"] = texts
            if coded:
                continue
            coded = any(re.fullmatch(GSS, text) for text in meanings)
        if role == "period":
            # A year that spans rows stands in the first of them.
            texts = texts.where(texts != "").ffill().fillna("")
        if role:
            rows.loc[last, role] = texts.map(meanings)
            known &= rows[role].notna()
            if role not in ("period", "area_code", "point"):
                left_out = rows[role].isna() & (texts != "").reindex(rows.index, fill_value=False)
                apart |= left_out
                known_apart = {"category": wanted.apart, "age": NOT_KNOWN, "sex": NOT_KNOWN}.get(role, ".*")
                for row in rows.index[left_out].intersection(numbers):
                    table.require_no_workings(texts[row])
                    if not re.fullmatch(known_apart, heading(texts[row])):
                        raise table.refused(f"{column_letters(column)}{row + 1}: nobody knows {texts[row]!r}")
    if wanted.local and "area_code" not in rows:
        raise table.refused("no column names an area that is known")
    named = rows.loc[numbers, "period"].dropna().unique().tolist() if "period" in rows else []
    return rows[known & rows.index.isin(last)], rows.index[apart], named


def _require_every_period(table: Table, rows: pd.DataFrame, named: list[Period]) -> None:
    """Refuse rows of what stands under some of the periods that the table names, and not under all."""
    said = [role for role in ("measure", "category", "age", "sex", "point") if role in rows]
    for what, periods in rows.groupby(said)["period"] if named and said else ():
        if lacking := [period for period in named if period not in set(periods)]:
            raise table.refused(f"no row of {', '.join(map(str, what))} under {lacking[0].label}")


def _heads_counts(wanted: Wanted, text: str) -> bool:
    """Whether a heading is one of counts, not of labels."""
    named = _category(wanted, text) or _matching(wanted.measures(), text)
    return bool(named or re.fullmatch(YEAR, text) or re.fullmatch(COUNT, text))


def _role(table: Table, wanted: Wanted, texts: pd.Series, newest: Period | None) -> tuple[str, dict]:
    """What a column of labels is about, and the meaning of each of them: None for what is not known."""
    printed = [text for text in texts.unique() if text]
    if wanted.local and printed:
        gss = {text: text for text in printed if re.fullmatch(GSS, text)}
        if gss:
            return "area_code", gss
        vintage = _title_year(table) or newest
        if any((areas := area_codes(pd.Series(printed, dtype=object), vintage)).values()):
            return "area_code", areas
    read = {
        "period": lambda text: table.period(text, "financial_year") if re.fullmatch(YEAR, text) else None,
        "measure": lambda text: _matching(wanted.measures(), text),
        "category": lambda text: _category(wanted, text),
        "age": lambda text: _age(text) if wanted.ages else None,
        "sex": lambda text: SEXES.get(text),
        "point": lambda text: POINTS.get(text),
    }
    for role, meaning in read.items():
        meanings = {text: meaning(heading(text)) for text in printed}
        # A total alone may be of anything.
        if set(meanings.values()) - {None, "all", WHOLE}:
            return role, meanings
    return "", {}


def _age(text: str) -> str | None:
    """A band of ages in one spelling, `all` for the whole."""
    if re.fullmatch(AGES, text):
        return re.sub(r" ?(?:-|to) ?(?=\d)", "-", text)
    return "all" if re.fullmatch(TOTAL, text) else None


def _category(wanted: Wanted, text: str) -> str | None:
    named = {pattern: name for name, pattern in wanted.labels.items()}
    return _matching(named, text) if named else substance_group(text)


def _matching(patterns: Mapping[str, str], text: str) -> str | None:
    return next((name for pattern, name in patterns.items() if pattern and re.fullmatch(pattern, text)), None)


def _require_shares(table: Table, column: int, said: str) -> None:
    """Refuse a column of shares, which is left out, that holds what no share can be."""
    if re.search(r"%|per ?cent|proportion", said):
        for row, cell in enumerate(table.cells[table.top :, column].tolist(), start=table.top + 1):
            if isinstance(cell, int | float) and cell > 100:
                raise table.refused(f"{column_letters(column)}{row} holds {cell:g} under {said!r}, which is no share")


def _data_columns(table: Table, wanted: Wanted, columns: range, said: set[str]) -> dict[int, dict]:
    """What each column of counts is about, but for what the rows have `said`, with the columns of its limits."""
    found: dict[int, dict] = {}
    limits: dict[tuple, dict[str, int]] = {}
    for column in columns:
        texts = [re.sub(r"\((number|n)\)", "", part) for part in table.headings[column]]
        side = next((side for side in ("lower", "upper") if any(side in text for text in texts)), "")
        texts = [re.sub(BOUND, "", text).strip() for text in texts]
        shares = next((text for text in texts if re.search(SHARE, text)), "")
        _require_shares(table, column, shares)
        if shares or table.is_idle(column) or not (any(texts) or any(map(is_number, table.cells[table.top :, column]))):
            continue
        meanings = {
            "measure": [_matching(wanted.measures(), text) for text in texts],
            "category": [_category(wanted, text) for text in texts],
            "period": [table.period(t, "financial_year") if re.fullmatch(YEAR, t) else None for t in texts],
        }
        about = {role: next(filter(None, named), None) for role, named in meanings.items() if role not in said}
        about = {role: value for role, value in about.items() if value}
        # Where the rows say what is counted, a column may be headed as a count and no more.
        alone = "" in wanted.counts and "category" in said and all(re.fullmatch(COUNT, text) for text in texts if text)
        if side:
            limits.setdefault(tuple(about.items()), {})[side] = column
        elif not about and not alone:
            if any(text and not re.fullmatch(BESIDE, text) for text in texts) and table.filled([column]).any():
                raise table.refused(f"nobody knows what column {column_letters(column)} counts: {' | '.join(texts)}")
            continue
        elif about in found.values():
            raise table.refused(f"column {column_letters(column)} is headed like another: {' | '.join(texts)}")
        else:
            found[column] = about
    return {column: about | limits.get(tuple(about.items()), {}) for column, about in found.items()}
