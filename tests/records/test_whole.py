"""Records of some areas or years say nothing of others: no figure is of less than it is called after."""

import duckdb
import pandas as pd
import pytest

from pipeline import places
from pipeline.read.opening import Refused
from pipeline.records import counting
from pipeline.records.duck import duck
from pipeline.records.extract import EXTRACTS
from tests.records import few
from tests.records.few import LEEDS
from tests.records.test_texts import value

YEARS = (2019, 2020, 2021)


def counted(extract: str, years=YEARS, **where) -> pd.DataFrame:
    with duck() as engine:
        return counting.count(EXTRACTS[extract], engine, {table: str(path) for table, path in where.items()}, years)


def only(made_up, table: str, where: str, to):
    """The records of a table of which something holds."""
    to.mkdir()
    with duckdb.connect() as con:
        con.execute(f"COPY (SELECT * FROM '{made_up}/{table}/*.parquet' WHERE {where}) TO '{to}/x.parquet'")
    return to


def above(counts: pd.DataFrame) -> set[str]:
    """The regions and nations that are counted."""
    return {code for code in counts["area"] if places.kind(code) in ("region", "country")}


def test_an_extract_of_one_authority_says_nothing_of_its_region(made_up, tmp_path):
    leeds = only(made_up, "journeys", f"la = '{LEEDS}'", tmp_path / "leeds")
    counts = counted("treatment_journeys", journeys=leeds)
    assert {*counts["area"]} == {LEEDS}
    there = counted("treatment_journeys", journeys=made_up / "journeys")
    assert len(above(there)) == 10
    # Where none of a kind is anywhere, it is not known whether any could be.
    some, same = (one[one["value"] > 0].reset_index(drop=True) for one in (counts, there[there["area"] == LEEDS]))
    assert len(some) > 50 and some.equals(same)


def test_one_nation_is_not_two(made_up, tmp_path):
    england = counted("registered_deaths", deaths=only(made_up, "deaths", "lad_of_residence LIKE 'E%'", tmp_path / "e"))
    wales = counted("registered_deaths", deaths=only(made_up, "deaths", "lad_of_residence LIKE 'W%'", tmp_path / "w"))
    assert "E92000001" in above(england) and "K04000001" not in above(england)
    assert above(wales) == {"W92000004"}


def test_deaths_of_areas_of_which_no_treatment_is_known_are_not_those_of_people_never_treated(made_up, tmp_path):
    leeds = only(made_up, "journeys", f"la = '{LEEDS}'", tmp_path / "leeds")
    counts = counted("drug_death_reviews", deaths=made_up / "deaths", journeys=leeds, episodes=made_up / "episodes")
    of_england = {code for code in counts["area"] if code.startswith(("E", "K"))}
    assert of_england == {LEEDS}


def test_residents_of_wales_are_admitted_in_england(tmp_path):
    episodes = few.write(tmp_path / "episodes", "episodes", [(7, {}), (3, {"resladst_ons": "'W06000015'"})])
    counts = counted("hospital_episodes", years=[2021], episodes=few.write(episodes, "episodes", [(
        1, {"epiend": "DATE '2021-03-31'", "diag_01": "'A00'"})], first=100))  # fmt: skip
    assert {*counts["area"]} == {LEEDS}


@pytest.mark.parametrize(
    "extract, table, fields, until",
    [
        ("registered_deaths", "deaths", {"reg_date": "DATE '2020-10-31'"}, 2019),
        ("treatment_journeys", "journeys", {"modst": "DATE '2020-12-31'"}, 2020),
        ("hospital_episodes", "episodes", {"admidate": "DATE '2020-12-31'"}, 2020),
    ],
)
def test_a_year_that_the_records_do_not_reach_the_end_of_is_not_counted(extract, table, fields, until, tmp_path):
    earlier = {name: day.replace("2020", "2019") for name, day in fields.items()}
    lie = few.write(tmp_path / table, table, [(9, fields), (9, earlier)])
    with pytest.raises(Refused, match=rf"{table}: no record is of the end of 20") as refused:
        counted(extract, years=range(2010, until + 2), **{table: lie})
    assert "-12-31" not in str(refused.value) and "-10-31" not in str(refused.value)
    assert counted(extract, years=range(2010, until + 1), **{table: lie})["value"].max() >= 9


def test_those_who_died_before_the_first_registrations_are_not_all_there(tmp_path):
    early = {"reg_date": "DATE '2019-01-04'", "reg_date_of_death": "DATE '2018-12-20'"}
    deaths = few.write(tmp_path / "deaths", "deaths", [(6, early), (7, {"reg_date": "DATE '2019-12-20'"})])
    counts = counted("registered_deaths", years=[2018, 2019], deaths=deaths)
    died = counts[counts["measure"] == "deaths by occurrence"]
    assert {*died["period"]} == {"2019"}
    assert value(died, area=LEEDS, category="drug poisoning") == 7
    assert value(counts, measure="deaths", period="2019", area=LEEDS, category="drug poisoning") == 13
