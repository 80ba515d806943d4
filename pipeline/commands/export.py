"""`ncdof export`: the published file as CSV files or as a workbook."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline import questions
from pipeline.commands.terminal import DATA, Data, busy, plainly, say_written
from pipeline.editions.csv.folder import export
from pipeline.publish import published


def csv(
    to: Annotated[Path | None, typer.Option(help="Folder to write; else exports/csv of the data folder.")] = None,
    data: Data = DATA,
) -> None:
    """Write a CSV file for each table, described for Frictionless (datapackage.json) and CSVW (csv-metadata.json).

    The folder is replaced whole. One that holds anything but an earlier edition as it was written is left alone.
    """
    folder = to or data / "exports" / "csv"
    with plainly(), busy(f"writing {folder}"):
        number = export(data, folder)
    say_written(f"{folder}: {number} tables", data)


def workbook(
    area: Annotated[
        str | None, typer.Option(help="Area by code or name: E06000047, Darlington; else the nation.")
    ] = None,
    to: Annotated[Path | None, typer.Option(help="File to write; else in exports of the data folder.")] = None,
    data: Data = DATA,
) -> None:
    """Write an accessible workbook (.xlsx): of the nation and the newest local figures, or all figures of an area."""
    from pipeline.editions.workbook.file import write  # importing gptables takes longer than most commands

    with plainly(), published.connect(data) as con:
        code = questions.area_called(con, area) if area else None
        file = to or data / "exports" / (f"ncdof_{code}.xlsx" if code else "ncdof.xlsx")
        with busy(f"writing {file}"):
            write(con, file, code)
    say_written(file, data)
