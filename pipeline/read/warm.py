"""What reading any release needs, made once when this is imported: by the server that children are forked from."""

import gc

from pipeline import naming, places
from pipeline.read import coverage, periods
from pipeline.read.labels import heading
from pipeline.read.source import SOURCES
from schemas.rules import ENGLAND

places.areas()
places.name(ENGLAND)
naming.code_for("England", ("country",))
for kinds in coverage.LEVELS.values():
    for nation in "EW":
        coverage.vintages(nation, kinds)
# The first text that is read compiles the patterns of all.
heading("Deaths in 2021 [note 1]")
periods.speaks_of_time("deaths in 2021")
periods.mentioned("deaths in 2021")
for declared in SOURCES.values():
    declared.contract.to_schema()

# Children share the memory of what they do not touch, and looking for what is no longer needed touches everything.
gc.collect()
gc.freeze()
# A release is a hundred thousand cells, and none of them refers to another.
gc.set_threshold(100_000)
