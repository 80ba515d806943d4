"""`ncdof query`: a question to the published file in SQL."""

import json
import sys
from typing import Annotated

import typer

from pipeline.commands.terminal import DATA, SAMPLE, Data, err, fail, out, plainly, table_of
from pipeline.publish import published


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
    with plainly(), published.connect(data) as con:
        con.execute("SET enable_external_access = false")
        sample = published.is_sample(con)
        frame = con.execute(sql).df()
    if sample:
        err.print(SAMPLE, style="bold yellow", soft_wrap=True)
    if format == "csv":
        sys.stdout.write(frame.to_csv(index=False))
    elif format == "json":
        rows = frame.astype(object).where(frame.notna(), None).to_dict(orient="records")
        sys.stdout.write(json.dumps(rows, indent=1, default=_plain) + "\n")
    else:
        out.print(table_of(frame))


def _plain(value: object) -> object:
    """What JSON has no word for: days and the like as text, arrays as lists."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value.tolist() if hasattr(value, "tolist") else str(value)
