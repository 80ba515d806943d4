"""Spark as the engine of records, local or elsewhere by address: an extra, which needs Java where it runs itself."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import unquote

import pandas as pd
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as f
from pyspark.sql import types as t

from pipeline.read.opening import Refused
from pipeline.records.dialect import in_spark
from pipeline.records.engine import NAMED_AT_MOST, Engine, Fault
from pipeline.records.lying import Lying, by_headings

_KINDS = {"STRING": "VARCHAR", "INT": "INTEGER", "TIMESTAMP_NTZ": "TIMESTAMP", "TIMESTAMP": "TIMESTAMP WITH TIME ZONE"}
# Days are days wherever Spark is, and what a folder such as `sex=1` says of its records is a text, as in a file.
_SETTINGS = {"spark.sql.session.timeZone": "UTC", "spark.sql.sources.partitionColumnTypeInference.enabled": "false"}
# Spark gives the address of a file, in which a blank is %20; one on this machine is known by its path.
_HERE = "^file:(//)?"
_FILE = f"regexp_replace(url_decode(replace(_metadata.file_path, '+', '%2B')), '{_HERE}', '')"
_BROKEN = "_broken"
# What Java puts in place of bytes that are no UTF-8.
_NO_TEXT = "\ufffd"


@contextmanager
def spark(address: str) -> Iterator["Spark"]:
    """The engine for as long as it is needed: sc://host:port is Spark Connect, anything else a master.

    Raises Refused for what Spark cannot do, without what it says of records.
    """
    try:
        session = _started(address)
        try:
            yield Spark(session)
        finally:
            session.stop()
    except (PySparkException, Py4JError) as error:
        if file := re.search(r"reading file (\S+)\.\s", str(error)):
            path = re.sub(_HERE, "", unquote(file[1]))
            raise Refused(f"{path} cannot be read: it is damaged") from error
        condition = re.search(r"\[[A-Z0-9_.]+\]", str(error))
        raise Refused(
            f"Spark at {address} cannot go on: {condition[0] if condition else type(error).__name__}"
        ) from error


def _started(address: str) -> SparkSession:
    builder = SparkSession.builder.appName("ncdof").config(map=_SETTINGS)
    if address.startswith("sc://"):
        return builder.remote(address).getOrCreate()
    quiet = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
    return builder.master(address).config(map=quiet).getOrCreate()


class Spark(Engine):
    """Spark."""

    file = '"_file"'

    def __init__(self, session: SparkSession):
        self.session = session
        self.broken: DataFrame | None = None

    def scan(self, table: str, lies: Lying) -> dict[str, str]:
        frame = self._read(lies, lies.files)
        self.broken = frame.where(f.col(_BROKEN).isNotNull()) if lies.format == "csv" else None
        kept = frame.drop(_BROKEN)
        kept.createOrReplaceTempView(table)
        return {
            field.name: _KINDS.get(kind, kind.split("(")[0])
            for field in kept.schema.fields
            if field.name != "_file"
            for kind in [field.dataType.simpleString().upper()]
        }

    def unreadable(self, lies: Lying) -> list[Fault]:
        if self.broken is None:
            return []
        found = self.broken.limit(NAMED_AT_MOST).select("_file").collect()
        files = sorted({row[0] for row in found})
        return [fault for file in files for fault in self._broken_rows(lies, file)][:NAMED_AT_MOST]

    def _broken_rows(self, lies: Lying, file: str) -> list[Fault]:
        numbered = self._numbered(lies, file).where(f.col(_BROKEN).isNotNull()).orderBy("row").limit(NAMED_AT_MOST)
        return [
            (file, int(row["row"]), "invalid encoding" if _NO_TEXT in row[_BROKEN] else "another number of columns")
            for row in numbered.select("row", _BROKEN).collect()
        ]

    def number(self, table: str, lies: Lying, file: str) -> None:
        self._numbered(lies, file).createOrReplaceTempView(table)

    def _numbered(self, lies: Lying, file: str) -> DataFrame:
        order = Window.orderBy(f.monotonically_increasing_id())
        return self._read(lies, (file,)).withColumn("row", f.row_number().over(order) + f.lit(lies.above))

    def _read(self, lies: Lying, files: tuple[str, ...]) -> DataFrame:
        if lies.format == "parquet":
            frame = self.session.read.options(**_parted(files)).parquet(*_listed(files))
            return frame.select("*", f.expr(_FILE).alias("_file"))
        frames = [self._csv(names, there) for names, there in by_headings(files).items()]
        frame = frames[0]
        for other in frames[1:]:
            frame = frame.unionByName(other, allowMissingColumns=True)
        return frame

    def _csv(self, names: tuple[str, ...], files: list[str]) -> DataFrame:
        columns = [t.StructField(name, t.StringType()) for name in (*names, _BROKEN)]
        read = self.session.read.schema(t.StructType(columns)).option("columnNameOfCorruptRecord", _BROKEN)
        read = read.options(escape='"', **_parted(files))
        frame = read.csv(_listed(files), header=True, mode="PERMISSIVE")
        texts = f.concat_ws(",", *[f.col(f"`{name}`") for name in names])
        odd = f.when(f.contains(texts, f.lit(_NO_TEXT)), texts)
        return frame.select(
            *[f.col(f"`{name}`") for name in frame.columns if name != _BROKEN],
            f.coalesce(f.col(_BROKEN), odd).alias(_BROKEN),
            f.expr(_FILE).alias("_file"),
        )

    def view(self, table: str, text: str) -> None:
        self.session.sql(in_spark(text)).createOrReplaceTempView(table)

    def lookup(self, table: str, rows: pd.DataFrame) -> None:
        texts = [f"`{name}` {'BIGINT' if rows[name].dtype.kind == 'i' else 'STRING'}" for name in rows]
        days = [name for name in rows if rows[name].map(lambda cell: hasattr(cell, "isoformat")).any()]
        plain = rows.astype(object)
        for day in days:
            plain[day] = rows[day].astype(str)
        values = [
            tuple(None if pd.isna(cell) or cell == "NaT" else cell for cell in row)
            for row in plain.itertuples(index=False)
        ]
        frame = self.session.createDataFrame(values, ", ".join(texts))
        for day in days:
            frame = frame.withColumn(day, f.to_date(day))
        frame.createOrReplaceTempView(table)

    def ask(self, text: str) -> pd.DataFrame:
        frame = self.session.sql(in_spark(text))
        return pd.DataFrame([tuple(row) for row in frame.collect()], columns=frame.columns)


def _parted(files: Sequence[str]) -> dict[str, str]:
    """How Spark finds out what folders such as `sex=1` say of their records."""
    above, parted, _ = files[0].partition("=")
    return {"basePath": above.rpartition("/")[0]} if parted else {}


def _listed(files: Sequence[str]) -> list[str]:
    """Files as Spark takes them, which reads a pattern in a name."""
    return [re.sub(r"([\[\]{}*?\\])", r"\\\1", file) for file in files]
