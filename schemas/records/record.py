"""What the contracts of all extracts share; the fields of one extract are its own module's.

A field is a column of the official dictionary, under its name there; an extract may hold others, which nobody reads. A
rule is an SQL condition, so that it is put where the records are.
"""

from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from schemas.columns import Text

__all__ = ["AREA", "OF_EACH", "Day", "Record", "Text", "Whole", "icd_10", "local_authority", "pseudonym"]

# Days without a time, and whole numbers that may be missing.
Day = Series[pd.Timestamp]
Whole = Series[pd.Int64Dtype]

# In the metadata of a field with the code of an area.
AREA = "area"

# In the metadata of a text that each record, or each person, has of its own.
OF_EACH = "of each"

# A letter and two digits, then a third without the full stop, as extracts print it.
_ICD_10 = r"[A-Z]\d{2}\d?"


class Record(pa.DataFrameModel):
    """One record of an extract."""

    class Config:
        strict = False


def pseudonym(description: str, *, nullable: bool = False, unique: bool = False) -> Any:
    """A field that stands for a person: long enough to be no name and no NHS number, and never shown."""
    fits = r"[0-9A-Za-z+/=_-]{16,}"
    return pa.Field(
        str_matches=fits, nullable=nullable, unique=unique, description=description, metadata={OF_EACH: True}
    )


def icd_10(description: str, *, more: str = "", nullable: bool = False) -> Any:
    """A field with a code of the tenth International Classification of Diseases, without its full stop.

    `more` is a pattern of what the extract puts behind it.
    """
    return pa.Field(str_matches=_ICD_10 + more, nullable=nullable, description=description)


def local_authority(description: str, *pseudo: str) -> Any:
    """A field with the GSS code of a local authority, or one of the codes that stand for none."""
    codes = "|".join([r"(?:E0[6-9]|W06)\d{6}", *pseudo])
    return pa.Field(str_matches=codes, description=description, metadata={AREA: True})
