"""`ncdof status`: what is read and built, releases by source and years by metric, and what is announced."""

from rich.table import Table
from rich.text import Text

from pipeline import inventory, questions
from pipeline.commands.terminal import DATA, Data, out, plainly, say_sample


def status(data: Data = DATA) -> None:
    """Show what is read, built and announced.

    Releases are listed by source, years by metric."""
    with plainly():
        by_source, by_metric = questions.source_status(data), questions.metric_status(data)
        due = inventory.announced(data).sort_values("day").to_dict("records")
        sample = any(release.sample for release in inventory.known_releases(data))
    say_sample(sample)
    table = Table("source", "released", "years", "state", "file", box=None, header_style="bold")
    for row in by_source.to_dict("records"):
        colour = {"read": "green", "refused": "red"}.get(row["state"], "yellow")
        state = Text(row["state"], style=colour)
        table.add_row(row["source"], str(row["released"] or ""), row["years"], state, row["file"])
        if row["reason"]:
            table.add_row("", "", "", "", Text(row["reason"], style="red"))
    out.print(table)
    out.print()
    if due:
        table = Table("announced", "source", "certainty", "title", box=None, header_style="bold")
        for row in due:
            when = f"{row['day']:%Y-%m-%d} {row['time']}" if row["day"] == row["day"] else row["words"]
            certainty = Text("late", style="red") if row["late"] else Text(row["certainty"])
            table.add_row(when, row["source"], certainty, row["title"])
        out.print(table)
        out.print()
    marks = {"present": ("█", "green"), "newer available": ("▒", "yellow"), "missing": ("·", "red"), "empty": (" ", "")}
    years = sorted(set(by_metric["year"].tolist()))
    table = Table("metric", "years", box=None, header_style="bold")
    for metric_id in by_metric["metric"].unique().tolist():
        rows = by_metric[by_metric["metric"] == metric_id]
        states = dict(zip(rows["year"].tolist(), rows["state"].tolist(), strict=True))
        table.add_row(metric_id, Text.assemble(*(marks[states.get(year, "empty")] for year in years)))
    if years:
        table.add_row("", f"{years[0]} to {years[-1]}: █ present  ▒ newer available  · missing")
    out.print(table)
