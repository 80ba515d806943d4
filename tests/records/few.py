"""A few records of one person each, as a test says them: the other fields are good ones."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb

LEEDS = "E08000035"
GOOD = {
    "deaths": {
        "dec_conf_nhs_number_clean_deid": "printf('person%012d', number)",
        "reg_date": "DATE '2020-06-01'",
        "reg_date_of_death": "reg_date",
        "dec_sex": "'1'",
        "dec_agec": "45",
        "lad_of_residence": f"'{LEEDS}'",
        "s_underlying_cod_icd10": "'X42'",
        **{f"s_cod_code_{number}": "CAST(NULL AS VARCHAR)" for number in range(1, 5)},
        "substances": "'heroin'",
    },
    "journeys": {
        "clientid": "printf('person%012d', number)",
        "agncy": "'A0001'",
        "setting": "'community'",
        "la": f"'{LEEDS}'",
        "sex": "'1'",
        "age": "45",
        "modst": "DATE '2020-06-01'",
        "triaged": "modst",
        "disd": "CAST(NULL AS DATE)",
        "disrsn": "CASE WHEN disd IS NOT NULL THEN 'Treatment completed – drug free' END",
        "drug1": "'Heroin illicit'",
        "drug2": "CAST(NULL AS VARCHAR)",
        "drug3": "CAST(NULL AS VARCHAR)",
        "top_start": "28",
        "top_review": "28",
    },
    "episodes": {
        "encrypted_hesid": "printf('person%012d', number)",
        "epikey": "CAST(10000 + number AS VARCHAR)",
        "admidate": "DATE '2020-06-01'",
        "epistart": "admidate",
        "epiend": "epistart",
        "epistat": "'3'",
        "epiorder": "1",
        "admimeth": "'21'",
        "diag_01": "'T401'",
        "diag_02": "CAST(NULL AS VARCHAR)",
        "sex": "'1'",
        "startage": "45",
        "resladst_ons": f"'{LEEDS}'",
    },
}


def write(folder: Path, table: str, records: Iterable[tuple[int, Mapping[str, str]]], first: int = 1) -> Path:
    """Write records to a folder of a table: how many alike, and the fields in which they are no good ones, in SQL.

    They are of people who are numbered from the first on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pieces = []
    for many, fields in records:
        columns = ", ".join(f"{value} AS {name}" for name, value in (GOOD[table] | fields).items())
        pieces.append(f"SELECT {columns} FROM range({first}, {first + many}) AS r(number)")
        first += many
    with duckdb.connect() as con:
        con.execute(f"COPY ({' UNION ALL '.join(pieces)}) TO '{folder / f'{first}.parquet'}'")
    return folder
