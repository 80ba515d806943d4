"""What a text counts, against a slow and obvious count of the same records in Python; and real street crimes."""

import csv
import random
from collections import Counter
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from pipeline.records import counting
from pipeline.records.duck import duck
from pipeline.records.extract import EXTRACTS
from tests.conftest import REAL
from tests.records import few

YEARS = range(2019, 2022)
HERE = Path(__file__).resolve().parents[2] / "assets" / "records"


def counted(extract: str, folder: Path, years=YEARS) -> pd.DataFrame:
    declared = EXTRACTS[extract]
    with duck() as engine:
        return counting.count(declared, engine, {name: str(folder / name) for name in declared.tables}, years)


def rows(folder: Path, table: str) -> list[dict]:
    return pq.read_table(folder / table).to_pylist()


def facts(name: str) -> list[dict]:
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [*csv.DictReader(file)]


def value(counts: pd.DataFrame, **key: str) -> int:
    found = counts
    for column, wanted in ({"sex": "all", "age": "all", "category": "all"} | key).items():
        found = found[found[column] == wanted]
    return int(found["value"].sum())


def test_deaths_by_registration_and_by_occurrence(made_up):
    causes = {row["cause"]: row["misuse"] for row in facts("causes")}
    controlled = {
        row["substance"]: row["controlled_from"] for row in facts("mentioned_substances") if row["controlled_from"]
    }
    wanted: Counter = Counter()
    for death in rows(made_up, "deaths"):
        rule = causes.get(death["s_underlying_cod_icd10"][:3])
        if rule is None:
            continue
        mentioned = (death["substances"] or "").split(";")
        since = [controlled[name] for name in mentioned if name in controlled]
        misuse = rule == "always" or (bool(since) and min(since) <= str(death["reg_date"]))
        for what in ["drug poisoning", *["drug misuse"] * misuse]:
            wanted["deaths", death["reg_date"].year, death["lad_of_residence"][0], what] += 1
            wanted["deaths by occurrence", death["reg_date_of_death"].year, death["lad_of_residence"][0], what] += 1
    counts = counted("registered_deaths", made_up)
    for measure in ("deaths", "deaths by occurrence"):
        for year in YEARS:
            for what in ("drug poisoning", "drug misuse"):
                of = {nation: wanted[measure, year, nation, what] for nation in "EWJ"}
                for area, total in {"E92000001": of["E"], "W92000004": of["W"], "K04000001": sum(of.values())}.items():
                    assert value(counts, measure=measure, period=str(year), area=area, category=what) == total
    assert value(counts, measure="deaths", period="2020", area="K04000001", category="drug misuse") > 10


def test_people_in_treatment_and_after_prison(made_up):
    journeys = rows(made_up, "journeys")
    wanted: dict[str, set] = {}
    later: dict[str, list[date]] = {}
    for one in journeys:
        if one["setting"] == "community":
            later.setdefault(one["clientid"], []).append(one["modst"])
    for one in journeys:
        for year in YEARS:
            starts, ends = date(year - 1, 4, 1), date(year, 3, 31)
            label = f"{year - 1}/{year % 100}"
            if (
                one["setting"] == "community"
                and one["age"] >= 18
                and one["modst"] <= ends
                and (one["disd"] or ends) >= starts
            ):
                wanted.setdefault(f"people in treatment {label}", set()).add(one["clientid"])
                if one["disrsn"] == "Incomplete – client died" and starts <= one["disd"] <= ends:
                    wanted.setdefault(f"deaths in treatment {label}", set()).add(one["clientid"])
            left = one["disrsn"] == "Transferred – not in custody" and starts <= one["disd"] <= ends
            if one["setting"] == "secure setting" and one["age"] >= 18 and left:
                wanted.setdefault(f"people released {label}", set()).add(one["clientid"])
                if any(one["disd"] <= start <= one["disd"] + timedelta(21) for start in later.get(one["clientid"], [])):
                    wanted.setdefault(f"continuity of care {label}", set()).add(one["clientid"])
    counts = counted("treatment_journeys", made_up)
    assert len(wanted) == 4 * len(YEARS)
    for what, people in wanted.items():
        measure, _, label = what.rpartition(" ")
        assert value(counts, measure=measure, period=label, area="E92000001") == len(people)
    parts = sum(value(counts, measure="people in treatment", period="2019/20", area="E92000001", category=group)
                for group in ("opiate", "non-opiate and alcohol", "non-opiate only", "alcohol only"))  # fmt: skip
    assert parts == len(wanted["people in treatment 2019/20"])


def _later(day: date, months: int) -> date:
    return (pd.Timestamp(day) + pd.DateOffset(months=months)).date()


def starting_and_completing(journeys: list[dict]) -> dict[str, set]:
    """The adults who start and who complete treatment in each year, person by person and journey by journey."""
    people: dict[str, list[dict]] = {}
    for one in journeys:
        if one["setting"] == "community" and one["modst"]:
            people.setdefault(one["clientid"], []).append(one)
    found: dict[str, set] = {}
    for person, treated in people.items():
        for year, one in product(YEARS, treated):
            starts, ends = date(year - 1, 4, 1), date(year, 3, 31)
            of_year = [other for other in treated if other["modst"] <= ends and (other["disd"] or ends) >= starts]
            if max((other["age"] for other in of_year), default=0) < 18:
                continue
            label = f"{year - 1}/{year % 100}"
            earlier = [other for other in treated if other["modst"] < one["modst"]]
            if starts <= one["modst"] <= ends and all(
                other["disd"] and one["modst"] > other["disd"] + timedelta(21) for other in earlier
            ):
                found.setdefault(f"people starting treatment {label}", set()).add(person)
            if not (one["disd"] and starts <= one["disd"] <= ends and one["disrsn"].startswith("Treatment completed")):
                continue
            longer = [other for other in treated if not other["disd"] or other["disd"] > one["disd"]]
            if all(other["modst"] > _later(one["disd"], 6) for other in longer):
                found.setdefault(f"people completing treatment {label}", set()).add(person)
    return found


def test_people_who_start_and_complete_treatment(made_up):
    counts, wanted = counted("treatment_journeys", made_up), starting_and_completing(rows(made_up, "journeys"))
    assert len(wanted) == 2 * len(YEARS) and min(map(len, wanted.values())) > 100
    for what, people in wanted.items():
        measure, _, label = what.rpartition(" ")
        assert value(counts, measure=measure, period=label, area="E92000001") == len(people)


@pytest.mark.parametrize("seed", range(3))
def test_journeys_that_overlap_start_and_complete_as_one(seed, tmp_path):
    chance = random.Random(seed)
    records = []
    for person in range(400):
        for _ in range(chance.randint(1, 4)):
            start = date(2018, 1, 1) + timedelta(chance.randint(0, 1000))
            end = start + timedelta(chance.choice((0, 5, 30, 100, 400)))
            why = chance.choice(("Treatment completed – drug free", "Incomplete – dropped out", None))
            ended = f"DATE '{end}'" if why else "CAST(NULL AS DATE)"
            reason = f"'{why}'" if why else "CAST(NULL AS VARCHAR)"
            records.append((1, {"clientid": f"'person{person:012}'", "modst": f"DATE '{start}'", "disd": ended,
                                "disrsn": reason}))  # fmt: skip
    records.append((1, {"modst": "DATE '2021-03-31'"}))
    few.write(tmp_path / "journeys", "journeys", records, first=1000)
    counts, wanted = counted("treatment_journeys", tmp_path), starting_and_completing(rows(tmp_path, "journeys"))
    assert len(wanted) == 2 * len(YEARS) and min(map(len, wanted.values())) > 10
    for what, people in wanted.items():
        measure, _, label = what.rpartition(" ")
        assert value(counts, measure=measure, period=label, area=few.LEEDS) == len(people)


def test_admissions(made_up):
    definitions = facts("diagnoses")
    wanted: Counter = Counter()
    for episode in rows(made_up, "episodes"):
        for row in definitions:
            if episode["epiorder"] == 1 and episode["epistat"] == "3" and episode["diag_01"].startswith(row["code"]):
                end = episode["epiend"]
                wanted[row["definition"], end.year + (end.month > 3)] += 1
    counts = counted("hospital_episodes", made_up)
    for (what, year), total in wanted.items():
        if year in YEARS:
            label = f"{year - 1}/{year % 100}"
            assert value(counts, measure="admissions", period=label, area="E92000001", category=what) == total
    assert min(wanted.values()) > 0


def test_a_review_links_deaths_with_treatment_and_hospital(made_up):
    causes = {row["cause"] for row in facts("causes")}
    treated: dict[str, list] = {}
    for one in rows(made_up, "journeys"):
        treated.setdefault(one["clientid"], []).append(one)
    stays: dict[str, list] = {}
    for one in rows(made_up, "episodes"):
        if one["epiorder"] == 1:
            stays.setdefault(one["encrypted_hesid"], []).append(one["admidate"])
    wanted: Counter = Counter()
    for death in rows(made_up, "deaths"):
        if death["s_underlying_cod_icd10"][:3] not in causes or death["reg_date"].year not in YEARS:
            continue
        day, person = death["reg_date_of_death"], death["dec_conf_nhs_number_clean_deid"]
        year_before = (pd.Timestamp(day) - pd.DateOffset(months=12)).date()
        ends = [one["disd"] or date(2999, 1, 1) for one in treated.get(person, []) if one["triaged"] <= day]
        resident = death["lad_of_residence"].startswith("E")
        if not ends:
            wanted["treatment: never" if resident else "treatment: not known"] += 1
        elif max(ends) >= day:
            wanted["treatment: at the time of death"] += 1
        else:
            recent = max(ends) >= year_before
            wanted["treatment: within 12 months before" if recent else "treatment: earlier"] += 1
        there = [admitted for admitted in stays.get(person, []) if year_before <= admitted <= day]
        away = "hospital: not in the 12 months before" if resident else "hospital: not known"
        wanted["in hospital" if there else away] += 1
    counts = counted("drug_death_reviews", made_up)
    for what in ("treatment: never", "treatment: at the time of death", "treatment: within 12 months before",
                 "treatment: earlier", "treatment: not known", "hospital: not in the 12 months before",
                 "hospital: not known"):  # fmt: skip
        assert value(counts, measure="deaths", period="2019-21", area="K04000001", category=what) == wanted[what] > 0
    stayed = sum(value(counts, measure="deaths", period="2019-21", area="K04000001", category=f"hospital: {why}")
                 for why in ("poisoning", "mental and behavioural disorders", "other"))  # fmt: skip
    assert stayed == wanted["in hospital"] > 0


@pytest.mark.real_data
def test_the_real_street_files_give_their_drug_crimes():
    declared = EXTRACTS["street_crimes"]
    with duck() as engine:
        counts = counting.count(declared, engine, {"crimes": str(REAL / "police_uk_street")}, [2024])
        raw = engine.ask('SELECT "Reported by" AS force, count(*) AS n FROM crimes GROUP BY "Reported by"')
    drugs = counts[(counts["category"] == "drugs") & (counts["period"] == "Jan 2024")].set_index("area")["value"]
    assert (drugs["E23000034"], drugs["E23000013"], drugs["british-transport-police"]) == (41, 208, 235)
    forces = counts[counts["area"].isin(["E23000034", "E23000013", "british-transport-police"])]
    # All 3,379 exact duplicates of the transport police count.
    assert forces.groupby("area")["value"].sum().to_dict() == {
        "E23000034": 734, "E23000013": 6561, "british-transport-police": 6190,
    }  # fmt: skip
    assert raw["n"].sum() == 734 + 6561 + 6190
    # A district that has the name of a force is not that force.
    assert drugs["E09000001"] < 41
    cleveland = ["E06000001", "E06000002", "E06000003", "E06000004"]
    assert drugs[cleveland].sum() == 208
