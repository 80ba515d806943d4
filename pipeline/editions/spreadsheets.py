"""The published file as accessible spreadsheets, of the nation or of one area; it looks numbers up and makes none."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from copy import deepcopy
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from textwrap import wrap
from typing import NamedTuple

import duckdb
import pandas as pd
from gptables import Cover, GPTable, GPWorkbook, Theme, gptheme
from gptables.core.gptable import FormatList
from gptables.core.wrappers import GPWorksheet

from pipeline import places
from pipeline.calculate.metric import ENGLAND
from pipeline.editions import words
from pipeline.editions.area import availability, concerns, levels
from pipeline.files import write_atomically
from pipeline.publish import published
from pipeline.read.marks import INSTEAD
from schemas.dictionary import CREDIT, SAMPLE, TITLE
from schemas.observation import NUMBER, SERIES, description
from schemas.vocabulary import (
    AREA_KINDS,
    AVAILABILITY,
    BETTER,
    COMPARISONS,
    LEVELS,
    OUTCOMES,
    STATISTICS,
    STATUS,
    TIERS,
)

# Stands in square brackets in place of a value that this project declines to calculate; the method says why.
DECLINED = words.DECLINED.removesuffix(": ")
_BACK = "[Contents](internal:Contents!A1)"  # a link, as gptables reads it
_BLANK = "none"
WHOLE = "#,##0"  # how numbers look; the cells keep every digit
_LONGEST = 32_767  # characters that a cell may hold


class Column(NamedTuple):
    """A column's heading, its width in characters, and what it means where the contract of observations differs."""

    heading: str
    width: int
    meaning: str = ""


AREA = {
    "area_code": Column("Area code", 17),
    "area_name": Column("Area", 28),
    "area_kind": Column("Kind of area", 22),
}
SHOWN_AS_TEXT = {
    "period": Column("Period", 19),
    "breakdown": Column("Breakdown", 36),
    "sex": Column("Sex", 8),
    "age": Column("Age", 9),
    "statistic": Column("Statistic", 19),
    "unit": Column("Unit", 16),
}
NUMBERS = {
    "value": Column("Value", 13, "the value; shorthand in square brackets where there is none"),
    "lower_95": Column("Lower 95% limit", 13),
    "upper_95": Column("Upper 95% limit", 13),
    "national": Column(
        "National value", 13, "value of the nation for the same period and series, in its newest release"
    ),
    "numerator": Column("Numerator", 14),
    "denominator": Column("Denominator", 14),
}
# Does not apply to amounts, but for the denominator that some are printed with.
_OF_RATES = ("lower_95", "upper_95", "numerator", "denominator")
ABOUT = {
    "status": Column("Status", 21, "what is said of the value, with its shorthand"),
    "compared_to_england": Column("Compared to England", 16),
    "trend": Column("Recent trend", 46),
    "method": Column("Method", 56),
    "note": Column("Note", 60),
    "source": Column("Source", 27, "id of the publication, see the worksheet Sources"),
    "released": Column("Released", 13),
    "cell": Column("Cell in the source", 30),
    "period_start": Column("Period starts", 13),
    "period_end": Column("Period ends", 13),
}
OBSERVATION = {**AREA, **SHOWN_AS_TEXT, **NUMBERS, **ABOUT}


class Sheet(NamedTuple):
    """One table and what stands above it; `columns` names those of `rows` that are shown, in order."""

    title: str
    scope: str
    columns: dict[str, Column]
    rows: pd.DataFrame
    says: tuple[str, ...] = ()
    source: str = ""
    frozen: int = 1


def write(con: duckdb.DuckDBPyConnection, path: Path, area_code: str | None = None) -> None:
    """Write the workbook of an area, or that of the nation, from the published file; the same bytes for the same file.

    An area's has a worksheet a metric, with the whole time series of every series and the national value beside it.
    The nation's has the time series of the nation and, in worksheets of their own, the newest figures of every area for
    the breakdown that leads a metric. Raises LookupError for a code that no area has, OSError where it cannot write.
    """
    catalogue = _catalogue(con)
    area = _area(con, area_code) if area_code else None
    rows = _observations(con, area_code)
    limits = _limits(con, catalogue)
    without = catalogue[~catalogue.index.isin(rows["metric_id"])]
    sheets = {
        "Notes": _notes(),
        "Metrics": _metrics(catalogue),
        "Missing": _missing(area, without, limits),
        **dict(_figures(catalogue, rows, limits)),
        "Sources": _sources(con, rows),
    }
    place = "nation and areas" if area is None else f"{area.area_name} ({area.area_code})"
    title = f"{TITLE}: {place}"
    says = _cover(con, area, len(catalogue), len(without))
    (created,) = con.execute("SELECT max(released) FROM framework.observations").fetchone()
    newest = [f"Newest release: {words.day(rows['released'].max())}."] if len(rows) else []
    about = [*newest, CREDIT, *_publications(rows)]
    saved = BytesIO()  # xlsxwriter hides why a file cannot be written
    with GPWorkbook(saved, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": title, "subject": TITLE, "author": "ncdof", "created": created})
        book.set_custom_property("Language", "en-GB")
        book.set_theme(_theme())
        held = {name: sheet for name, sheet in sheets.items() if len(sheet.rows)}
        _fill(book, title, says, about, held, published.is_sample(con))
    write_atomically(path, lambda arriving: arriving.write_bytes(saved.getvalue()))


# --- what is looked up -------------------------------------------------------------------------------------


def _catalogue(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """The metrics by id, in the order of the scorecard, with what it says of each."""
    catalogue = con.execute("""
        SELECT metrics.*, scorecard.reason, scorecard.refused,
               held.metric_id IS NOT NULL AS loaded, coalesce(england_only, false) AS england_only
        FROM framework.metrics AS metrics JOIN framework.scorecard AS scorecard USING (metric_id)
        LEFT JOIN (
            SELECT metric_id, bool_and(area_code[1] = 'E') FILTER (area_kind <> 'other') AS england_only
            FROM framework.observations GROUP BY metric_id
        ) AS held USING (metric_id)
        ORDER BY metrics.position
    """).df()
    titles = dict(zip(catalogue["metric_id"], catalogue["title"], strict=True))
    return catalogue.set_index("metric_id", drop=False).assign(
        outcome=lambda rows: rows["outcome_id"].map(OUTCOMES),
        definition=lambda rows: rows["definition"].map(lambda text: words.plain(text, titles)),
    )


def _area(con: duckdb.DuckDBPyConnection, area_code: str) -> pd.Series:
    found = con.execute("SELECT * FROM framework.areas WHERE area_code = ?", [area_code]).df()
    if not len(found):
        raise LookupError(f"No area has the code {area_code}.")
    return found.iloc[0]


_LED = " AND ".join(f"wanted.{column} = metrics.{column}" for column in SERIES)

# The observations of an area; `nation_code` is whose value stands beside: that of England, or of the metric's nation
# where the metric has no England.
_OF_AREA = """
    SELECT observations.*, metric_id AS worksheet, nullif(nation_code, area_code) AS nation_code
    FROM framework.observations JOIN (
        SELECT metric_id, if(bool_or(area_code = $england), $england, any_value(nation)) AS nation_code
        FROM framework.observations JOIN framework.metrics USING (metric_id) GROUP BY metric_id
    ) USING (metric_id)
    WHERE area_code = $area
"""

# The observations of the area that the scorecard takes for the nation. Where there are others than the nation, also, in
# worksheets of their own, the newest of every area: of the breakdown that leads the metric, else of all it has.
_OF_NATION = """
    WITH nations AS (
        SELECT metrics.metric_id, coalesce(scorecard.area_code, nation) AS national_area
        FROM framework.metrics AS metrics JOIN framework.scorecard AS scorecard USING (metric_id)
    )
    SELECT observations.*, metric_id AS worksheet, CAST(NULL AS VARCHAR) AS nation_code
    FROM framework.observations JOIN nations USING (metric_id) WHERE area_code = national_area
    UNION ALL
    SELECT wanted.*, 'areas_' || wanted.metric_id, NULL
    FROM framework.latest AS wanted JOIN nations ON nations.metric_id = wanted.metric_id
    JOIN framework.metrics AS metrics
        ON metrics.metric_id = wanted.metric_id AND metrics.sex = wanted.sex AND metrics.age = wanted.age
    QUALIFY bool_or(wanted.area_code <> national_area) OVER (PARTITION BY wanted.metric_id)
        AND (wanted.breakdown = metrics.breakdown OR NOT bool_or(wanted.breakdown = metrics.breakdown)
                                                         OVER (PARTITION BY wanted.metric_id, wanted.area_code))
"""

# A status said beside numbers does not say why there is none.
_INSTEAD = f"""
    CASE WHEN {{row}}.value IS NOT NULL OR {{row}}.status IS NULL THEN '[x]'
         WHEN starts_with({{row}}.method, '{DECLINED}') AND {{row}}.status NOT IN {INSTEAD} THEN '[{DECLINED}]'
         ELSE '[' || {{row}}.status || ']' END
"""
_SAME = " AND ".join(f"beside.{name} = wanted.{name}" for name in NUMBER if name != "area_code")
_FRACTION = " OR ".join(f"{name} <> trunc({name})" for name in ("wanted.value", "wanted.lower_95", "wanted.upper_95"))
_ROWS = f"""
    SELECT wanted.*, sources.title AS publication, sources.publisher, nations.area_name AS nation_name,
           beside.value AS national,
           {_INSTEAD.format(row="wanted")} AS instead, {_INSTEAD.format(row="beside")} AS national_instead,
           coalesce(bool_or({_FRACTION}) OVER alike, false) AS fractions
    FROM ({{wanted}}) AS wanted JOIN framework.metrics AS metrics ON metrics.metric_id = wanted.metric_id
    LEFT JOIN framework.sources AS sources ON sources.source = wanted.source
    LEFT JOIN framework.areas AS nations ON nations.area_code = nation_code
    LEFT JOIN framework.observations AS beside ON beside.area_code = nation_code AND {_SAME}
    WINDOW alike AS (PARTITION BY worksheet, wanted.statistic, wanted.unit)
    ORDER BY metrics.position, worksheet <> wanted.metric_id, NOT ({_LED}),
             {", ".join(f"wanted.{column}" for column in reversed(SERIES))},
             list_position({list(AREA_KINDS)}, wanted.area_kind), wanted.area_name, wanted.area_code,
             wanted.period_end, wanted.period_start
"""


def _observations(con: duckdb.DuckDBPyConnection, area_code: str | None) -> pd.DataFrame:
    """The rows of every worksheet of figures, in order.

    Columns: those of an observation; worksheet; publication and publisher; nation_name and national, the value beside
    it; instead and national_instead, what stands where a number is missing; fractions, whether numbers of its kind are
    not all whole.
    """
    if area_code is None:
        return con.execute(_ROWS.format(wanted=_OF_NATION)).df()
    return con.execute(_ROWS.format(wanted=_OF_AREA), {"england": ENGLAND, "area": area_code}).df()


def _limits(con: duckdb.DuckDBPyConnection, catalogue: pd.DataFrame) -> pd.DataFrame:
    """What each metric cannot say. How much of it is loaded, which is also a limit, the tables show themselves."""
    limits = con.execute("""
        SELECT * FROM framework.limits WHERE kind <> 'coverage'
        ORDER BY metric_id, kind, area_kind, breakdown, first_day, says
    """).df()
    titles = dict(catalogue["title"])
    return limits.assign(says=limits["says"].map(lambda text: words.plain(text, titles)))


# --- the worksheets ----------------------------------------------------------------------------------------


def _figures(catalogue: pd.DataFrame, rows: pd.DataFrame, limits: pd.DataFrame) -> Iterator[tuple[str, Sheet]]:
    """The worksheets of figures by name, in the order of the scorecard."""
    of_metric = defaultdict(list)
    for limit in limits.itertuples():
        of_metric[limit.metric_id].append(limit)
    for worksheet, found in rows.groupby("worksheet", sort=False):
        first = found.iloc[0]
        metric = catalogue.loc[first.metric_id]
        local = worksheet != metric.metric_id
        series = ", ".join(f"{OBSERVATION[name].heading.lower()} {metric[name]}" for name in reversed(SERIES))
        led = "comes first" if (first[SERIES] == metric[SERIES]).all() else "has no figure here"
        says = [f"The series that leads the metric {led}: {series}."]
        columns = _columns(found, OBSERVATION if local else SHOWN_AS_TEXT | NUMBERS | ABOUT)
        if "national" in columns:
            says.append(f"The national value is that of {first.nation_name}.")
        if pd.notna(metric.refused):
            says.append(f"Older figures may stand here: {metric.refused}")
        told = ["", *levels(first.area_kind)]
        says += [
            _limit(limit)
            for limit in of_metric[metric.metric_id]
            if local or (limit.area_kind in told and concerns(limit, first.area_code))
        ]
        place = "newest figures of every area" if local else f"{first.area_name} ({first.area_code})"
        yield (
            worksheet[:31],
            Sheet(
                f"{metric.title}: {place}",
                f"{metric.outcome}: {metric.tier} metric.",
                columns,
                _shown(found, columns),
                tuple(says),
                " ".join(_publications(found)),
                frozen=2 if local else 1,
            ),
        )


def _columns(rows: pd.DataFrame, columns: dict[str, Column]) -> dict[str, Column]:
    """Without those that hold nothing on this sheet."""
    empty = [name for name in NUMBERS if name != "value" and rows[name].isna().all()]
    empty += ["note"] if rows["note"].eq("").all() else []
    return {name: column for name, column in columns.items() if name not in empty}


def _shown(rows: pd.DataFrame, columns: dict[str, Column]) -> pd.DataFrame:
    """Observations as their cells show them: a number, or in its place the shorthand for why there is none."""
    said = {code: f"{meaning.partition(':')[0]} [{code}]" if code else meaning for code, meaning in STATUS.items()}
    absent = rows["value"].isna() & rows["status"].eq("")
    shown = {"status": rows["status"].map(said).mask(absent, DECLINED)}
    amounts = rows["statistic"].isin(["count", "quantity"])
    for name in NUMBERS.keys() & columns.keys():
        instead = rows["national_instead" if name == "national" else "instead"]
        if name in _OF_RATES:
            held = rows.groupby(["statistic", "unit"])[name].transform("count") > 0
            instead = instead.mask(amounts & ~held, "[z]")
        shown[name] = rows[name].astype(object).where(rows[name].notna(), instead)
    return rows.assign(**shown)


def _limit(limit: NamedTuple) -> str:
    """A limit in one sentence: break, from 1 April 2022: ..."""
    about = [limit.kind.capitalize(), limit.area_kind, limit.availability, limit.breakdown]
    days = [("from", limit.first_day), ("to", limit.last_day)]
    dated = " ".join(f"{word} {words.day(day)}" for word, day in days if pd.notna(day))
    return f"{', '.join(filter(None, [*about, dated]))}: {limit.says}"


def _publications(rows: pd.DataFrame) -> list[str]:
    """The publications that observations come from, a line each with the days of the releases."""
    used = rows[["publication", "publisher", "released"]].drop_duplicates().sort_values(["publication", "released"])
    days = defaultdict(list)
    for publication, publisher, released in used.itertuples(index=False):
        days[f"{publication} ({publisher})"].append(words.day(released))
    return [f"Source: {publication}, released {', '.join(of)}." for publication, of in days.items()]


_TERM = {"term": Column("Term", 34), "kind": Column("Kind", 16), "meaning": Column("Meaning", 90)}


def _notes() -> Sheet:
    reason = "no value, because this project declines to calculate it; the method says why"
    kinds = {
        "shorthand": {f"[{code}]": meaning for code, meaning in STATUS.items() if code} | {f"[{DECLINED}]": reason},
        "column": {column.heading: column.meaning or description(name) for name, column in OBSERVATION.items()},
        "statistic": STATISTICS,
        "kind of area": AREA_KINDS,
        "tier": TIERS,
        "direction": BETTER,
        "comparison": COMPARISONS,
        "level of area": LEVELS,
        "availability": {word: meaning for word, meaning in AVAILABILITY.items() if word},
    }
    rows = [(term, kind, meaning) for kind, meanings in kinds.items() for term, meaning in meanings.items()]
    return Sheet("Notes: shorthand and terms", "About this workbook.", _TERM, pd.DataFrame(rows, columns=list(_TERM)))


_METRIC = {"metric_id": Column("Metric", 36), "title": Column("Title", 44), "outcome": Column("Outcome", 36)}


def _metrics(catalogue: pd.DataFrame) -> Sheet:
    columns = {
        **_METRIC,
        "tier": Column("Tier", 13),
        "better": Column("Direction", 13),
        "definition": Column("Definition", 110),
    }
    return Sheet("Metrics: definitions and caveats", "About this workbook.", columns, catalogue)


def _missing(area: pd.Series | None, metrics: pd.DataFrame, limits: pd.DataFrame) -> Sheet:
    """The metrics without a worksheet, with the reason."""
    kind = "country" if area is None else area.area_kind
    told = [availability(limits[limits["metric_id"] == id_].itertuples(), kind) for id_ in metrics["metric_id"]]
    rows = metrics.reset_index(drop=True).join(pd.DataFrame(told, columns=["availability", "says"]))
    rows["availability"] = rows["availability"].replace("", "not read")
    absent = rows["reason"].where(~rows["loaded"], "the releases that are loaded have no figure for this area")
    rows["reason"] = absent.where(rows["availability"] == "published", rows["availability"].map(AVAILABILITY))
    if area is not None and area.area_code.startswith("W"):
        # What the limits say of a level is about the areas of England.
        only = [_BLANK, "England only in the files read", _BLANK]
        rows.loc[rows["england_only"], ["availability", "reason", "says"]] = only
    columns = {
        **_METRIC,
        "availability": Column("Availability", 16),
        "reason": Column("Why there is no figure", 44),
        "says": Column("What is published instead", 70),
    }
    return Sheet("Missing: metrics without figures here", "About this workbook.", columns, rows)


def _sources(con: duckdb.DuckDBPyConnection, rows: pd.DataFrame) -> Sheet:
    columns = {
        "source": Column("Source", 28),
        "title": Column("Publication", 50),
        "publisher": Column("Publisher", 28),
        "released": Column("Released", 13),
        "file": Column("File", 50),
        "sha256": Column("SHA-256 of the file", 70),
        "url": Column("Address", 60),
        "made_up": Column("Made up", 10),
    }
    releases = con.execute("""
        SELECT releases.*, title, publisher, if(sample, 'SAMPLE', 'no') AS made_up
        FROM framework.releases AS releases JOIN framework.sources USING (source) ORDER BY source, released
    """).df()
    used = releases.merge(rows[["source", "release_id"]].drop_duplicates())
    return Sheet("Sources: the releases that figures come from", "About this workbook.", columns, used)


def _cover(con: duckdb.DuckDBPyConnection, area: pd.Series | None, metrics: int, missing: int) -> list[str]:
    """What the edition holds, and where the rest is."""
    if area is None:
        holds = (
            "Worksheets named after a metric hold the whole time series of the nation, with every breakdown. Those "
            "whose names begin with areas_ hold the newest figures of every area, of the breakdown that leads the "
            "metric, or of all breakdowns where an area has none of that one."
        )
    else:
        holds = (
            "Worksheets named after a metric hold every figure of this area: the whole time series of every series. "
            "The value of England, or of the nation that the metric is about, stands beside it."
        )
    return [
        *_end(con, area),
        holds,
        f"{metrics - missing} of {metrics} metrics have figures here"
        + ("; the worksheet Missing says why the others have none." if missing else "."),
        "The worksheet Contents links to every worksheet, Notes explains shorthand and columns, Metrics says what each "
        "metric counts, Sources lists the files that the figures come from.",
        "Figures are those of the newest releases that are loaded. Cells show rounded numbers and hold all digits.",
        "All other areas, periods, breakdowns and earlier releases are in the published file, ncdof.duckdb, and in the "
        "CSV edition, which the command ncdof export csv writes.",
    ]


def _end(con: duckdb.DuckDBPyConnection, area: pd.Series | None) -> Iterator[str]:
    if area is None or pd.isna(area.end_date):
        return
    after = con.execute(
        "SELECT string_agg(area_name || ' (' || area_code || ')', ', ' ORDER BY area_code) FROM framework.areas "
        "WHERE list_contains(?, area_code)",
        [places.successor_codes(area.successors)],
    ).fetchone()[0]
    yield f"This area ended on {words.day(area.end_date)}{f' and was replaced by {after}' if after else ''}."


_CONTENTS = {"worksheet": Column("Worksheet", 36), "title": Column("What it holds", 90), "scope": Column("About", 70)}


def _contents(sheets: dict[str, Sheet]) -> Sheet:
    # gptables writes a mapping of a text to an address as a link.
    rows = [({name: f"internal:'{name}'!A1"}, sheet.title, sheet.scope) for name, sheet in sheets.items()]
    return Sheet("Contents", "About this workbook.", _CONTENTS, pd.DataFrame(rows, columns=list(_CONTENTS)))


# --- the file ----------------------------------------------------------------------------------------------


def _fill(
    book: GPWorkbook, title: str, says: list[str], about: list[str], sheets: dict[str, Sheet], sample: bool
) -> None:
    """Write the cover, the contents and every sheet; each says so where the figures are made up."""
    title, said = _marked(title, sample), [SAMPLE, *says] if sample else says
    cover = Cover(_cell(title), intro=list(map(_text, said)), about=list(map(_text, about)), width=110)
    page = book.add_worksheet(cover.cover_label)
    page.write_cover(cover)
    page.set_row(0, 21 * _lines(title, 70))
    _set_heights(page, 0, [[], [], *([line] for line in said), [], *([line] for line in about)], [cover.width])
    for name, sheet in {"Contents": _contents(sheets), **sheets}.items():
        table, widths = _table(name, sheet, sample), [column.width for column in sheet.columns.values()]
        page = book.add_worksheet(name)
        page.write_gptable(table, auto_width=False)
        for number, width in enumerate(widths):
            page.set_column(number, number, width)
        _set_heights(page, table.data_range[0], [table.table.columns, *table.table.itertuples(index=False)], widths)
        page.freeze_panes(0, sheet.frozen)


def _set_heights(page: GPWorksheet, first: int, rows: Iterable[Iterable], widths: list[int]) -> None:
    """Make room for texts of several lines, which Excel does by itself and others do not."""
    for number, cells in enumerate(rows, first):
        texts = ((cell, width) for cell, width in zip(cells, widths, strict=False) if isinstance(cell, str))
        lines = max((_lines(text, width) for text, width in texts if len(text) > width), default=1)
        if lines > 1:
            page.set_row(number, 16 * lines)


@lru_cache(10_000)
def _lines(text: str, width: int) -> int:
    return len(wrap(text, width))


def _theme() -> Theme:
    """That of the Analysis Function, with the cells of a row beginning on one line and not touching."""
    theme = deepcopy(gptheme)
    theme.update_data_format({"valign": "top", "indent": 1, "num_format": WHOLE})
    theme.update_column_heading_format({"indent": 1})
    return theme


def _marked(title: str, sample: bool) -> str:
    return f"SAMPLE. {title}" if sample else title


def _table(name: str, sheet: Sheet, sample: bool) -> GPTable:
    rows = sheet.rows[list(sheet.columns)].reset_index(drop=True)
    rows = rows.assign(**{day: rows[day].dt.date for day in rows.select_dtypes("datetime")}).astype(object)
    rows = rows.where(rows.notna(), _BLANK).map(lambda cell: _cell(cell) if isinstance(cell, str) else cell)
    table = GPTable(
        rows.set_axis([column.heading for column in sheet.columns.values()], axis="columns"),
        name,
        _text(_marked(sheet.title, sample)),
        scope=_text(sheet.scope),
        source=_text(f"{sheet.source} {CREDIT}".strip()),
        legend=[*([SAMPLE] if sample else []), *([] if name == "Contents" else [_BACK]), *map(_text, sheet.says)],
        index_columns={},
        additional_formatting=_formats(sheet),
    )
    table.set_instructions(
        f"This worksheet contains one table, which begins in cell A{table.data_range[0] + 1}. Shorthand in square "
        "brackets is explained in the worksheet Notes."
    )
    return table


def _formats(sheet: Sheet) -> list[dict]:
    """How numbers that are not whole and days look, in gptables' terms: row 0 is the heading."""
    formats = []
    fractions = sheet.rows["fractions"].to_numpy().nonzero()[0] if "fractions" in sheet.rows else []
    if len(fractions):
        formats.append({"row": {"rows": (fractions + 1).tolist(), "format": {"num_format": "#,##0.0##"}}})
    looks = dict.fromkeys(["numerator", "denominator"], WHOLE) | dict.fromkeys(
        sheet.rows.select_dtypes("datetime"), "yyyy-mm-dd"
    )
    return formats + [
        {"column": {"columns": [column.heading], "format": {"num_format": looks[name]}}}
        for name, column in sheet.columns.items()
        if name in looks
    ]


def _text(text: str) -> str | list[dict | str]:
    """A text as it stands, for the elements of a gptables object.

    gptables takes `[a](b)` for a link and `$$a$$` for a note, and refuses a cell without a letter or digit; it leaves
    the pieces of a formatted text alone. What a spreadsheet might take for a formula stays text when it is edited, too.
    """
    text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    pieces = re.split(r"(?<=\])(?=\()|(?<=\$)(?=\$)", text)
    looks = {"quote_prefix": True} if text.startswith(("=", "+", "-", "@", "\t")) else {}
    if len(pieces) == 1 and not looks and re.search("[a-zA-Z0-9]", text):
        return text
    return [part for piece in pieces for part in (looks, piece)] if text.strip() else _BLANK


def _cell(text: str) -> str | FormatList:
    """A text as it stands, for a cell of a table."""
    said = _text(text)
    return said if isinstance(said, str) else FormatList(said)
