"""The program `ncdof`: its verbs, what they print and how they end; what they do is in build and questions."""

import contextlib
import json
import logging
import os
import sys
import webbrowser
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated

import duckdb
import pandas as pd
import typer
from rich.console import Console
from rich.panel import Panel
from rich.progress import Progress
from rich.table import Table

from pipeline import build, marts, places, questions, releases, staging
from pipeline.editions import words
from pipeline.metric import METRICS
from pipeline.source import SOURCES
from pipeline.workbook import Refused
from schemas import dictionary
from schemas.vocabulary import OUTCOMES

app = typer.Typer(
    help="Published UK drug statistics, made into one trustworthy set of marts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
export_app = typer.Typer(help="Write an edition of the published file.", no_args_is_help=True)
app.add_typer(export_app, name="export")
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

Data = Annotated[
    Path, typer.Option("--data", envvar="NCDOF_DATA", help="Folder of everything read and made.", show_default=True)
]
DATA = Path("data")
SAMPLE = f"{dictionary.SAMPLE} Add publishers' files with `ncdof add` to replace them."


def fail(sentence: object) -> None:
    """End with bad usage: one plain sentence, exit status 2."""
    err.print(f"ncdof: {sentence}", markup=False, soft_wrap=True)
    raise typer.Exit(2)


@contextlib.contextmanager
def plainly() -> Iterator[None]:
    """Errors that a user can do something about, in one sentence each."""
    try:
        yield
    except (questions.Unanswerable, LookupError, ValueError, OSError) as error:
        fail(error.args[0] if error.args and not isinstance(error, OSError) else error)
    except duckdb.Error as error:
        fail(str(error).split("\n\n")[0])


class _Progress(logging.Handler):
    """Shows each step of a build on the terminal as it happens, and nothing where there is none."""

    def __init__(self, status):
        super().__init__()
        self.status = status

    def emit(self, record: logging.LogRecord) -> None:
        self.status.update(record.getMessage())


@contextlib.contextmanager
def progress(first: str) -> Iterator[None]:
    with err.status(first) as status:
        handler = _Progress(status)
        build.log.addHandler(handler)
        build.log.setLevel(logging.INFO)
        try:
            yield
        finally:
            build.log.removeHandler(handler)


def _years(text: str | None) -> range | None:
    if text is None:
        return None
    first, _, last = text.partition("-")
    if not (first.isdigit() and (last or first).isdigit()) or int(first) > int(last or first):
        fail(f"--years takes a year or a range such as 2015-2023, not {text!r}")
    return range(int(first), int(last or first) + 1)


# --- building ----------------------------------------------------------------------------------------------


@app.command("build")
def build_(
    years: Annotated[str | None, typer.Option(help="Only these years: 2021 or 2015-2023.")] = None,
    metric: Annotated[list[str] | None, typer.Option(help="Only this metric; may be given several times.")] = None,
    data: Data = DATA,
) -> None:
    """Build everything needed and nothing more; ends with the scorecard.

    Reads releases that are new in data/raw, calculates the years they touch, checks, and swaps in the published file.
    Ends with 1 when a release was refused or a metric failed: the rest is built, and the last good figures stay.
    """
    os.environ["NCDOF_DATA"] = str(data)
    wanted_years = _years(years)
    with plainly():
        for metric_id in metric or []:
            questions.metric_called(metric_id)
        report = build.Report()
        failures = _materialise(data, metric or list(METRICS), wanted_years, report)
        refused = build.refused(data)
    for release, reason in refused.items():
        err.print(f"refused: {release.source} {release.released}: {reason}", markup=False, soft_wrap=True, style="red")
    for failure in failures:
        err.print(f"failed: {failure}", markup=False, soft_wrap=True, style="red")
    if failures:
        err.print("What failed is left as it was in the published file.", style="red")
    if marts.published(data).exists():
        with plainly(), questions.connect(data) as con:
            _scorecard(con)
            _summary(con, report)
    raise typer.Exit(1 if refused or failures else 0)


def _materialise(data: Path, metrics: list[str], years: range | None, report: build.Report) -> list[str]:
    """Read what is new, then calculate what that made stale and publish; what failed, one sentence each."""
    failures = []
    with progress("looking for what is new"):
        if new := build.to_stage(data):
            from pipeline import graph  # importing Dagster takes longer than finding that there is nothing to do

            failures += graph.materialise({release.source for release in new}, report)
        available = build.staged(data)
        stale = build.to_calculate(data, available, metrics, years)
        if stale or build.to_publish(data, available):
            from pipeline import graph

            failures += graph.materialise([*stale, graph.PUBLISHED], report, sorted(set().union(*stale.values())))
    return failures


def _summary(con: duckdb.DuckDBPyConnection, report: build.Report) -> None:
    rows, figures = con.execute("SELECT count(*), count(DISTINCT metric_id) FROM framework.history").fetchone()
    findings = con.execute("SELECT severity, count(*) FROM framework.checks WHERE NOT passed GROUP BY ALL").fetchall()
    done = (
        f"{len(report.staged)} releases read, {sum(map(len, report.calculated.values()))} metric years calculated"
        if report.changed
        else "nothing to do"
    )
    out.print(f"{done}; {rows:,} observations of {figures} metrics published", soft_wrap=True)
    for severity, number in findings:
        out.print(f'{number} {severity}s: ncdof query "FROM framework.checks WHERE NOT passed"', soft_wrap=True)


@app.command()
def add(
    source: Annotated[str, typer.Argument(help="Source id, as `ncdof sources` lists them.")],
    file: Annotated[Path, typer.Argument(help="The publisher's file, as downloaded.")],
    released: Annotated[str, typer.Option(help="Day the publisher released it: YYYY-MM-DD.")],
    url: Annotated[str, typer.Option(help="Address it came from.")] = "",
    replace: Annotated[bool, typer.Option("--replace", help="Replace other bytes known for that day.")] = False,
    data: Data = DATA,
) -> None:
    """Take a publisher's file into data/raw, once it is proved that it can be read.

    The file is read in full; one that cannot be read right is refused with the reason, and nothing is left behind.
    """
    with plainly():
        if source not in SOURCES:
            fail(f"no source is called {source!r}; `ncdof sources` lists them")
        if not file.is_file():
            fail(f"{file} is not a file")
        try:
            day = date.fromisoformat(released)
        except ValueError:
            fail(f"--released takes a day such as 2022-08-03, not {released!r}")
        there = {release.released: release for release in releases.of_source(data, source)}
        sha256 = releases.checksum(file)
        if same := [release for release in there.values() if release.sha256 == sha256]:
            out.print(f"{source} {same[0].released}: the same bytes are already there, nothing to do")
            return
        known = there.get(day)
        if known and not replace:
            fail(
                f"{source} already has other bytes for {day} ({known.path.name}); give the day of the new release, "
                "or --replace if the first file was wrong"
            )
        with err.status(f"reading {file.name}"):
            try:
                staging.prove(releases.Release(source, day, file.resolve(), sha256, False))
            except Refused as error:
                err.print(f"refused: {error}", markup=False, soft_wrap=True, style="red")
                raise typer.Exit(1) from error
        release = releases.store(data, source, file, day, url)
    out.print(
        f"{source} {day}: {release.path} ({release.release_id}); `ncdof build` takes it into the marts", soft_wrap=True
    )


# --- asking ------------------------------------------------------------------------------------------------


@app.command()
def status(data: Data = DATA) -> None:
    """Show what is read and built: releases by source, years by metric."""
    with plainly():
        by_source, by_metric = questions.source_status(data), questions.metric_status(data)
        sample = any(release.sample for release in build.known_releases(data))
    if sample:
        out.print(SAMPLE, style="bold yellow")
    table = Table("source", "released", "years", "state", "file", box=None, header_style="bold")
    for row in by_source.itertuples():
        colour = {"read": "green", "refused": "red"}.get(row.state, "yellow")
        table.add_row(row.source, str(row.released or ""), row.years, f"[{colour}]{row.state}", row.file)
        if row.reason:
            table.add_row("", "", "", "", f"[red]{row.reason}")
    out.print(table)
    out.print()
    marks = {"present": "[green]█", "newer available": "[yellow]▒", "missing": "[red]·", "empty": " "}
    years = sorted(by_metric["year"].unique())
    table = Table("metric", "years", box=None, header_style="bold")
    for metric_id, rows in by_metric.groupby("metric", sort=False):
        states = dict(zip(rows["year"], rows["state"], strict=True))
        table.add_row(metric_id, "".join(marks.get(states.get(year), " ") for year in years))
    if years:
        table.add_row("", f"{years[0]} to {years[-1]}: █ present  ▒ newer available  · missing")
    out.print(table)


@app.command()
def query(
    sql: Annotated[str, typer.Argument(help="A query on the published file, read-only.")],
    format: Annotated[str, typer.Option(help="table, csv or json.")] = "table",
    data: Data = DATA,
) -> None:
    """Put a query to the published file.

    ncdof query "SELECT area_name, value FROM framework.latest WHERE metric_id = 'drug_misuse_deaths'"
    """
    if format not in ("table", "csv", "json"):
        fail(f"--format takes table, csv or json, not {format!r}")
    with plainly(), questions.connect(data) as con:
        con.execute("SET enable_external_access = false")
        sample = questions.is_sample(con)
        frame = con.execute(sql).df()
    if sample:
        err.print(SAMPLE, style="bold yellow", soft_wrap=True)
    if format == "csv":
        sys.stdout.write(frame.to_csv(index=False))
    elif format == "json":
        rows = frame.astype(object).where(frame.notna(), None).to_dict(orient="records")
        sys.stdout.write(json.dumps(rows, indent=1, default=_plain) + "\n")
    else:
        out.print(_table(frame))


def _plain(value: object) -> object:
    """What JSON has no word for: days and the like as text, arrays as lists."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value.tolist() if hasattr(value, "tolist") else str(value)


def _table(frame: pd.DataFrame, most: int = 100) -> Table:
    shown = frame.head(most)
    more = f"{len(frame):,} rows" if len(frame) <= most else f"the first {most} of {len(frame):,} rows"
    table = Table(*map(str, frame.columns), box=None, header_style="bold", caption=more, caption_justify="left")
    for row in shown.itertuples(index=False):
        table.add_row(*(_cell(value) for value in row))
    return table


def _cell(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        return "" if pd.isna(value) else f"{value:,.0f}" if value == round(value) else f"{value:,.4g}"
    return "" if value is None or value is pd.NaT else str(value).replace("[", r"\[")


@app.command()
def explain(
    metric: Annotated[str, typer.Argument(help="Metric id, as `ncdof metrics` lists them.")],
    area: Annotated[str, typer.Option(help="Area by code or name: E06000047, Darlington.")],
    year: Annotated[int, typer.Option(help="Calendar year in which the period ends.")],
    breakdown: Annotated[str | None, typer.Option(help="Part of the metric; else the one it is led by.")] = None,
    data: Data = DATA,
) -> None:
    """Show where a value comes from: formula, inputs, file, checksum, sheet and cell, earlier vintages."""
    with plainly(), questions.connect(data) as con:
        found = questions.explain(con, metric, area, year, breakdown)
        sample = questions.is_sample(con)
    if sample:
        out.print(SAMPLE, style="bold yellow")
    declared = METRICS[metric]
    out.print(f"[bold]{declared.title}[/bold]\n{found.area_name} ({found.area_code}), {year}")
    if found.remark:
        out.print(found.remark, style="yellow")
    for row in found.values.itertuples():
        lines = [f"[bold]{_number(row)}[/bold]", f"method    {row.method}"]
        if pd.notna(getattr(row, "numerator", None)) or pd.notna(getattr(row, "denominator", None)):
            lines.append(f"inputs    numerator {_cell(row.numerator)}, denominator {_cell(row.denominator)}")
        if getattr(row, "note", ""):
            lines.append(f"note      {row.note}".replace("[", r"\["))
        if getattr(row, "trend", ""):
            lines.append(f"compared  {row.compared_to_england} (England); trend: {row.trend}")
        lines += [
            f"cell      [bold]{row.cell}[/bold]",
            f"file      {row.file}",
            f"source    {row.source}, released {row.released:%Y-%m-%d}",
            f"sha256    {row.sha256}",
        ]
        if row.url:
            lines.append(f"address   {row.url}")
        out.print(Panel("\n".join(lines), title=f"{row.period} · {row.statistic} · {row.unit}", title_align="left"))
    earlier = found.vintages
    repeated = earlier.duplicated(["period", "statistic", "unit"], keep=False) if len(earlier) else []
    if len(earlier) and repeated.any():
        out.print("Every vintage of these values:")
        out.print(
            _table(earlier[repeated][["period", "statistic", "unit", "value", "status", "source", "released", "cell"]])
        )


def _number(row) -> str:
    if pd.isna(row.value):
        return f"no value: {words.missing(row.status, row.method)}".replace("[", r"\[")
    low, high = getattr(row, "lower_95", None), getattr(row, "upper_95", None)
    interval = f" ({_cell(low)} to {_cell(high)})" if pd.notna(low) and pd.notna(high) else ""
    return f"{_cell(row.value)}{interval} {row.unit}{f' [{row.status}]' if row.status else ''}".replace("[", r"\[")


@app.command()
def diff(
    metric: Annotated[str, typer.Argument(help="Metric id, as `ncdof metrics` lists them.")],
    from_: Annotated[str | None, typer.Option("--from", help="What was known on this day: YYYY-MM-DD.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="And on this day; else the newest release.")] = None,
    data: Data = DATA,
) -> None:
    """Show what a release changed: numbers that are new, changed or gone."""
    with plainly(), questions.connect(data) as con:
        days = [date.fromisoformat(day) if day else None for day in (from_, to)]
        found = questions.diff(con, metric, *days)
        sample = questions.is_sample(con)
    if sample:
        out.print(SAMPLE, style="bold yellow")
    counts = found.changes["change"].value_counts()
    said = ", ".join(f"{counts.get(kind, 0):,} {kind}" for kind in ("changed", "new", "gone"))
    out.print(f"[bold]{metric}[/bold], known on {found.before} and on {found.after}: {said}")
    changed = found.changes[found.changes["change"] == "changed"]
    if len(changed):
        columns = ["area_name", "period", "breakdown", "sex", "statistic", "old_value", "new_value", "difference"]
        out.print(_table(changed[columns], most=25))


@app.command()
def sources() -> None:
    """List the publications that are read, with the ids that `ncdof add` takes."""
    table = Table("source", "publisher", "formats", "publication", box=None, header_style="bold")
    for declared in sorted(SOURCES.values(), key=lambda source: source.id):
        table.add_row(declared.id, declared.publisher, declared.formats, declared.title)
    out.print(table)


@app.command()
def metrics() -> None:
    """List the metrics by outcome, with their sources."""
    table = Table("metric", "tier", "title", "sources", box=None, header_style="bold")
    for row in build.catalogue().itertuples():
        table.add_row(row.metric_id, row.tier, row.title, ", ".join(row.sources))
    out.print(table)


ARROWS = {
    "up": "▲",
    "down": "▼",
    "no change": "=",
    "no clear change": "≈",
    "not compared": "≠",
    "no earlier figure to compare with": "",
}
LEGEND = "▲ up  ▼ down  = no change  ≈ within their intervals  ≠ not comparable with the one before"
# Shown from the left as far as the terminal is wide; the first four fit 80 columns.
COLUMNS = {
    "metric": 34,
    "value": 20,
    "period": 12,
    "change": 8,
    "age": 10,
    "before": 22,
    "interval": 20,
    "target": 28,
    "five-year trend": 28,
}


def _scorecard(con: duckdb.DuckDBPyConnection) -> None:
    """A line or two a metric under its outcome; a wide terminal also shows age, interval, target and trend."""
    if questions.is_sample(con):
        out.print(SAMPLE, style="bold yellow", soft_wrap=True)
    frame = con.execute("SELECT * FROM framework.scorecard").df()
    notes: dict[str, str] = {}
    room, shown = out.width, {}
    for name, width in COLUMNS.items():
        if (room := room - width - 2) >= -2:
            shown[name] = width
    heading = True
    for outcome, rows in frame.groupby("outcome_id", sort=False):
        out.print(f"\n[bold]{OUTCOMES[outcome]}")
        table = Table(box=None, show_header=heading, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
        for name, width in shown.items():
            table.add_column(name, width=width, overflow="fold", justify="right" if name == "value" else "left")
        for row in rows.itertuples():
            cells = _scorecard_cells(row, notes)
            table.add_row(*(cells.get(name, "") for name in shown), style="" if row.tier == "headline" else "dim")
        out.print(table)
        heading = False
    out.print(f"\n{LEGEND}", style="dim", soft_wrap=True)
    if left_out := [name for name in COLUMNS if name not in shown]:
        out.print(f"A wider terminal also shows: {', '.join(left_out)}", style="dim", soft_wrap=True)
    for reason, letter in notes.items():
        out.print(f"({letter}) {reason}", markup=False, soft_wrap=True)


def _scorecard_cells(row, notes: dict[str, str]) -> dict[str, str]:
    """What is said of a metric, by column; `notes` gathers the reasons for blanks under their letters."""

    def noted(reason: str) -> str:
        return f" ({notes.setdefault(reason, chr(97 + len(notes)))})"

    refused = noted(f"older figures may stand here: {row.refused}") if pd.notna(row.refused) else ""
    if pd.isna(row.value):
        reason = f"no figure{noted(words.declined(row.reason))}{refused}"
        return {"metric": row.metric_id, "value": reason, "target": _target(row)}
    newer = noted(row.reason) if row.reason else ""
    area = "" if row.area_name == "England" else row.area_name
    about = "; ".join(filter(None, [area, words.series(row.breakdown, row.sex, row.age)]))
    metric = f"{row.metric_id}\n  [italic]{about}[/italic]" if about else row.metric_id
    change, _, why = row.change_in_words.partition(": ")
    direction, _, judged = change.partition(", ")
    before = f"from {words.number(row.previous)} ({row.previous_period})" if pd.notna(row.previous) else ""
    colour = {"better": "green", "worse": "red"}.get(judged, "default")
    months = round((pd.Timestamp.today() - row.period_end).days / 30.44)
    return {
        "metric": metric,
        "value": f"{row.qualifier} {words.number(row.value)} {row.unit}{newer}{refused}".strip(),
        "period": row.period,
        "change": f"[{colour}]{ARROWS[direction]} {judged}",
        "age": f"{months} months",
        "before": f"{before}: {why}" if why else before,
        "interval": f"({words.number(row.lower_95)} to {words.number(row.upper_95)})" if pd.notna(row.lower_95) else "",
        "target": _target(row),
        "five-year trend": words.declined(row.trend),
    }


def _target(row) -> str:
    """The target with what it is elsewhere, else the baseline; and the metric of the strategy that tracks one."""
    stated = {
        "target": words.Number(
            row.target, row.target_unit, printed=row.target_qualifier, remark=words.unverified(row.target_note)
        ),
        "target printed elsewhere": words.Number(row.target_elsewhere, row.target_unit),
        "baseline": words.Number(row.baseline, row.unit),
    }
    line = words.Number(row.on_line, "percent") if pd.notna(row.on_line) else None
    said = words.text(words.target({name: one for name, one in stated.items() if pd.notna(one.value)}, on_line=line))
    return "; ".join(filter(None, [said, f"see {row.tracked_by}" if pd.notna(row.tracked_by) else ""]))


# --- editions ----------------------------------------------------------------------------------------------


def _say_written(what: object, data: Path) -> None:
    """Name what was written, and say so where its figures are made up."""
    with plainly(), questions.connect(data) as con:
        if questions.is_sample(con):
            out.print(SAMPLE, style="bold yellow", soft_wrap=True)
    out.print(what, markup=False, soft_wrap=True)


@export_app.command("csv")
def export_csv(
    to: Annotated[Path | None, typer.Option(help="Folder to write; else exports/csv of the data folder.")] = None,
    data: Data = DATA,
) -> None:
    """Write a CSV file for each table, described for Frictionless (datapackage.json) and CSVW (csv-metadata.json).

    The folder is replaced whole. One that holds anything but an earlier edition as it was written is left alone.
    """
    from pipeline.editions import csv_files  # importing jinja2 is a cost to every other command

    folder = to or data / "exports" / "csv"
    with plainly(), err.status(f"writing {folder}"):
        number = csv_files.export(data, folder)
    _say_written(f"{folder}: {number} tables", data)


@export_app.command("workbook")
def export_workbook(
    area: Annotated[
        str | None, typer.Option(help="Area by code or name: E06000047, Darlington; else the nation.")
    ] = None,
    to: Annotated[Path | None, typer.Option(help="File to write; else in exports of the data folder.")] = None,
    data: Data = DATA,
) -> None:
    """Write an accessible workbook (.xlsx): of the nation and the newest local figures, or all figures of an area."""
    from pipeline.editions import spreadsheets  # importing gptables takes longer than most commands

    with plainly(), questions.connect(data) as con:
        code = places.find(area) if area else None
        file = to or data / "exports" / (f"ncdof_{code}.xlsx" if code else "ncdof.xlsx")
        with err.status(f"writing {file}"):
            spreadsheets.write(con, file, code)
    _say_written(file, data)


@app.command()
def scorecard(data: Data = DATA) -> None:
    """Print the scorecard: a line a metric, for England or the nearest national area."""
    with plainly(), questions.connect(data) as con:
        _scorecard(con)


@app.command()
def profile(
    area: Annotated[str | None, typer.Argument(help="Area by code or name: E06000047, Darlington, England.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every area with figures of the last five years.")] = False,
    open_: Annotated[bool, typer.Option("--open", help="Open the page in the browser; with --all the index.")] = False,
    to: Annotated[Path | None, typer.Option(help="Folder to write; else exports/pages of the data folder.")] = None,
    data: Data = DATA,
) -> None:
    """Write the page of an area, with its workbook: one HTML file that needs no network, for screen and paper.

    The national page and an index of the pages that are there are written beside it.
    """
    from pipeline.editions import pages  # importing matplotlib takes longer than most commands

    if (area is None) != all_:
        fail("profile takes an area or --all")
    folder = to or data / "exports" / "pages"
    with plainly(), Progress(console=err, transient=True) as bar:
        task = bar.add_task("reading the published file", total=None)

        def done(number: int, total: int, name: str) -> None:
            bar.update(task, completed=number, total=total, description=name)

        written = pages.write(data, folder, None if all_ else places.find(area), done)
    first = folder / pages.INDEX if all_ else written[0]
    _say_written(f"{first}: {len(written)} pages" if all_ else first, data)
    if open_:
        webbrowser.open(first.resolve().as_uri())


@app.command()
def chart(
    metric: Annotated[str, typer.Argument(help="Metric id, as `ncdof metrics` lists them.")],
    area: Annotated[str, typer.Option(help="Area by code or name: E06000047, Darlington, England.")],
    to: Annotated[
        Path | None, typer.Option(help="File to write, .svg or .png; else one of exports of the data folder.")
    ] = None,
    data: Data = DATA,
) -> None:
    """Draw a metric's series for an area, with its interval and England's, as a picture with title and source."""
    from pipeline.editions import charts  # importing matplotlib takes longer than most commands
    from pipeline.editions.area import read, reading

    with plainly():
        questions.metric_called(metric)
        code = places.find(area)
        file = to or data / "exports" / f"{metric}_{code}.svg"
        if file.suffix not in (".svg", ".png"):
            fail(f"--to takes a file that ends in .svg or .png, not {file.name}")
        with questions.connect(data) as con:
            marts_read = read(con)
        drawn = charts.picture(reading(marts_read, metric, code), sample=marts_read.sample, form=file.suffix[1:])
        releases.write_atomically(file, lambda arriving: arriving.write_bytes(drawn))
    _say_written(file, data)


def main() -> None:
    app()


if __name__ == "__main__":
    main()
