"""`ncdof explain`: where a value comes from, down to the cell."""

from collections.abc import Hashable, Mapping
from typing import Annotated, Any

import pandas as pd
import typer
from rich.console import Group
from rich.panel import Panel
from rich.text import Text

from pipeline import questions
from pipeline.calculate.metric import METRICS
from pipeline.commands.terminal import DATA, Data, cell, out, plainly, say_sample, table_of
from pipeline.editions import words
from pipeline.publish import published


def explain(
    metric: Annotated[str, typer.Argument(help="Metric id, as `ncdof metrics` lists them.")],
    area: Annotated[str, typer.Option(help="Area by code or name: E06000047, Darlington.")],
    year: Annotated[int, typer.Option(help="Calendar year in which the period ends.")],
    breakdown: Annotated[str | None, typer.Option(help="Part of the metric; else the one it is led by.")] = None,
    data: Data = DATA,
) -> None:
    """Show where a value comes from, down to the cell.

    Prints the formula, its inputs, the file with its checksum, sheet and cell, and earlier vintages.
    """
    with plainly(), published.connect(data) as con:
        found = questions.explain(con, metric, area, year, breakdown)
        sample = published.is_sample(con)
    say_sample(sample)
    declared = METRICS[metric]
    out.print(declared.title, style="bold")
    out.print(f"{found.area_name} ({found.area_code}), {year}")
    if found.remark:
        out.print(found.remark, style="yellow")
    for row in found.values.to_dict("records"):
        lines: list[Text | str] = [Text(_number(row), style="bold"), f"method    {row['method']}"]
        if inputs := [f"{name} {cell(row[name])}" for name in ("numerator", "denominator") if pd.notna(row.get(name))]:
            lines.append(f"inputs    {', '.join(inputs)}")
        if row.get("note"):
            lines.append(f"note      {row['note']}")
        if row.get("trend"):
            lines.append(f"compared  {row['compared_to_england']} (England); trend: {row['trend']}")
        lines += [
            Text.assemble("cell      ", (row["cell"], "bold")),
            f"source    {row['source']}, released {row['released']:%Y-%m-%d}",
        ]
        for file in row["files"]:
            lines += [f"file      {file['file']}", f"sha256    {file['sha256']}"]
            if file["url"]:
                lines.append(f"address   {file['url']}")
        title = Text(f"{row['period']} · {row['statistic']} · {row['unit']}")
        out.print(Panel(Group(*lines), title=title, title_align="left"))
    earlier = found.vintages
    repeated = earlier[earlier.duplicated(["period", "statistic", "unit"], keep=False)]
    for (period, statistic, unit), vintages in repeated.groupby(["period", "statistic", "unit"], sort=False):
        out.print(f"Every vintage of {period} · {statistic} · {unit}:")
        out.print(table_of(vintages[["released", "value", "status", "source", "cell"]]))


def _number(row: Mapping[Hashable, Any]) -> str:
    if pd.isna(row["value"]):
        return f"no value: {words.missing(row['status'], row['method'])}"
    low, high = row.get("lower_95"), row.get("upper_95")
    interval = f" ({cell(low)} to {cell(high)})" if pd.notna(low) and pd.notna(high) else ""
    status = f" [{row['status']}]" if row["status"] else ""
    return f"{cell(row['value'])}{interval} {row['unit']}{status}"
