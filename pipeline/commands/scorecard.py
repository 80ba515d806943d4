"""`ncdof scorecard`: a line a metric, for England or the nearest national area."""

import duckdb
import pandas as pd
from rich.table import Table

from pipeline.commands.terminal import DATA, Data, out, plainly, say_sample
from pipeline.editions import words
from pipeline.publish import published
from schemas.vocabulary import OUTCOMES

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


def scorecard(data: Data = DATA) -> None:
    """Print the scorecard: a line a metric, for England or the nearest national area."""
    with plainly(), published.connect(data) as con:
        print_scorecard(con)


def print_scorecard(con: duckdb.DuckDBPyConnection) -> None:
    """A line or two a metric under its outcome; a wide terminal also shows age, interval, target and trend."""
    say_sample(published.is_sample(con))
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
