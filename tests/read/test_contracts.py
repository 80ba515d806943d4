"""That each publication's contract refuses what its figures cannot be, and that none of its rules is idle."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache

import pandas as pd
import pandera.errors
import pytest

from pipeline.read import coverage
from pipeline.read.source import SOURCES
from schemas.columns import keeps
from schemas.figure import KEY, Figure
from schemas.rules import Rules, amount
from tests.reading import SAMPLES, sample_figures

# A release is cut to all areas of some categories and of its last periods of each kind.
CATEGORIES, PERIODS = 2, 4
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
RATES = {
    "alcohol_dependence": ["rate of alcohol dependence"],
    "csew_crime": ["survey rate"],
    "fingertips": [
        "alcohol-specific mortality",
        "mortality from drug misuse",
        "prevalence of opiate and/or crack cocaine use",
        "rate in treatment",
        "rate of admissions for substance misuse",
        "rate of alcohol-related admissions",
    ],
    "ocu_prevalence": ["rate of use"],
    "ons_drug_deaths": ["age-standardised rate"],
    "ons_drug_deaths_local": ["age-standardised rate"],
    "ons_police_force_tables": ["rate of recorded offences"],
}
# Rates of people all of whom may be counted.
OF_PEOPLE = {
    "alcohol_dependence": ["rate of alcohol dependence"],
    "fingertips": ["prevalence of opiate and/or crack cocaine use", "rate in treatment"],
    "ocu_prevalence": ["rate of use"],
}
PEOPLE = ("population", "households")
MODELS = {"ndtms_adults": ["modelled deaths in treatment"]}
WITHIN = {
    "nhs_smoking_drinking_drugs": {
        "taken drugs in the last month": "taken drugs in the last year",
        "taken drugs in the last year": "taken drugs ever",
        "acceptable once a week": "acceptable to try once",
    }
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
    return not keeps(contract, frame) or bool(coverage.faults(frame, contract.__rules__, {}))


def is_kept_by_pandera(contract: type[Figure], frame: pd.DataFrame) -> bool:
    try:
        contract.validate(frame)
    except pandera.errors.SchemaError:
        return False
    return True


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


def of_numbers(source_id: str, whole: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    newest = whole["period_end"] == whole.groupby(["measure", "period_kind"])["period_end"].transform("max")
    frame = whole[newest].reset_index(drop=True)
    there = frame[frame["value"].notna()]
    for measure in there["measure"].unique():
        row = there[there["measure"] == measure].iloc[0]
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
        if measure in OF_PEOPLE.get(source_id, ()):
            yield f"beyond all: {measure}", _changed(frame, at, value=1_000.5, **free)
        if measure in SHARES.get(source_id, ()):
            yield f"share: {measure}", _changed(frame, at, value=there.loc[at, "value"] / 2, lower=0.0)
    for measure in RATES.get(source_id, ()):
        rates = frame[(frame["measure"] == measure) & frame["value"].notna()]
        one = (frame["measure"] == measure) & (frame["category"] == rates["category"].iloc[0])
        numbers = ["value", "lower", "upper"]
        other = _changed(frame, one, **{n: frame.loc[one, n] * 100 for n in numbers})
        # With all people beside them rates are told by another rule too.
        yield f"another unit: {measure}", other[~other["measure"].isin(PEOPLE)].reset_index(drop=True)
    for measure in MODELS.get(source_id, ()):
        one = frame["measure"] == measure
        yield f"modelled: {measure}", _changed(frame, one, value=frame["value"] / 10, lower=frame["lower"] / 10)
    for measure, wider in WITHIN.get(source_id, {}).items():
        beside = there.merge(there[there["measure"] == wider], on=KEY[1:], how="left", suffixes=("", "_wider"))
        of = beside.set_index(there.index)["value_wider"][there["measure"] == measure].dropna()
        yield f"nested: {measure}", _changed(frame, of.index[-1], value=of.iloc[-1] + 2)
    # Estimates and limits that changed places, where some of either are missing.
    for limit in ("lower", "upper"):
        for at in there.index[there[limit].notna()][:1]:
            others = {name: float("nan") for name in ("value", "lower", "upper") if name != limit}
            yield f"{limit} limit alone", _changed(frame, at, status="x", **others)
    yield "hidden with a value", _changed(whole, whole.index[whole["value"].notna()][0], status="c")
    yield "measure", _changed(whole, whole["measure"] == whole["measure"].iloc[0], measure="see note 3")


def of_words(source_id: str, frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    # Of a part, where there is one, because a whole is missed where its parts stand.
    whole = (frame[["sex", "age", "category"]] == "all").all(axis=1)
    at = frame.index[~whole][0] if not whole.all() else frame.index[0]
    for column in ("age", "category"):
        yield column, _changed(frame, at, **{column: "Source: the survey of 1999."})
    if source_id not in BY_SEX:
        yield "sex", _changed(frame, at, sex="female")
    # A cell into which two were merged.
    yield "label twice", _changed(frame, slice(None), category=frame["category"] + " / " + frame["category"])
    yield "letter of a note", _changed(frame, slice(None), category=frame["category"] + " (a)")
    if (words := frame["area_code"].str.match("[a-z]")).any():
        code, name = frame.loc[words, ["area_code", "area_label"]].iloc[0]
        yield "name twice", _changed(frame, frame["area_code"] == code, area_label=f"{name} / {name}")


def of_periods(source_id: str, frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    for kind, rows in frame.groupby("period_kind"):
        newest = rows.index[rows["period_end"] == rows["period_end"].max()]
        if source_id not in {"published_figures", *NAMES_AREAS}:
            yield f"to come: {kind}", _shifted(frame, newest, 180)
        alone = frame.loc[newest].reset_index(drop=True)
        yield f"too early: {kind}", _shifted(alone, alone.index, -120)
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
    stray = frame.iloc[:1].assign(area_code="stray-words", area_label="Stray words", area_kind="other")
    yield "pseudo-area", pd.concat([frame, stray], ignore_index=True)
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
        if kind in map(_telling, SOURCES[source_id].contract.__rules__.areas.levels):
            yield f"none of {kind}", frame[frame["area_kind"] != kind].reset_index(drop=True)
        rows = frame["area_code"] == gone
        yield f"lost for good: {kind}", frame[~rows].reset_index(drop=True)
        lost = rows & (frame["period_label"] == frame.loc[rows, "period_label"].iloc[-1])
        yield f"lost once: {kind}", frame[~lost].reset_index(drop=True)
        some = frame[lost]
        if len(some[["sex", "age", "category"]].drop_duplicates()) > 1 and source_id not in RAGGED:
            yield f"grid: {kind}", frame.drop(some.index[0]).reset_index(drop=True)


def _telling(level: str) -> str:
    """The kind of area that stands in one level only."""
    return {"upper tier": "county", "lower tier": "district"}.get(level, level.replace(" ", "_"))


# Areas that are printed with others, or too small, in one publication or another.
ABSENT = {"E06000053", "E09000001", "E06000052", "E09000012"}


def _without_nation(frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    nations = frame[frame["area_kind"] == "country"]
    for (measure, code), rows in nations.groupby(["measure", "area_code"]):
        others = frame[(frame["measure"] == measure) & (frame["area_code"] != code)]
        if code == "E92000001" and set(rows["period_label"]) == set(others["period_label"]):
            yield f"{code} lost: {measure}", frame.drop(rows.index).reset_index(drop=True)


KINDS = (of_numbers, of_words, of_periods, of_areas)


def faults(source_id: str) -> Mapping[str, pd.DataFrame]:
    """Faulty figures of a source, by what is wrong with them."""
    frame = figures(source_id)
    return {name: faulty for kind in KINDS for name, faulty in kind(source_id, frame)}


def weaker(rules: Rules) -> Iterator[tuple[str, Rules]]:
    """Rules without one of them, each with the name of the fault that it is there for."""
    for name, measure in rules.measures.items():
        without = {
            f"unit of {name}": replace(measure, units=(*measure.units, "furlongs")),
            f"not whole: {name}": replace(measure, whole=False),
            f"beyond its base: {name}": replace(measure, within_base=False),
            f"beyond 100: {name}": replace(measure, most=float("inf"), share_of="", within=""),
            f"share: {name}": replace(measure, share_of=""),
            f"beyond all: {name}": replace(measure, most=float("inf"), rate_of=""),
            # A hundred times the rate is of more people than there are.
            f"another unit: {name}": replace(measure, most=float("inf"), rate_of=""),
            f"modelled: {name}": replace(measure, models=""),
            f"nested: {name}": replace(measure, within=""),
        }
        # What lies beyond its base, or 100, contradicts a share or a rate too.
        alone = {"share_of": "", "rate_of": ""}
        others = {n: replace(m, **alone) if name in (m.share_of, m.rate_of) else m for n, m in rules.measures.items()}
        for fault, less in without.items():
            if less != measure:
                yield fault, replace(rules, measures={**others, name: less})
    units = tuple(unit for measure in rules.measures.values() for unit in measure.units)
    yield "measure", replace(rules, measures={**rules.measures, "see note 3": amount(*units, nations=())})
    for kind, said in rules.periods.items():
        for fault, less in {
            "too early": replace(said, first=0),
            "hole": replace(said, every=False),
            "to come": replace(said, ahead=True, every=False),
        }.items():
            yield f"{fault}: {kind}", replace(rules, periods={**rules.periods, kind: less})
    yield "sex", replace(rules, sexes=("all", "female", "male"))
    yield "age", replace(rules, ages=(".*",))
    yield "category", replace(rules, categories=(".*",))
    areas = rules.areas
    yield "pseudo-area", replace(rules, areas=replace(areas, others=(*areas.others, "stray-words")))
    for level in areas.levels:
        others = tuple(other for other in areas.levels if other != level)
        yield (
            f"none of {_telling(level)}",
            replace(rules, areas=replace(areas, levels=others, also=(*areas.also, level))),
        )


@pytest.fixture(scope="module", params=SAMPLED)
def faulty(request) -> tuple[str, Mapping[str, pd.DataFrame]]:
    """A source with its faulty figures, made once for the tests of a source and given back after them."""
    return request.param, faults(request.param)


def test_a_contract_takes_its_figures_and_no_faulty_ones_and_has_no_idle_rule(faulty):
    source_id, found = faulty
    contract = SOURCES[source_id].contract
    assert not is_broken(contract, figures(source_id))
    assert [fault for fault, frame in found.items() if not is_broken(contract, frame)] == []
    idle, less = [], type("Less", (contract,), {})
    for fault, rules in weaker(contract.__rules__):
        less.__rules__ = rules
        if fault in found and is_broken(less, found[fault]):
            idle.append(fault)
    assert idle == []


def test_pandera_finds_what_is_found_without_its_machinery(faulty):
    source_id, found = faulty
    contract = SOURCES[source_id].contract
    assert is_kept_by_pandera(contract, figures(source_id))
    for frame in random.Random(source_id).sample(list(found.values()), min(6, len(found))):
        assert is_kept_by_pandera(contract, frame) == keeps(contract, frame)
