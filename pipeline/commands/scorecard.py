"""`ncdof scorecard`: a line a metric, for England or the nearest national area."""

from datetime import datetime
from itertools import groupby
from typing import NamedTuple

import duckdb
from rich.table import Table
from rich.text import Text

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
LEGEND = (
    "▲ up  ▼ down  = no change  ≈ within their intervals  ≠ not comparable with the one before; "
    "better or worse only where intervals or a target say so"
)
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


class Line(NamedTuple):
    """One metric as framework.scorecard has it."""

    outcome_id: str
    metric_id: str
    tier: str
    area_name: str
    breakdown: str
    sex: str
    age: str
    period: str
    period_end: datetime
    qualifier: str
    value: float | None
    unit: str
    lower_95: float | None
    upper_95: float | None
    reason: str
    refused: str | None
    previous_period: str
    previous: float | None
    change_in_words: str
    baseline: float | None
    target: float | None
    target_qualifier: str
    target_unit: str
    target_note: str
    target_elsewhere: float | None
    tracked_by: str | None
    on_line: float | None
    trend: str


def scorecard(data: Data = DATA) -> None:
    """Print the scorecard: a line a metric.

    A line is about England, or the nearest national area.
    """
    with plainly(), published.connect(data) as con:
        print_scorecard(con)


def print_scorecard(con: duckdb.DuckDBPyConnection) -> None:
    """A line or two a metric under its outcome; a wide terminal also shows age, interval, target and trend."""
    say_sample(published.is_sample(con))
    lines = published.records(con, Line, "framework.scorecard")
    notes: dict[str, str] = {}
    room = out.width
    shown: dict[str, int] = {}
    for name, width in COLUMNS.items():
        if (room := room - width - 2) >= -2:
            shown[name] = width
    heading = True
    for outcome, of_outcome in groupby(lines, lambda line: line.outcome_id):
        out.print(f"\n{OUTCOMES[outcome]}", style="bold")
        table = Table(box=None, show_header=heading, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
        for name, width in shown.items():
            table.add_column(name, width=width, overflow="fold", justify="right" if name == "value" else "left")
        for line in of_outcome:
            cells = _cells(line, notes)
            table.add_row(*(cells.get(name, "") for name in shown), style="" if line.tier == "headline" else "dim")
        out.print(table)
        heading = False
    out.print(f"\n{LEGEND}", style="dim", soft_wrap=True)
    if left_out := [name for name in COLUMNS if name not in shown]:
        out.print(f"A wider terminal also shows: {', '.join(left_out)}", style="dim", soft_wrap=True)
    for reason, letter in notes.items():
        out.print(f"({letter}) {reason}", soft_wrap=True)


def _cells(line: Line, notes: dict[str, str]) -> dict[str, str | Text]:
    """What is said of a metric, by column; `notes` gathers the reasons for blanks under their letters."""

    def noted(reason: str) -> str:
        return f" ({notes.setdefault(reason, chr(97 + len(notes)))})"

    refused = noted(f"older figures may stand here: {line.refused}") if line.refused is not None else ""
    if line.value is None:
        reason = f"no figure{noted(words.declined(line.reason))}{refused}"
        return {"metric": line.metric_id, "value": reason, "target": _target(line)}
    newer = noted(line.reason) if line.reason else ""
    area = "" if line.area_name == "England" else line.area_name
    about = "; ".join(filter(None, [area, words.series(line.breakdown, line.sex, line.age)]))
    metric = Text.assemble(line.metric_id, "\n  " if about else "", (about, "italic"))
    change, _, why = line.change_in_words.partition(": ")
    direction, _, judged = change.partition(", ")
    before = f"from {words.number(line.previous)} ({line.previous_period})" if line.previous is not None else ""
    colour = {"better": "green", "worse": "red"}.get(judged, "default")
    interval = _both(line.lower_95, line.upper_95)
    months = round((datetime.now() - line.period_end).days / 30.44)
    return {
        "metric": metric,
        "value": f"{line.qualifier} {words.number(line.value)} {line.unit}{newer}{refused}".strip(),
        "period": line.period,
        "change": Text(f"{ARROWS[direction]} {judged}", style=colour),
        "age": f"{months} months",
        "before": f"{before}: {why}" if why else before,
        "interval": f"({words.span(*interval)})" if interval else "",
        "target": _target(line),
        "five-year trend": words.declined(line.trend),
    }


def _both(lower: float | None, upper: float | None) -> tuple[float, float] | None:
    return None if lower is None or upper is None else (lower, upper)


def _target(line: Line) -> str:
    """The target with what it is elsewhere, else the baseline; and the metric of the strategy that tracks one."""
    stated = {}
    if line.target is not None:
        remark = words.unverified(line.target_note)
        stated["target"] = words.Number(line.target, line.target_unit, printed=line.target_qualifier, remark=remark)
    if line.target_elsewhere is not None:
        stated["target printed elsewhere"] = words.Number(line.target_elsewhere, line.target_unit)
    if line.baseline is not None:
        stated["baseline"] = words.Number(line.baseline, line.unit)
    on_line = None if line.on_line is None else words.Number(line.on_line, "percent")
    said = words.text(words.target(stated, on_line=on_line))
    return "; ".join(filter(None, [said, f"see {line.tracked_by}" if line.tracked_by else ""]))
