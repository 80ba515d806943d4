"""`ncdof sources` and `ncdof metrics`: the catalogue."""

from rich.table import Table

from pipeline.commands.terminal import out
from pipeline.publish import catalogue
from pipeline.read.source import SOURCES


def sources() -> None:
    """List the publications that are read, with their ids."""
    table = Table("source", "publisher", "formats", "publication", box=None, header_style="bold")
    for declared in sorted(SOURCES.values(), key=lambda source: source.id):
        table.add_row(declared.id, declared.publisher, declared.formats, declared.title)
    out.print(table)


def metrics() -> None:
    """List the metrics by outcome, with their sources."""
    table = Table("metric", "tier", "title", "sources", box=None, header_style="bold")
    for row in catalogue.metrics().to_dict("records"):
        table.add_row(row["metric_id"], row["tier"], row["title"], ", ".join(row["sources"]))
    out.print(table)
