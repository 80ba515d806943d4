"""The types of columns and the checks of rows that all contracts share; what a column holds is each contract's."""

from functools import partial

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

# The type that pandas gives to texts. A column of Python's own type is looked through text by text for others.
Text = Series[pd.StringDtype]

# Checks say themselves what a blank means to them, so pandera need not look for rows of nothing but blanks.
rows_check = partial(pa.dataframe_check, ignore_na=False)
