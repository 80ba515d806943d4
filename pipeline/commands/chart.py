"""`ncdof chart`: a metric's series for an area as a picture."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline import questions
from pipeline.commands.terminal import DATA, Data, fail, plainly, say_written
from pipeline.files import put
from pipeline.publish import published


def chart(
    metric: Annotated[str, typer.Argument(help="Metric id, as `ncdof metrics` lists them.")],
    area: Annotated[str, typer.Option(help="Area by code or name: E06000047, Darlington, England.")],
    to: Annotated[
        Path | None, typer.Option(help="File to write, .svg or .png; else one of exports of the data folder.")
    ] = None,
    data: Data = DATA,
) -> None:
    """Draw a metric's series for an area, beside England's.

    The picture has intervals, a title and its source.
    """
    from pipeline.editions.area import area_metric
    from pipeline.editions.marts import read
    from pipeline.editions.pictures import charts  # importing matplotlib takes longer than most commands

    with plainly():
        questions.metric_called(metric)
        if to and to.suffix not in (".svg", ".png"):
            fail(f"--to takes a file that ends in .svg or .png, not {to.name}")
        with published.connect(data) as con:
            code = questions.area_called(con, area, metric)
            marts_read = read(con)
        file = to or data / "exports" / f"{metric}_{code}.svg"
        drawn = charts.picture(area_metric(marts_read, metric, code), sample=marts_read.sample, form=file.suffix[1:])
        put(file, drawn)
    say_written(file, data)
