"""Rows to calculate with, as a query that has not run yet; what the queries ask is their callers'."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rows:
    """A query that has not run yet; in another query's text it stands as a table."""

    sql: str

    def __str__(self) -> str:
        return f"({self.sql})"

    def where(self, condition: str) -> "Rows":
        return Rows(f"SELECT * FROM {self} WHERE {condition}")

    def __or__(self, other: "Rows") -> "Rows":
        return Rows(f"{self.sql} UNION ALL BY NAME {other.sql}")
