"""A slice of the campaign: every kind of mutation once, on the first of some small releases that it fits."""

import random

import pytest

from tests.fuzz import damage
from tests.fuzz.campaign import attempt
from tests.fuzz.mutation import MUTATIONS
from tests.fuzz.seeds import Seed, samples
from tests.fuzz.truth import CRASHED, HUNG, NEEDLESS, REFUSED, RIGHT, WRONGLY

# Small, quick to read, and of many forms: a survey, areas by code, flat records, records that are counted.
SMALL = [
    ("csew_crime", "xlsx"),
    ("ons_homicide", "xlsx"),
    ("alcohol_dependence", "csv"),
    ("home_office_nrm", "csv"),
    ("ndtms_young_people", "ods"),
    ("police_street_crime", "csv"),
    ("ons_population", "csv"),
    ("ons_police_force_tables", "xlsx"),
    ("home_office_recorded_crime", "csv"),
    ("ukhsa_uam", "ods"),
    ("home_office_seizures", "xlsx"),
    ("csew_drug_misuse", "xlsx"),
    ("ons_drug_deaths", "xlsx"),
]


@pytest.fixture(scope="module")
def small() -> list[Seed]:
    """The newest release of each that has this form and is small."""
    found = {(seed.source, seed.path.suffix[1:]): seed for seed in samples() if seed.path.stat().st_size < 400_000}
    return [found[each] for each in SMALL]


@pytest.mark.parametrize("kind", sorted(MUTATIONS))
def test_a_mutant_is_read_right_or_refused(kind, small, tmp_path):
    outcomes = (attempt(seed, kind, number, tmp_path) for number in range(3, 15) for seed in small)
    outcome = next(filter(None, outcomes), None)
    assert outcome, f"no release has a place for {kind}"
    assert outcome.outcome in (RIGHT, REFUSED), str(outcome)


# What was found wrong in one reader, and may be in any.
FOUND = (
    "area_without_its_name",
    "blank_rows_at_the_end",
    "code_in_lower_case",
    "codes_exchanged",
    "comma_records_at_the_end",
    "error_as_text",
    "footnote_on_a_number",
    "hidden_test_row",
    "names_one_row_off",
    "negative",
    "note_in_a_table",
    "part_of_a_period",
    "row_of_an_unknown_label",
    "unknown_code",
    "year_that_cannot_be",
)


@pytest.mark.parametrize("kind", FOUND)
def test_what_was_found_in_one_source_is_read_right_or_refused_in_others(kind, small, tmp_path):
    outcomes = [outcome for seed in small[:-1] if (outcome := attempt(seed, kind, number=11, folder=tmp_path))]
    assert outcomes and [str(each) for each in outcomes if each.outcome not in (RIGHT, REFUSED)] == []


def test_damaged_files_are_read_right_or_refused(small):
    for outcome in damage.run(8, 1, small[:4], workers=2):
        assert outcome.outcome in (RIGHT, REFUSED), str(outcome)


# --- that the campaign can fail ----------------------------------------------------------------------------------


def _outcome(seed: Seed, kind: str, folder) -> str:
    return next(
        outcome.outcome for number in range(50) if (outcome := attempt(seed, kind, number=number, folder=folder))
    )


def test_another_number_is_found_wrong(small, tmp_path, monkeypatch):
    seed, read = small[2], small[2].read
    seed.base  # noqa: B018 - as it is before the reader is spoilt

    def one_more(path):
        figures = read(path)
        figures.iloc[random.Random(1).randrange(len(figures)), figures.columns.get_loc("value")] += 1
        return figures

    monkeypatch.setattr(seed, "read", one_more)
    assert [_outcome(seed, kind, tmp_path) for kind in ("as_it_is", "another_number")] == [WRONGLY] * 2


def test_a_figure_lost_or_gained_is_found_wrong(small, tmp_path, monkeypatch):
    seed, read = small[2], small[2].read
    monkeypatch.setattr(seed, "read", lambda path: read(path).iloc[1:])
    assert _outcome(seed, "as_it_is", tmp_path) == WRONGLY
    monkeypatch.setattr(seed, "read", lambda path: read(path).iloc[[0, *range(len(seed.base))]])
    assert _outcome(seed, "as_it_is", tmp_path) == WRONGLY


@pytest.mark.parametrize(("error", "outcome"), [("Refused", NEEDLESS), ("KeyError", CRASHED), ("Hung", HUNG)])
def test_what_a_reader_raises_is_told_apart(error, outcome, small, tmp_path, monkeypatch):
    from pipeline.read.opening import Refused
    from tests.fuzz.campaign import Hung

    raised = {"Refused": Refused, "KeyError": KeyError, "Hung": Hung}[error]
    seed = small[2]
    seed.base  # noqa: B018 - as it is before the reader is spoilt

    def fail(path):
        raise raised("for the test")

    monkeypatch.setattr(seed, "read", fail)
    assert _outcome(seed, "as_it_is", tmp_path) == outcome


def test_a_mutant_that_must_be_refused_is_wrong_when_it_is_taken(small, tmp_path, monkeypatch):
    seed = small[2]
    base = seed.base
    monkeypatch.setattr(seed, "read", lambda path: base)
    kinds = ("negative", "unknown_code", "year_that_cannot_be", "decimal_comma", "nothing_in_it")
    assert {_outcome(seed, kind, tmp_path) for kind in kinds} == {WRONGLY}
