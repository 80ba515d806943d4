"""That each publication's contract refuses what its figures cannot be, and that none of its rules is idle."""

from collections.abc import Iterator
from functools import cache

import pandas as pd
import pandera.errors
import pytest

from pipeline.read import coverage
from pipeline.read.source import SOURCES
from schemas.figure import Figure
from tests.reading import SAMPLES, sample_figures

# A release is cut to all areas of some categories and of its last periods of each kind.
CATEGORIES, PERIODS = 3, 4
YEARLY = {"calendar_year", "financial_year", "academic_year", "three_years", "survey_year"}
# What is counted one by one, said here again without a look at the contracts.
COUNTED = {"people", "deaths", "offences", "exclusions", "assessments", "households", "referrals", "decisions"}
COUNTED |= {"prisoners", "requirements", "offenders", "homicides", "pupils", "seizures", "crimes", "area"}
COUNTED |= {"admissions", "population", "lines", "officers", "disruptions", "posts"}
# Estimates, and counts by the share that a cause has in each case.
NOT_WHOLE = {
    "fingertips": r"alcohol-(specific|related) .*|people (not in treatment|using.*)|admissions for.*|deaths from.*",
    "ndtms_adults": "modelled.*",
    "dfe_exclusions": "permanent exclusions",
    "alcohol_dependence": ".*",
    "ocu_prevalence": ".*",
    "published_figures": "target.*|baseline.*",
    "ons_boundaries": ".*",
}
SHARES = {
    "fingertips": ["not in treatment", "successful completion of treatment", "continuity of care after prison"],
    "ukhsa_uam": ["hepatitis C prevalence"],
}
BY_SEX = {"csew_drug_misuse", "fingertips", "home_office_nrm", "moj_reoffending", "ndtms_adults", "ndtms_viewit"}
BY_SEX |= {"ndtms_secure_settings", "nhs_hospital_admissions", "nhs_smoking_drinking_drugs", "ocu_prevalence"}
BY_SEX |= {"ons_drug_deaths", "ons_drug_deaths_local", "ons_population", "ukhsa_uam"}
# Nothing is known to be missing from a download or a file of what was asked for.
PARTIAL = {"fingertips", "ndtms_viewit", "police_street_crime", "home_office_nrm", "published_figures"}
NAMES_AREAS = {"ons_geography", "ons_boundaries"}
# Rows are printed for what there is: an offence that a force recorded, an authority that had offenders.
RAGGED = {"dfe_exclusions", "home_office_recorded_crime", "home_office_offences_by_partnership", "moj_reoffending"}
# Estimates of authorities come without those of nations; England stands beside England and Wales in some tables.
NO_NATION = {"ons_population", "csew_drug_misuse"}
IRREGULAR = {"fingertips", "ocu_prevalence", "published_figures", *NAMES_AREAS}

SAMPLED = sorted(source_id for source_id in SOURCES if (SAMPLES / source_id).is_dir())


@cache
def figures(source_id: str) -> pd.DataFrame:
    """Figures of the newest sample release."""
    newest = max(path.name for path in (SAMPLES / source_id).iterdir())
    frame = sample_figures(source_id, newest)
    parts = frame.groupby(["measure", "sex", "age", "category"], sort=False).ngroup()
    kept = parts.groupby(frame["measure"]).rank("dense") <= CATEGORIES
    late = frame.groupby(["measure", "period_kind"])["period_end"].rank("dense", ascending=False) <= PERIODS
    return frame[kept & late].reset_index(drop=True)


def is_broken(contract: type[Figure], frame: pd.DataFrame) -> bool:
    """Whether a contract finds anything wrong."""
    try:
        contract.validate(frame)
    except pandera.errors.SchemaError:
        return True
    return bool(coverage.faults(frame, contract.__rules__, {}))


# --- faults: changes of figures that no careful reader would take -------------------------------------------------


def _changed(frame: pd.DataFrame, rows: object, **said: object) -> pd.DataFrame:
    changed = frame.copy()
    for column, value in said.items():
        changed.loc[rows, column] = value
    return changed


def _shifted(frame: pd.DataFrame, rows: object, years: int) -> pd.DataFrame:
    by = pd.DateOffset(years=years)
    ends = frame.loc[rows, "period_start"] + (frame.loc[rows, "period_end"] - frame.loc[rows, "period_start"])
    return _changed(frame, rows, period_start=frame.loc[rows, "period_start"] + by, period_end=ends + by)


def of_numbers(source_id: str, frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    there = frame[frame["value"].notna()]
    for measure, row in there.drop_duplicates("measure").set_index("measure", drop=False).iterrows():
        at = there.index[there["measure"] == measure][0]
        free = {"lower": float("nan"), "upper": float("nan")}
        yield f"unit of {measure}", _changed(frame, at, unit="furlongs")
        yield f"below zero: {measure}", _changed(frame, at, value=-1.0, precision="1", **free)
        counted = row["unit"] in COUNTED and not pd.Series([measure]).str.fullmatch(NOT_WHOLE.get(source_id, "^$"))[0]
        if counted:
            yield f"not whole: {measure}", _changed(frame, at, value=row["value"] + 0.5, precision="1", **free)
        based = there[(there["measure"] == measure) & there["base"].notna()]
        if row["unit"] in COUNTED and len(based):
            yield (
                f"beyond its base: {measure}",
                _changed(frame, based.index[0], value=based["base"].iloc[0] + 1, **free),
            )
        if row["unit"] == "percent":
            yield f"beyond 100: {measure}", _changed(frame, at, value=100.5, **free)
            one = frame["measure"] == measure
            if one.sum() == 1:
                continue
            numbers = ["value", "lower", "upper"]
            yield f"fractions of {measure}", _changed(frame, one, **{n: frame.loc[one, n] / 100 for n in numbers})
    for measure in SHARES.get(source_id, ()):
        at = there.index[there["measure"] == measure][0]
        yield f"share: {measure}", _changed(frame, at, value=there.loc[at, "value"] / 2, lower=0.0)
    yield "hidden with a value", _changed(frame, there.index[0], status="c")
    yield "measure", _changed(frame, 0, measure="see note 3")


def of_words(source_id: str, frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    for column in ("age", "category"):
        yield column, _changed(frame, 0, **{column: "Source: see the notes, table 3."})
    if source_id not in BY_SEX:
        yield "sex", _changed(frame, 0, sex="female")


def of_periods(source_id: str, frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    for kind, rows in frame.groupby("period_kind"):
        newest = rows.index[rows["period_end"] == rows["period_end"].max()]
        if source_id not in {"published_figures", *NAMES_AREAS}:
            yield f"to come: {kind}", _shifted(frame, newest, 180)
        yield f"too early: {kind}", _shifted(frame, newest, -120)
    if source_id not in NAMES_AREAS:
        at = frame.index[0]
        later = frame.loc[at, "period_end"] - pd.DateOffset(months=1)
        yield "length", _changed(frame, at, period_end=later + pd.offsets.MonthEnd(0), period_kind="survey_year")
        yield "kind", _changed(frame, frame.index, period_kind="academic_year" if source_id[:3] != "dfe" else "quarter")
    for (_, kind), series in frame.groupby(["measure", "period_kind"]):
        ends = sorted(series["period_end"].unique())
        years = [end.year for end in ends]
        if kind in YEARLY and source_id not in IRREGULAR and any(b - a == c - b == 1 for a, b, c in _threes(years)):
            middle = next(b for a, b, c in _threes(years) if b - a == c - b == 1)
            gone = frame.index.isin(series.index) & (frame["period_end"].dt.year == middle)
            yield f"hole: {kind}", frame[~gone].reset_index(drop=True)


def _threes(years: list[int]) -> list[tuple[int, int, int]]:
    return list(zip(years, years[1:], years[2:], strict=False))


def of_areas(source_id: str, frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    if source_id in NAMES_AREAS:
        return
    areas = frame.drop_duplicates("area_code").set_index("area_code")
    first = areas.index[0]
    known = "unitary_authority" if "unitary_authority" in set(areas["area_kind"]) else areas.loc[first, "area_kind"]
    at = frame.index[frame["area_kind"] == known]
    yield "unknown code", _changed(frame, at[:1], area_code="E06999999" if known != "country" else "E92999999")
    yield "pseudo-area", _changed(frame, at[:1], area_code="stray-words", area_label="Stray words", area_kind="other")
    for kind, group in areas[areas["area_kind"] != "other"].groupby("area_kind"):
        if len(group) > 1:
            one, two = group.index[0], group.index[-1]
            codes = frame["area_code"].replace({one: two, two: one})
            yield f"codes exchanged: {kind}", frame.assign(area_code=codes)
        if source_id in PARTIAL:
            continue
        if kind == "country":
            yield from () if source_id in NO_NATION else _without_nation(frame)
            continue
        gone = next(code for code in group.index if code not in ABSENT)
        rows = frame["area_code"] == gone
        yield f"lost for good: {kind}", frame[~rows].reset_index(drop=True)
        lost = rows & (frame["period_label"] == frame.loc[rows, "period_label"].iloc[-1])
        yield f"lost once: {kind}", frame[~lost].reset_index(drop=True)
        some = frame[lost]
        if len(some[["sex", "age", "category"]].drop_duplicates()) > 1 and source_id not in RAGGED:
            yield f"grid: {kind}", frame.drop(some.index[0]).reset_index(drop=True)


# Areas that are printed with others, or too small, in one publication or another.
ABSENT = {"E06000053", "E09000001", "E06000052", "E09000012"}


def _without_nation(frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    nations = frame[frame["area_kind"] == "country"]
    for (measure, code), rows in nations.groupby(["measure", "area_code"]):
        others = frame[(frame["measure"] == measure) & (frame["area_code"] != code)]
        if code == "E92000001" and set(rows["period_label"]) == set(others["period_label"]):
            yield f"{code} lost: {measure}", frame.drop(rows.index).reset_index(drop=True)


KINDS = (of_numbers, of_words, of_periods, of_areas)


def faults(source_id: str) -> Iterator[tuple[str, pd.DataFrame]]:
    frame = figures(source_id)
    for kind in KINDS:
        yield from kind(source_id, frame)


@pytest.mark.parametrize("source_id", SAMPLED)
def test_a_contract_takes_its_figures_and_no_faulty_ones(source_id):
    contract = SOURCES[source_id].contract
    assert not is_broken(contract, figures(source_id))
    assert [name for name, frame in faults(source_id) if not is_broken(contract, frame)] == []
