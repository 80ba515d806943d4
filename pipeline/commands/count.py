"""`ncdof count`: records counted where they lie, under disclosure control, into a release of figures."""

from typing import Annotated

import typer

from pipeline.commands.terminal import DATA, Data, building, busy, day_in, err, fail, out, plainly, years_in
from pipeline.read.opening import Refused
from pipeline.records import counting, disclosure, engines, release
from pipeline.records.extract import EXTRACTS, Extract

FIRST_YEAR = 2010


def count(
    source: Annotated[str, typer.Argument(help="Id of a source of records, as `ncdof sources` lists them.")],
    where: Annotated[
        list[str],
        typer.Argument(metavar="[TABLE=]PLACE...", help="File, folder or address of each table of records."),
    ],
    released: Annotated[str, typer.Option(help="Day that the figures are released: YYYY-MM-DD.")],
    years: Annotated[str | None, typer.Option(help="Only periods that end in these years: 2021 or 2015-2023.")] = None,
    engine: Annotated[str, typer.Option(help="duckdb, here; or spark.")] = "duckdb",
    spark: Annotated[
        str, typer.Option(envvar="NCDOF_SPARK", help="Spark by address: local[*], spark://host:7077, sc://host:15002.")
    ] = "local[*]",
    data: Data = DATA,
) -> None:
    """Count records where they lie, and keep the figures.

    The figures are a release beside those of publishers. The records stay where they are, and each must keep its
    contract. What leaves is a file of figures for each year: small counts hidden and others rounded, so that
    nobody can be found in them, also not by the releases before.
    """
    with plainly():
        if source not in EXTRACTS:
            fail(f"no source of records is called {source!r}: there are {', '.join(EXTRACTS)}")
        extract = EXTRACTS[source]
        day = day_in(released)
        lies = _by_table(extract, where)
        wanted = years_in(years) or release.years_until(extract, FIRST_YEAR, day)
        try:
            with busy("counting records"), engines.started(engine, spark) as running:
                seen = counting.released(data, extract, running, lies, wanted, day)
        except Refused as error:
            err.print(f"refused: {error}", soft_wrap=True, style="red")
            raise typer.Exit(1) from error
        except disclosure.Unprotected as error:
            fail(f"{source} cannot be released: nothing would hide {error}")
    hidden = int((seen["status"] == "c").sum())
    out.print(f"{source} {day}: {len(seen):,} counts, {hidden:,} of them hidden ({extract.rule.name})", soft_wrap=True)
    out.print(f"{building(data)} takes it into the marts", soft_wrap=True)


def _by_table(extract: Extract, where: list[str]) -> dict[str, str]:
    """Where each table of records lies."""
    tables = [*extract.tables]
    if len(tables) == 1 and len(where) == 1 and not where[0].startswith(f"{tables[0]}="):
        return {tables[0]: where[0]}
    named = dict(one.split("=", 1) for one in where if "=" in one)
    if len(named) < len(where) or named.keys() != set(tables):
        fail(f"{extract.id} is counted from {', '.join(tables)}: give each as {tables[0]}=PLACE")
    return named
