"""The extracts of data.police.uk, record by record; what police forces count themselves is the Home Office's."""

import re
from collections.abc import Iterator
from glob import escape

import duckdb
import pandas as pd

from pipeline import naming
from pipeline.fetch.police import PoliceArchive
from pipeline.read import periods
from pipeline.read.labels import heading
from pipeline.read.opening import Refused
from pipeline.read.records import take_in_others
from pipeline.read.source import source
from pipeline.read.tabular import require_silent
from pipeline.read.workbook import Workbook
from schemas.police import PoliceStreetCrime

WITHOUT_TERRITORY = {"british-transport-police", "police-service-of-northern-ireland"}

# Every record counts: the many exact duplicates are crimes of one place and month, and many carry no id.
STREET_CRIMES = """
    WITH records AS (
        SELECT number, nullif(trim("Month"), '') AS month, nullif(trim("Reported by"), '') AS force,
               nullif(regexp_replace(lower(trim("Crime type")), ' +', ' ', 'g'), '') AS crime_type,
               nullif(trim({crime_id}), '') AS crime_id
        FROM {printed}
        WHERE trim(concat(*COLUMNS(* EXCLUDE number))) <> ''  -- records of commas, below the last one
    )
    SELECT month, force, crime_type AS category, 'street-level crimes' AS measure, 'crimes' AS unit, '' AS status,
           CAST(count(*) AS DOUBLE) AS value, count(crime_id) AS with_id, count(DISTINCT crime_id) AS ids,
           'row ' || min(number) || ', Crime type (first of ' || count(*) || ' rows)' AS cell
    FROM records
    WHERE month IS DISTINCT FROM 'Month'  -- the heading of a file laid after another
    GROUP BY month, force, crime_type
    ORDER BY min(number)
"""
# Crimes without an id are told from each other by all that is said of them.
REPEATED = """
    SELECT force FROM (
        SELECT trim("Reported by") AS force, hash({columns}), count(*) AS times
        FROM {printed}
        WHERE nullif(trim({crime_id}), '') IS NULL AND "Month" <> 'Month'
        GROUP BY ALL
    )
    GROUP BY force
    HAVING count(*) >= {several} AND min(times) > 1
"""
# In a file that is sorted records of one place follow each other, so that runs of a few kinds of them recur.
PASTED = """
    WITH told AS (SELECT number, hash({columns}) AS record FROM {printed}),
    again AS (FROM told QUALIFY count(*) OVER (PARTITION BY record) > 1),
    runs AS (
        SELECT number, list(record) OVER following AS run, max(number) OVER following AS until
        FROM again
        WINDOW following AS (ORDER BY number ROWS BETWEEN CURRENT ROW AND {several} - 1 FOLLOWING)
    )
    SELECT min(number), max(number)
    FROM runs
    WHERE until = number + {several} - 1 AND len(list_distinct(run)) >= {several} / 2
    GROUP BY run
    HAVING count(*) > 1
    ORDER BY ALL
    LIMIT 1
"""
WELL_FORMED = """(
    SELECT row_number() OVER () + 1 AS number, *
    FROM read_csv($path, header = true, all_varchar = true, delim = ',', quote = '"', strict_mode = true)
)"""
OF_LINES = "FROM {printed} WHERE regexp_matches(concat(*COLUMNS(* EXCLUDE number)), '[\\r\\n]')"
KNOWN = (
    r"number|crime id|month|reported by|falls within|longitude|latitude|location|lsoa (?:code|name)|crime type"
    r"|last outcome category|context"
)
# What counts the crimes of a row, and not the rows.
COUNTED = (
    r"(?!(?:row|record)[ _])"
    r"(?:n|freq\w*|totals?|(?:.*[ _])?(?:counts?|number|crimes|offences|incidents|records)(?:[ _]of[ _].*)?)"
)
# Of so many crimes with an id some stand twice, and not all.
_SEVERAL = 12
# So many records do not recur in one order by chance.
_IN_ORDER = 10


def area_of_force(force: str) -> str | None:
    """The code of a force that calls itself "Police", "Constabulary" or "Police Service", or its words."""
    if (words := naming.slug(force)) in WITHOUT_TERRITORY:
        return words
    without_service = re.sub(r" Service$", "", force)
    names = (without_service, re.sub(r" (Police|Constabulary)$", "", without_service))
    return next(filter(None, (naming.code_for(name, ("police_force_area",)) for name in names)), None)


def _month(text: str) -> periods.Period | None:
    found = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text)
    return periods.months(int(found[2]), int(found[2]), int(found[1])) if found else None


@source(
    publisher="data.police.uk",
    formats="csv",
    contract=PoliceStreetCrime,
    members=r".*-street\.csv",
    counts_records=True,
    since=2011,
    editions=PoliceArchive(),
)
def police_street_crime(book: Workbook) -> Iterator[pd.DataFrame]:
    """Street-level crime.

    One record a crime or incident of anti-social behaviour; a release is the archive of a month, which revises the
    months before, or files of it, each one or more months of one or more forces, whose files may be laid after one
    another with their headings. Of an archive the street files are read. Counted here by force, month and crime type,
    with one SQL text; a cell names the first record and how many were counted. Anti-social behaviour and the British
    Transport Police have no Crime ID, exact duplicates are real, some records have no place and some lie in another
    nation, so nothing but the force is read of the place. Crimes are anonymised, and months are missing for some forces
    (all since 2019 for Greater Manchester): the counts are not recorded crime and never add to it.
    Proved on three real files of January 2024: City of London, Cleveland and the British Transport Police.
    """
    if book.format != "csv":
        raise Refused(f"{book.name} is a workbook ({book.format}), not a CSV file")
    with duckdb.connect(config={"threads": 1, "memory_limit": "1GB"}) as con:
        try:
            path = {"path": escape(str(book.path))}
            counts = _counted(con, book.name, WELL_FORMED, path)
        except duckdb.Error:
            # A program that saved the file again may have left more fields, or another encoding, than DuckDB takes.
            printed = book.records().require("Month", "Reported by", "Crime type").frame
            con.register("printed", printed.rename_axis("number").reset_index())
            counts = _counted(con, book.name, "printed")
    for column, what in {"month": "month", "force": "police force", "category": "crime type"}.items():
        if (missing := counts[column].isna()).any():
            raise Refused(f"{book.name}, {counts['cell'][missing].iloc[0]}: no {what}")
    codes = {force: area_of_force(force) for force in counts["force"].unique()}
    if None in codes.values():
        unknown = [force for force, code in codes.items() if code is None]
        raise Refused(f"{book.name}: no police force is called {', '.join(unknown)}")
    months = {month: _month(month) for month in counts["month"].unique()}
    if None in months.values():
        unknown = [month for month, period in months.items() if period is None]
        raise Refused(f"{book.name}: {', '.join(unknown)} is no month such as 2024-01")
    counts["area_code"], counts["area_label"] = counts["force"].map(codes), counts["force"]
    yield counts.assign(period=counts["month"].map(months)).drop(columns=["force", "month"])


def _counted(
    con: duckdb.DuckDBPyConnection, file: str, printed: str, path: dict[str, str] | None = None
) -> pd.DataFrame:
    """How many records there are of each month, force and crime type; refused where some of them stand twice."""
    there = [name for name, *_ in con.execute(f"DESCRIBE FROM {printed}", path).fetchall()]
    for number, *fields in [("1", *there[1:]), *con.execute(OF_LINES.format(printed=printed), path).fetchall()]:
        if why := take_in_others(fields, ","):
            raise Refused(f"{file}: row {number}: {why}")
    for name in ("month", "reported by", "crime type"):
        if len(twice := [other for other in there if re.fullmatch(rf"{name}(_\d+)?", other.lower().strip())]) > 1:
            raise Refused(f"{file}: the columns {' and '.join(twice)} mean the same")
    crime_id = '"Crime ID"' if "Crime ID" in there else "NULL"
    counts = con.execute(STREET_CRIMES.format(printed=printed, crime_id=crime_id), path).df()
    known = {name: bool(re.fullmatch(KNOWN, name.lower().strip())) for name in there}
    quoted = {name: '"' + name.replace('"', '""') + '"' for name in there}
    columns = ", ".join(quoted[name] for name in there if known[name] and name != "number")
    found = counts.groupby("force", dropna=False)[["with_id", "ids"]].sum()
    if (twice := (found["with_id"] >= _SEVERAL) & (found["with_id"] >= 2 * found["ids"])).any():
        raise Refused(f"{file}: all crimes of {found.index[twice][0]} stand twice")
    repeated = REPEATED.format(printed=printed, crime_id=crime_id, columns=columns, several=_SEVERAL)
    for (force,) in con.execute(repeated, path).fetchall():
        raise Refused(f"{file}: all crimes of {force} that have no id stand twice")
    pasted = PASTED.format(printed=printed, columns=columns, several=_IN_ORDER)
    for first, again in con.execute(pasted, path).fetchall():
        raise Refused(f"{file}: the records from row {first} on stand again in the same order from row {again} on")
    for name in there:
        if not known[name]:
            texts = con.execute(f"SELECT DISTINCT trim({quoted[name]}) FROM {printed} LIMIT 1000", path).fetchall()
            said = [text or "" for (text,) in texts]
            require_silent(lambda why: Refused(f"{file}: {why}"), name, [heading(name)], said)
            if re.fullmatch(COUNTED, heading(name)) and any(said):
                raise Refused(f"{file}: the column {name} counts crimes, so that a row is no record of one")
    return counts.drop(columns=["with_id", "ids"])
