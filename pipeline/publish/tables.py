"""The project's own tables about its metrics: how one is declared, and read under its contract; none stands here."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from schemas.columns import keeps


@dataclass(frozen=True)
class OwnTable:
    """One table of the project: its name in the schema framework, its contract, and the CSV file that holds it."""

    id: str
    contract: type[pa.DataFrameModel]
    path: Path

    def read(self) -> pd.DataFrame:
        """The rows, with the columns and types of the contract. Raises pandera's SchemaError where they break it."""
        types = {name: column.dtype.type for name, column in self.contract.to_schema().columns.items()}
        days = {name: dtype for name, dtype in types.items() if str(dtype).startswith("datetime")}
        others = {name: dtype for name, dtype in types.items() if name not in days}
        frame = pd.read_csv(
            self.path, dtype=others, parse_dates=[*days], keep_default_na=False, na_values={name: [""] for name in days}
        )
        rows = frame.astype(days)
        return rows if keeps(self.contract, rows) else self.contract.validate(rows)


TABLES: dict[str, OwnTable] = {}


def table(name: str, contract: type[pa.DataFrameModel], path: Path) -> None:
    """Declare a table that is published as `framework.<name>`."""
    TABLES[name] = OwnTable(name, contract, path)
