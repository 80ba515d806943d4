"""`ncdof remove`: what it says goes with a release, when it asks, and what is left."""

from datetime import date
from pathlib import Path

import pytest

from pipeline import build, inventory, releases
from pipeline.read import staging
from tests.program import contents, ncdof
from tests.test_releases import street

STREET, FIRST, SECOND = "police_street_crime", "2024-03-26", "2024-04-26"


@pytest.fixture
def data(tmp_path) -> Path:
    """A data folder with two staged releases of a source."""
    data = tmp_path / "data"
    for number, day in enumerate((FIRST, SECOND), 1):
        files = [street(tmp_path / day, force, number) for force in ("Kent", "Essex")]
        releases.store(data, releases.release_of(STREET, date.fromisoformat(day), files))
    build.stage(data, [STREET], build.Report())
    return data


def days(data: Path) -> list[str]:
    return [str(release.released) for release in releases.stored(data, STREET)]


def test_a_release_is_taken_back_with_what_is_staged_of_it(data):
    answer = ncdof(data, "remove", STREET, "--released", SECOND, "--yes")
    assert answer.returncode == 0 and days(data) == [FIRST]
    for said in ("2024-01-kent-street.csv", "2024-01-essex-street.csv", "2 figures", f"release of {FIRST} leads"):
        assert said in answer.stdout
    assert "sample" not in answer.stdout
    assert [staged.released for staged in inventory.staged(data) if staged.source == STREET] == [date(2024, 3, 26)]
    assert not (data / "staging" / STREET / f"{SECOND}.parquet").exists()


def test_the_last_release_leaves_the_samples_and_says_so(data):
    ncdof(data, "remove", STREET, "--released", FIRST, "--yes")
    answer = ncdof(data, "remove", STREET, "--yes")
    assert answer.returncode == 0 and "made-up sample releases stand in" in answer.stdout
    assert contents(data / "raw") == set() and inventory.own_releases(data) == []


def test_nothing_goes_where_nobody_can_be_asked(data):
    there = contents(data)
    answer = ncdof(data, "remove", STREET, "--released", SECOND)
    assert answer.returncode == 2 and "say --yes" in answer.stderr and contents(data) == there


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((STREET,), f"{STREET} has releases of {FIRST}, {SECOND}: say which"),
        ((STREET, "--released", "2024-05-01"), f"no release of 2024-05-01, but of {FIRST}, {SECOND}"),
        ((STREET, "--released", "in May"), "--released takes a day"),
        (("nobody",), "no source is called 'nobody'"),
        (("published_figures",), "data/raw holds no release of published_figures"),
        (("ons_drug_deaths",), "data/raw holds no release of ons_drug_deaths"),
    ],
)
def test_a_release_that_is_not_there_is_no_release(arguments, sentence, data):
    there = contents(data)
    answer = ncdof(data, "remove", *arguments, "--yes")
    assert (answer.returncode, sentence in answer.stderr) == (2, True), answer.stderr
    assert contents(data) == there


def test_of_a_linked_release_the_link_goes(data, tmp_path):
    folder = data / "raw" / STREET / SECOND
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    answer = ncdof(data, "remove", STREET, "--released", SECOND, "--yes")
    assert answer.returncode == 0 and "where the files stay" in answer.stdout
    assert days(data) == [FIRST] and len([*(tmp_path / "elsewhere").iterdir()]) == 3


def test_a_release_with_the_files_of_a_later_one_says_that_these_stay(data):
    (first, _) = releases.stored(data, STREET)
    releases.store(data, releases.release_of(STREET, date(2024, 5, 26), first.files))
    answer = ncdof(data, "remove", STREET, "--released", FIRST, "--yes")
    assert answer.returncode == 0 and "the same files are there as of 2024-05-26, and stay" in answer.stdout
    assert days(data) == [SECOND, "2024-05-26"]


def test_staged_figures_can_be_forgotten_twice(data):
    (release, _) = releases.stored(data, STREET)
    staging.forget(data, release)
    staging.forget(data, release)
    assert staging.read_staged(staging.staged_path(data, release)) is None
