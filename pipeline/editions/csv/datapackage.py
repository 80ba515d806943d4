"""The edition described as a Frictionless Data Package, version 2; what is said is descriptions'."""

from pathlib import Path

from pipeline.editions.csv.descriptions import Described, Edition, Field
from pipeline.releases import checksum
from schemas.dictionary import LICENCE

FILE = "datapackage.json"
NAME = "ncdof"
# The names of the types in a Table Schema. No time has an hour.
_TYPES = {
    "VARCHAR": "string",
    "DOUBLE": "number",
    "BIGINT": "integer",
    "BOOLEAN": "boolean",
    "TIMESTAMP": "date",
    "DATE": "date",
}
# Said in full, because readers guess what is not.
_DIALECT = {
    "delimiter": ",",
    "lineTerminator": "\n",
    "quoteChar": '"',
    "doubleQuote": True,
    "skipInitialSpace": False,
}


def package(edition: Edition, folder: Path) -> dict[str, object]:
    """The description of the files in a folder."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": NAME,
        "id": edition.inputs,
        "title": edition.title,
        "description": edition.about,
        "version": edition.newest,
        "licenses": [LICENCE],
        "sources": [
            {"title": source.title} | ({"path": source.url} if source.url else {}) for source in edition.sources
        ],
        "resources": [_resource(table, folder / table.path) for table in edition.tables],
    }


def _resource(table: Described, file: Path) -> dict[str, object]:
    return {
        "name": table.name,
        "type": "table",
        "path": table.path,
        "description": table.about,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": _DIALECT,
        "bytes": file.stat().st_size,
        "hash": f"sha256:{checksum(file)}",
        "schema": {
            "fields": [_field(field) for field in table.fields],
            **({"primaryKey": table.key} if table.key else {}),
            "foreignKeys": [
                {"fields": refers.columns, "reference": {"resource": refers.table, "fields": refers.key}}
                for refers in table.references
            ],
        },
    }


def _field(field: Field) -> dict[str, object]:
    constraints: dict[str, object] = {"required": True} if field.required else {}
    return {
        "name": field.name,
        "type": _TYPES[field.type],
        "description": field.about,
        "missingValues": field.missing,
        "constraints": constraints | ({"enum": field.codes} if field.codes else {}),
    }
