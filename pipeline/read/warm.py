"""What reading any release needs, made once when this is imported: by the server that children are forked from."""

import gc

from pipeline import places
from pipeline.read.source import SOURCES

places.areas()
places.name("E92000001")
places.code_for("England", ("country",))
for declared in SOURCES.values():
    declared.contract.to_schema()

# Children share the memory of what they do not touch, and looking for what is no longer needed touches everything.
gc.collect()
gc.freeze()
