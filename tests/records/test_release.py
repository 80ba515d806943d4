"""What counting releases: once said is known, a day counted again too; and what is made up is never among others."""

import shutil
from datetime import date

import fsspec
import numpy as np
import pytest
from filelock import FileLock

from pipeline import releases
from pipeline.read.opening import Refused
from pipeline.records import counting, release
from pipeline.records.duck import duck
from pipeline.records.extract import EXTRACTS
from pipeline.records.lying import MADE_UP, lying
from tests.program import contents
from tests.records import few

DAY, LATER = date(2026, 10, 1), date(2026, 11, 2)
DEATHS = EXTRACTS["registered_deaths"]


def count(data, where, day=DAY, years=(2019, 2020), extract=DEATHS):
    """What one sees of the counts of deaths, and of what they are linked with."""
    with duck() as engine:
        lies = {table: str(where / table) for table in extract.tables}
        return counting.released(data, extract, engine, lies, years, day)


def numbers(data, made_up: bool = False) -> dict[tuple[str, ...], float]:
    return release.said_before(data, made_up=made_up)


@pytest.fixture
def lie(tmp_path):
    """Deaths of two years in Leeds, men and women, of whom few are men in one of them."""
    died = [
        (many, {"dec_sex": sex, "reg_date": f"DATE '{year}-12-20'"})
        for year, sex, many in ((2019, "'1'", 12), (2019, "'2'", 23), (2020, "'1'", 4), (2020, "'2'", 31))
    ]
    few.write(tmp_path / "lie" / "deaths", "deaths", died)
    return tmp_path / "lie"


def more(lie, year: int, sex: str, many: int) -> None:
    fields = {"dec_sex": f"'{sex}'", "reg_date": f"DATE '{year}-12-20'"}
    few.write(lie / "deaths", "deaths", [(many, fields)], first=10_000 * (1 + len([*(lie / "deaths").iterdir()])))


def men(said, year: int) -> float:
    return said["deaths", str(year), few.LEEDS, "male", "all", "drug poisoning"]


@pytest.mark.parametrize("day", [DAY, LATER])
def test_one_death_more_is_not_seen_whether_the_day_is_another_or_the_same(day, lie, tmp_path):
    count(tmp_path, lie)
    before = numbers(tmp_path)
    assert men(before, 2019) == 10 and np.isnan(men(before, 2020))
    more(lie, 2019, "1", 1)
    more(lie, 2020, "1", 9)
    count(tmp_path, lie, day)
    after = numbers(tmp_path)
    # 13 would be 15, and what was hidden may be guessed from what it was.
    assert men(after, 2019) == 10 and np.isnan(men(after, 2020))
    more(lie, 2019, "1", 3)
    count(tmp_path, lie, day)
    assert men(numbers(tmp_path), 2019) == 15


@pytest.mark.parametrize("day", [DAY, LATER])
def test_the_same_records_again_say_the_same(day, lie, tmp_path):
    first, again = (count(tmp_path, lie, on) for on in (DAY, day))
    assert again.equals(first) and len(first) > 20


def test_a_year_counted_again_is_replaced_and_others_stay(lie, tmp_path):
    count(tmp_path, lie)
    before = numbers(tmp_path)
    shutil.rmtree(lie / "deaths")
    few.write(lie / "deaths", "deaths", [(40, {"reg_date": "DATE '2020-12-20'"})])
    count(tmp_path, lie, years=[2020])
    after = numbers(tmp_path)
    assert {key: said for key, said in after.items() if key[1] == "2019"} == {
        key: said for key, said in before.items() if key[1] == "2019"
    }
    women = ("deaths", "2020", few.LEEDS, "female", "all", "drug poisoning")
    assert before[women] > 0 and not after[women] > 0
    # Of a year that nobody is of any more, nothing is left.
    count(tmp_path, lie, years=[2019, 2020])
    assert {key[1] for key in numbers(tmp_path)} == {"2020"}


def test_three_years_stay_where_one_of_them_is_counted_again(lie, tmp_path):
    review, years = EXTRACTS["drug_death_reviews"], (2019, 2020, 2021)
    for sex in "12":
        more(lie, 2021, sex, 30)
    for table, day in (("journeys", "modst"), ("episodes", "admidate")):
        few.write(lie / table, table, [(9, {day: "DATE '2021-12-20'"})])
    count(tmp_path, lie, years=years, extract=review)
    before = numbers(tmp_path)
    assert "2019-21" in {key[1] for key in before}
    count(tmp_path, lie, years=[2021], extract=review)
    assert numbers(tmp_path).keys() == before.keys()


def test_made_up_records_say_nothing_of_others_and_are_never_released_with_them(lie, tmp_path):
    data, made = tmp_path / "data", tmp_path / "made"
    shutil.copytree(lie, made)
    (made / MADE_UP).touch()
    more(made, 2019, "1", 1)
    count(data, made)
    assert men(numbers(data, made_up=True), 2019) == 15 and numbers(data) == {}
    there = contents(data / "raw")
    with pytest.raises(Refused, match="made-up records are never released with others"):
        count(data, lie)
    assert contents(data / "raw") == there
    count(data, lie, LATER)
    assert men(numbers(data), 2019) == 10
    assert [one.sample for one in releases.stored(data, DEATHS.id)] == [True, False]


def test_what_is_made_up_is_known_wherever_it_lies(lie, tmp_path):
    part = tmp_path / "made" / "deaths" / "year=2020" / "month=1"
    shutil.copytree(lie / "deaths", part)
    (tmp_path / "made" / "deaths" / MADE_UP).touch()
    storage = fsspec.filesystem("memory")
    storage.put(str(tmp_path / "made"), "/held", recursive=True)
    storage.put(str(lie), "/real", recursive=True)
    try:
        file = next(part.iterdir())
        for where in (part, file, tmp_path / "made", f"{part.parent}/*/*.parquet", "memory://held/deaths/year=2020"):
            assert lying(str(where)).made_up == {True}
        assert lying(str(lie)).made_up == lying("memory://real").made_up == {False}
        shutil.copy(file, tmp_path / "made")
        assert lying(str(tmp_path / "made")).made_up == {True, False}
    finally:
        storage.rm("/held", recursive=True)
        storage.rm("/real", recursive=True)


def test_who_counts_at_the_same_time_waits_until_what_the_other_says_is_known(lie, tmp_path, monkeypatch):
    # Another process is about to say, as it holds the lock, what this one must not give away.
    taken, said_before = [], release.said_before

    def watched(data, **whose):
        with pytest.raises(TimeoutError):
            FileLock(data / "staging" / ".records.lock", is_singleton=False).acquire(timeout=0)
        taken.append(data)
        return said_before(data, **whose)

    monkeypatch.setattr(release, "said_before", watched)
    count(tmp_path, lie)
    assert taken == [tmp_path]


def test_nothing_is_released_on_a_day_to_come(lie, tmp_path):
    with pytest.raises(ValueError, match="still to come"):
        count(tmp_path, lie, date(2100, 1, 1))
    assert not (tmp_path / "raw").exists()


def test_months_of_the_year_of_the_release_are_counted(tmp_path):
    assert release.years_until(EXTRACTS["street_crimes"], 2025, DAY) == [2025, 2026]
    assert release.years_until(DEATHS, 2024, DAY) == [2024, 2025]
    assert release.years_until(EXTRACTS["hospital_episodes"], 2025, DAY) == [2025, 2026]
    assert release.years_until(EXTRACTS["hospital_episodes"], 2025, date(2026, 3, 31)) == [2025]
