"""The data dictionary and the method page, from what the declarations say; what anything means is said there."""

import inspect
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from types import ModuleType

import duckdb
import jinja2
from pandera.api.checks import Check

from pipeline import inventory, places, releases, sql
from pipeline.calculate import derived, metric, population, rates, statistics
from pipeline.calculate.metric import METRICS, Series
from pipeline.catalogue import hand_in
from pipeline.editions.limits import Limit
from pipeline.editions.tables import Table, codes_of, macros, tables
from pipeline.files import put
from pipeline.publish import catalogue, checks, part_files, published, queries, snapshot
from pipeline.publish.tables import TABLES
from pipeline.read import staging
from pipeline.read import tables as sheet_tables
from pipeline.read.source import SOURCES
from pipeline.records import typed
from pipeline.records.extract import EXTRACTS
from pipeline.releases import PROJECT
from schemas import dictionary, vocabulary
from schemas.dictionary import KEYS
from schemas.figure import Figure
from schemas.observation import NUMBER, Observation, description
from schemas.records.record import Record
from schemas.rules import Rules
from schemas.vocabulary import BETTER, CODES, LIMITS, OUTCOMES

DOCS = PROJECT / "docs"


def pages(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The text of each page by its name in `docs`."""
    jinja = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    jinja.globals |= {
        "said": _said,
        "text": _text,
        "anchor": _anchor,
        "code": _code,
        "linked": _linked,
        "macros": macros(con),
    }
    values = {"dictionary.md": _of_the_dictionary(tables(con)), "method.md": _of_the_method()}
    return {
        name: re.sub(r"\n{3,}", "\n\n", jinja.get_template(name).render(given)).rstrip() + "\n"
        for name, given in values.items()
    }


def main() -> None:
    """Write the pages anew from the published file of the data folder."""
    hand_in()
    with published.connect(inventory.data_folder()) as con:
        for name, text in pages(con).items():
            put(DOCS / name, text)


# --- the dictionary ----------------------------------------------------------------------------------------


def _of_the_dictionary(there: list[Table]) -> dict[str, object]:
    framework = [table for table in there if table.schema == "framework"]
    metric_table = next(table for table in there if table.name in METRICS)
    metrics = [METRICS[metric_id] for metric_id in catalogue.metrics()["metric_id"]]
    return {
        "outcomes": [
            {"id": outcome, "title": title, "metrics": [metric for metric in metrics if metric.outcome == outcome]}
            for outcome, title in OUTCOMES.items()
        ],
        "framework": framework,
        "metric_table": metric_table,
        "alike": [table for table in framework if table.columns == metric_table.columns],
        "sources": [SOURCES[source] for source in catalogue.sources()["source"]],
        "contract": lambda source: _contract(source.contract.__rules__),
        "records": _records(),
        "fields": _fields,
        "limits": _limits(),
        "code_lists": _code_lists(),
        "number": NUMBER,
        "keys": KEYS,
        "better": BETTER,
        "columns": _columns,
        "series": _series,
    }


def _columns(table: Table) -> str:
    """The columns of a table, as a table."""
    lines = ["| column | type | meaning |", "| --- | --- | --- |"]
    for name, column in table.columns.items():
        codes = codes_of(table.name, name)
        link = f"; one of [these](#{_anchor(_title_of(codes))})" if codes else ""
        lines.append(f"| `{name}` | {column.type} | {_text(column.about)}{link} |")
    return "\n".join(lines)


def _series(series: Series) -> str:
    whole = {"breakdown": series.breakdown, "sex": series.sex, "age": series.age}
    nation = places.areas().set_index("area_code")["area_name"][series.nation]
    parts = [f"{name} `{word}`" for name, word in whole.items()]
    return f"`{series.statistic}`, {series.unit}; {', '.join(parts)}; {nation}"


def _contract(rules: Rules) -> Iterator[str]:
    """What the contract of a source says that its releases hold, a sentence each."""
    for name, measure in rules.measures.items():
        said = [*measure.units]
        said += ["whole"] * measure.whole + ["no more than its base"] * measure.within_base
        said += [f"at most {measure.most:g}"] * (measure.most < float("inf"))
        said += [f"equal to {measure.share_of} in its base"] * bool(measure.share_of)
        said += [f"of the size of {measure.rate_of} by its unit"] * bool(measure.rate_of)
        said += [f"below zero only in {_code([measure.corrected])}"] * bool(measure.corrected)
        yield f"`{name}`: {', '.join(said)}"
    for kind, periods in rules.periods.items():
        without = f" but {', '.join(map(str, periods.without))}" if periods.without else ""
        every = f"every year{without}" if periods.every else "some years"
        yield f"periods: {kind.replace('_', ' ')}, none that ends before {periods.first}, {every}"
    for what, patterns in (("sexes", rules.sexes), ("ages", rules.ages), ("categories", rules.categories)):
        yield f"{what}: {_code(patterns)}"
    areas = rules.areas
    if areas.nations:
        yield f"areas: {', '.join(map(places.name, areas.nations))}"
    for what, levels in (
        ("of each there is all of", areas.levels),
        ("of each, where there is one, all of", areas.also),
    ):
        if levels and not areas.partial:
            yield f"{what}: {', '.join(levels)}"
    if areas.absent:
        yield f"may be absent: {'; '.join(areas.absent.values())}"
    if areas.others:
        yield f"beside areas: {_code(areas.others)}"
    if areas.partial:
        yield "nothing is known to be missing: a file covers what was asked of it"


def _records() -> dict[type[Record], list[str]]:
    """The contract of each table of records, with the sources that are counted from it."""
    counted = defaultdict(list)
    for source, extract in sorted(EXTRACTS.items()):
        for contract in extract.tables.values():
            counted[contract].append(source)
    return counted


def _fields(contract: type[Record]) -> str:
    """The fields of a record as a table, and below it what else must hold of one."""
    schema = contract.to_schema()
    lines = ["| field | type | must be | meaning |", "| --- | --- | --- | --- |"]
    first: dict[str, str] = {}
    for name, column in schema.columns.items():
        checks = [_asked(check) for check in column.checks]
        # A long list of codes stands once.
        checks = [f"a code of `{first[asked]}`" if len(asked) > 200 and asked in first else asked for asked in checks]
        first = dict.fromkeys(checks, name) | first
        asked = "; ".join([*checks, *["may be missing"] * column.nullable])
        lines.append(
            f"| `{name}` | {typed.NAMED[typed.kind_of(column)]} | {_text(asked)} | {_text(column.description)} |"
        )
    said = [f"- {check.error}" for check in schema.checks]
    return "\n".join([*lines, "", "A record is refused where", "", *said] if said else lines)


def _asked(check: Check) -> str:
    """What a check asks of a field."""
    match check.name, check.statistics:
        case "isin", {"allowed_values": codes}:
            return _code(codes)
        case "str_matches", {"pattern": pattern}:
            return f"like `{pattern}`"
        case "in_range", {"min_value": low, "max_value": high}:
            return f"{low} to {high}"
        case "str_length", {"min_value": least}:
            return f"of {least} character or more"
    return str(check.error)


def _limits() -> dict[str, list[str]]:
    """What each metric cannot say, as declared; what a build observes besides is left to the published file."""
    said = defaultdict(list)
    declared = TABLES["limits"].read()
    rows = declared.astype(object).where(declared.notna(), None)[list(Limit._fields)].itertuples(index=False, name=None)
    for limit in sorted((Limit(*row) for row in rows), key=lambda limit: list(LIMITS).index(limit.kind)):
        days = [f"{day:%-d %B %Y}" for day in (limit.first_day, limit.last_day) if day is not None]
        about = [
            limit.area_kind,
            limit.area_codes.replace(" ", ", "),
            f"`{limit.breakdown}`" if limit.breakdown else "",
            " to ".join(days),
        ]
        told = ", ".join(filter(None, [f"**{limit.kind}**", *about]))
        known = f" ({limit.availability})" if limit.availability else ""
        said[limit.metric_id].append(f"{told}{known}: {_text(limit.says)}")
    return said


def _code_lists() -> list[dict[str, object]]:
    lists = {_title_of(codes): codes for codes in CODES.values()}
    return [{"title": title, "words": codes} for title, codes in lists.items()]


def _title_of(codes: dict[str, str]) -> str:
    return _code(column for column, listed in CODES.items() if listed is codes)


# --- the method --------------------------------------------------------------------------------------------


def _of_the_method() -> dict[str, object]:
    modules = (
        checks,
        derived,
        inventory,
        rates,
        metric,
        part_files,
        population,
        releases,
        snapshot,
        staging,
        statistics,
        sheet_tables,
    )
    files = [statistics.MACROS, statistics.TRENDS, *sorted(queries.FOLDER.glob("*.sql"))]
    return {module.__name__.rpartition(".")[-1]: module for module in modules} | {
        "vocabulary": vocabulary,
        "dictionary": dictionary,
        "Figure": Figure,
        "Observation": Observation,
        "description": description,
        "reasons": _reasons,
        "sql": {statement.name: statement for file in files for statement in sql.statements(file)},
    }


def _reasons(*code: ModuleType | str) -> list[str]:
    """Why modules or SQL decline to calculate, in their order; what is decided only at publication is left out."""
    texts = (inspect.getsource(part) if isinstance(part, ModuleType) else part for part in code)
    found = (re.findall(r"'not calculated: ([^'{]+)'", text) for text in texts)
    return [reason for reason in dict.fromkeys(chain.from_iterable(found)) if reason != "before publication"]


# --- Markdown ----------------------------------------------------------------------------------------------


def _said(declared: object, first: int = 0, last: int | None = None) -> str:
    """Paragraphs of what a module, class or function says of itself, each in one line, and its lists; or of a text."""
    said = declared if isinstance(declared, str) else inspect.getdoc(declared) or ""
    paragraphs = said.split("\n\n")[first:last]
    return "\n\n".join(text if text.startswith("- ") else " ".join(text.split()) for text in paragraphs)


def _text(text: str) -> str:
    """A text in one line that Markdown shows as it is, but for code in backticks."""
    parts = " ".join(text.split()).split("`")
    parts[::2] = [re.sub(r"(<(?=[a-z/!])|\*|\b_|_\b)", r"\\\1", part) for part in parts[::2]]
    return "`".join(parts).replace("|", r"\|")


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _linked(names: Iterable[str]) -> str:
    return ", ".join(f"[`{name}`](#{name})" for name in names)


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


if __name__ == "__main__":
    main()
