"""`ncdof status`: what is read and built, releases by source and years by metric."""

from rich.table import Table

from pipeline import build, questions
from pipeline.commands.terminal import DATA, Data, out, plainly, say_sample


def status(data: Data = DATA) -> None:
    """Show what is read and built: releases by source, years by metric."""
    with plainly():
        by_source, by_metric = questions.source_status(data), questions.metric_status(data)
        sample = any(release.sample for release in build.known_releases(data))
    say_sample(sample)
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
