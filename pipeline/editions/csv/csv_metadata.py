"""The edition described as CSV on the Web; what is said is descriptions'."""

import re

from pipeline.editions.csv.descriptions import Described, Edition, Field
from schemas.dictionary import LICENCE

FILE = "csv-metadata.json"
# The names of the types in CSVW. No time has an hour.
_TYPES = {
    "VARCHAR": "string",
    "DOUBLE": "double",
    "BIGINT": "integer",
    "BOOLEAN": "boolean",
    "TIMESTAMP": "date",
    "DATE": "date",
}


def metadata(edition: Edition) -> dict[str, object]:
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "dc:identifier": edition.inputs,
        "dc:title": edition.title,
        "dc:description": edition.about,
        "schema:version": edition.newest,
        "dc:license": {"@id": LICENCE["path"]},
        "dc:source": [source.title for source in edition.sources],
        "tables": [_table(table) for table in edition.tables],
    }


def _table(table: Described) -> dict[str, object]:
    return {
        "url": table.path,
        "dc:title": table.name,
        "dc:description": table.about,
        "tableSchema": {
            "columns": [_column(field) for field in table.fields],
            **({"primaryKey": table.key} if table.key else {}),
            "foreignKeys": [
                {
                    "columnReference": refers.columns,
                    "reference": {"resource": refers.path, "columnReference": refers.key},
                }
                for refers in table.references
            ],
        },
    }


def _column(field: Field) -> dict[str, object]:
    base = _TYPES[field.type]
    return {
        "name": field.name,
        "titles": field.name,
        "dc:description": field.about,
        "datatype": {"base": base, "format": "|".join(map(re.escape, field.codes))} if field.codes else base,
        "null": field.missing,
        "required": field.required,
    }
