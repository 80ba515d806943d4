"""What a release changed: a slow second implementation over made-up and real pairs, and each edit by itself."""

from datetime import date
from math import log10

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.read import changes
from pipeline.read.source import SOURCES
from pipeline.read.staging import Staged
from schemas.figure import KEY
from tests.reading import sample_figures

DAY = date(2025, 1, 1)
SERIES = ["area_code", "category", "sex", "age"]
KINDS = {"areas": ["area_code"], "periods": ["period_start", "period_end"], "categories": ["category", "sex", "age"]}


def figures(areas=("E06000001", "E06000002", "E06000003"), years=(2021, 2022, 2023), categories=("a", "b"), **columns):
    """A full grid of whole numbers, each its own."""
    rows = [
        {
            "measure": "deaths",
            "area_code": area,
            "area_label": f"Area {area[-1]}",
            "area_kind": "unitary_authority",
            "period_start": pd.Timestamp(year, 1, 1),
            "period_end": pd.Timestamp(year, 12, 31),
            "period_label": str(year),
            "sex": "all",
            "age": "all",
            "category": category,
            "value": 100.0 * int(area[-3:]) + 10 * (year - 2020) + ord(category) - 96,
            "unit": "deaths",
            "cell": f"T!{area}{year}{category}",
        }
        | columns
        for area in areas
        for year in years
        for category in categories
    ]
    return pd.DataFrame(rows)


def found(folder, old: pd.DataFrame, new: pd.DataFrame, omits=()) -> dict[str, changes.Change]:
    paths = folder / "old.parquet", folder / "new.parquet"
    for frame, path in zip((old, new), paths, strict=True):
        frame.to_parquet(path)
    return {change.what: change for change in changes.against(*paths, DAY, omits)}


def slow(old: pd.DataFrame, new: pd.DataFrame) -> dict[str, int]:
    """How many there are of each kind of change, a figure at a time."""
    counts = dict.fromkeys(["figures new", "figures revised", "figures gone", "blanks where there were numbers"], 0)
    old, new = old[[*KEY, "area_kind", "value", "unit"]], new[[*KEY, "area_kind", "value", "unit"]]
    before, now = ({tuple(row[name] for name in KEY): row for row in f.to_dict("records")} for f in (old, new))
    ended = {row["area_code"]: set(row["group"]) for row in replaced()}

    def of(frame, measure, kind, names):
        here = frame[(frame["measure"] == measure) & (frame["area_kind"] == kind)]
        return set(map(tuple, here[names].itertuples(index=False)))

    there, gone, parts = {}, {}, {}
    for measure, area_kind in sorted(set(zip(old["measure"], old["area_kind"], strict=True))):
        for part, names in KINDS.items():
            past, present = of(old, measure, area_kind, names), of(new, measure, area_kind, names)
            there[measure, area_kind, part] = past & present
            if past & present:
                lost = past - present
                if part == "areas":
                    lost = {(a,) for (a,) in lost if not ended.get(a, set()) & set(new["area_code"])}
                gone.setdefault(part, set()).update(lost)
    parts = {f"{part} gone": len(lost) for part, lost in gone.items() if lost}
    if lost := set(old["measure"]) - set(new["measure"]):
        parts["measures gone"] = len(lost)
    series = {tuple(row[name] for name in ["measure", *SERIES]) for key, row in before.items() if key in now}
    rows = {(r["measure"], r["area_code"], r["period_start"], r["period_end"]) for r in now.values()}
    column = ["measure", "area_kind", "period_start", "period_end", "category", "sex", "age"]
    columns = {tuple(row[name] for name in column) for row in now.values()}
    units, ratios, sums = set(), {}, {}
    for key, row in before.items():
        if key not in now:
            still = all(
                tuple(row[name] for name in names) in there[row["measure"], row["area_kind"], part]
                for part, names in KINDS.items()
            )
            own = tuple(row[name] for name in ["measure", *SERIES]) in series
            crossed = (row["measure"], row["area_code"], row["period_start"], row["period_end"]) in rows and tuple(
                row[name] for name in column
            ) in columns
            counts["figures gone"] += still and (own or crossed)
            continue
        a, b = row["value"], now[key]["value"]
        counts["blanks where there were numbers"] += pd.notna(a) and pd.isna(b)
        if row["unit"] != now[key]["unit"]:
            units.add(row["measure"])
            continue
        counts["figures revised"] += bool(abs(b - a) > 1e-9 * abs(a))
        if pd.notna(a) and pd.notna(b):
            table = row["measure"], row["area_kind"], row["period_start"], row["period_end"]
            was, is_now = sums.get(table, (0, 0))
            sums[table] = was + a, is_now + b
        if a * b > 0:
            ratios.setdefault(row["measure"], []).append(log10(b / a))
    counts["figures new"] = len(now.keys() - before.keys())
    counts["tables in another unit"] = len(units)
    drifted = set()
    for measure, logs in ratios.items():
        logs, power = pd.Series(logs), round(pd.Series(logs).median())
        near = logs.quantile(0.1) > power - 0.3 and logs.quantile(0.9) < power + 0.3
        if len(logs) >= 5 and 1 <= abs(power) <= 3 and near:
            drifted.add(measure)
    counts["tables of another size"] = len(drifted)
    less = [now < 0.9 * was for (measure, *_), (was, now) in sums.items() if was >= 100 and measure not in drifted]
    counts["tables with less in all"] = sum(less)
    return {what: number for what, number in (counts | parts).items() if number}


def replaced() -> list[dict]:
    table = changes._replaced(DAY)
    grouped = table.groupby("area_code")["successor"].agg(list)
    return [{"area_code": code, "group": group} for code, group in grouped.items()]


@st.composite
def edited(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two editions of three tables: rows lost, values changed, blanked and scaled, units and tables exchanged."""
    tables = [
        figures(measure="deaths"),
        figures(measure="rate", unit="per 100,000"),
        figures(areas=("E92000001", "W92000004"), measure="deaths", area_kind="country"),
    ]
    old = pd.concat(tables, ignore_index=True)
    new = old.copy()
    new["value"] *= draw(st.sampled_from([1, 1, 1, 10, 0.001, 1000, 5, 0.6]))
    for _ in range(draw(st.integers(0, 4))):
        column = draw(st.sampled_from(["measure", "area_code", "period_label", "category"]))
        some = new[column] == draw(st.sampled_from(sorted(set(old[column]))))
        edit = draw(st.sampled_from(["lose", "blank", "revise", "unit", "lose one"]))
        if edit == "lose":
            new = new[~some]
        elif edit == "blank":
            new.loc[some, "value"] = None
        elif edit == "revise":
            new.loc[some, "value"] += 3
        elif edit == "unit":
            new.loc[some, "unit"] = "others"
        elif len(new) > 1:
            new = new.drop(new.index[draw(st.integers(0, len(new) - 1))])
    first = draw(st.integers(0, 2))
    return old[old["period_label"].isin(["2021", "2022", "2023"][: 3 - first])], new


@settings(max_examples=60)
@given(edited())
def test_the_report_is_what_a_slow_reading_finds(tmp_path_factory, pair) -> None:
    old, new = pair
    report = found(tmp_path_factory.mktemp("pair"), old, new)
    said = {what: change.number for what, change in report.items()}
    if not set(zip(old["period_label"], old["measure"], strict=True)) & set(
        zip(new["period_label"], new["measure"], strict=True)
    ):
        said.pop("tables of another size", None)  # held against other periods, as the test of quarters shows
    assert said == slow(old, new)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("source", "old", "new", "expected"),
    [
        (
            "dfe_children_in_need",
            "c3_factors_identified_at_end_of_assessment_2018_to_2023.csv",
            "c3_factors_identified_at_end_of_assessment_2018_to_2024.csv",
            set(),
        ),
        ("ons_police_force_tables", "pfatablesdec19.xlsx", "policeforceareatablesyedecember2024.xlsx", set()),
        ("mhclg_homelessness", "DetailedLA_201806.xlsx", "Detailed_LA_202212.xlsx", set()),
    ],
)
def test_real_pairs(tmp_path, staged_real, source, old, new, expected) -> None:
    pair = staged_real(source, old), staged_real(source, new)
    report = found(tmp_path, *pair)
    said = {what: change.number for what, change in report.items()}
    assert said == slow(*pair)
    assert len(str(list(report.values()))) < 2000


def only(report: dict[str, changes.Change], *severe: str) -> bool:
    return {what for what, change in report.items() if change.severity} == set(severe)


def test_an_edition_that_adds_a_year_and_revises_one_is_no_finding(tmp_path) -> None:
    old, new = figures(years=(2021, 2022)), figures()
    new.loc[3, "value"] = 187.0
    report = found(tmp_path, old, new)
    assert only(report)
    assert str(report["figures new"]) == "6 figures new"
    was = old["value"][3]
    assert str(report["figures revised"]) == (
        f"1 figures revised: most deaths, Area 1, 2022 (b): {was:.0f} to 187 (T!E060000012022b)"
    )


@pytest.mark.parametrize(
    ("lost", "what", "detail"),
    [
        ({"areas": ("E06000001", "E06000002")}, "areas gone", "Area 3 (E06000003), of deaths"),
        ({"years": (2021, 2023)}, "periods gone", "2022, of deaths"),
        ({"years": (2022, 2023)}, "periods gone", "2021, of deaths"),
        ({"categories": ("a",)}, "categories gone", "b, of deaths"),
    ],
)
def test_what_shrank_is_a_failure_unless_it_is_declared(tmp_path, lost, what, detail) -> None:
    report = found(tmp_path, figures(), figures(**lost))
    assert only(report, what)
    assert (report[what].severity, report[what].number, report[what].detail) == ("failure", 1, detail)
    assert only(found(tmp_path, figures(), figures(**lost), omits=[what.split()[0]]))


def test_a_table_that_is_gone(tmp_path) -> None:
    old = pd.concat([figures(), figures(measure="rate")])
    report = found(tmp_path, old, figures())
    assert only(report, "measures gone") and report["measures gone"].detail == "rate"


@pytest.mark.parametrize("kept", [range(0, 17), range(0, 13), range(1, 18)])
def test_a_file_cut_at_the_end_of_a_line_is_seen(tmp_path, kept) -> None:
    by_year = figures().sort_values(["period_end", "area_code"], ignore_index=True)
    report = found(tmp_path, by_year, by_year.iloc[list(kept)])
    assert report["figures gone"].severity == "warning"
    assert report["figures gone"].number == 18 - len(kept)


def test_half_a_month_handed_in_later_is_seen(tmp_path) -> None:
    new = figures()
    half = new["period_label"] == "2023"
    new.loc[half, "value"] = new.loc[half, "value"] // 2
    report = found(tmp_path, figures(), new)
    assert only(report, "tables with less in all")
    assert report["tables with less in all"].detail == "deaths, 2023: 1,389 before, 693 now"
    new.loc[half, "value"] = figures().loc[half, "value"] - 1
    assert only(found(tmp_path, figures(), new))


def test_a_number_cut_short_is_the_largest_revision(tmp_path) -> None:
    old, new = figures(), figures()
    old.loc[4, "value"], new.loc[4, "value"], new.loc[5, "value"] = 18714.0, 187.0, new["value"][5] + 100
    assert "18,714 to 187" in found(tmp_path, old, new)["figures revised"].detail


def test_cells_blank_to_the_right_are_counted(tmp_path) -> None:
    new = figures()
    new.loc[2:, "value"] = None
    report = found(tmp_path, figures(), new)
    assert only(report, "blanks where there were numbers")
    assert report["blanks where there were numbers"].number == 16


@pytest.mark.parametrize(
    ("factor", "said"), [(10, "10 times"), (1000, "1,000 times"), (0.01, "a 100th of"), (2, ""), (10**4, "")]
)
def test_drift_of_a_unit(tmp_path, factor, said) -> None:
    new = figures()
    new["value"] *= factor
    new.loc[0, "value"] = 101.0
    report = found(tmp_path, figures(), new)
    assert only(report, *(["tables of another size"] if said else []))
    if said:
        expected = f"deaths: 18 values are about {said} what they were"
        assert (report["tables of another size"].severity, report["tables of another size"].detail) == (
            "failure",
            expected,
        )


@pytest.mark.parametrize(
    ("source", "old", "new", "measure", "factors"),
    [
        ("home_office_seizures", "2024-01-18", "2025-01-23", "quantity seized in kg", (10, 1000, 0.1, 0.001)),
        ("nhs_smoking_drinking_drugs", "2022-09-06", "2024-10-17", "taken drugs in the last month", (0.1,)),
        ("csew_crime", "2023-07-20", "2025-01-30", "survey rate", (0.1,)),
    ],
)
def test_what_a_release_cannot_tell_of_its_size_the_one_before_does(tmp_path, source, old, new, measure, factors):
    before, now = sample_figures(source, old), sample_figures(source, new)
    assert "tables of another size" not in found(tmp_path, before, now)
    rows = now["measure"].str.fullmatch(measure)
    for factor in factors:
        drifted = now.assign(value=now["value"].where(~rows, now["value"] * factor))
        said = found(tmp_path, before, drifted)["tables of another size"]
        assert (said.severity, said.number) == ("failure", now.loc[rows, "measure"].nunique())


def test_a_declared_unit_is_no_drift(tmp_path) -> None:
    new = figures(unit="per 100,000")
    new["value"] *= 1000
    assert only(found(tmp_path, figures(), new), "tables in another unit")


def test_releases_of_one_quarter_each_are_held_against_each_other(tmp_path) -> None:
    one, other = figures(years=(2022,)), figures(years=(2023,))
    assert only(found(tmp_path, one, other))
    assert only(found(tmp_path, one, other[other["area_code"] != "E06000002"]), "areas gone")
    assert only(found(tmp_path, one, other[other["category"] != "b"]), "categories gone")
    other["value"] *= 1000
    assert only(found(tmp_path, one, other), "tables of another size")


def test_an_area_that_was_replaced_is_not_gone(tmp_path) -> None:
    old = figures(areas=("E07000026", "E06000001"))  # Allerdale, since April 2023 part of Cumberland
    assert only(found(tmp_path, old, figures(areas=("E06000063", "E06000001"))))
    assert only(found(tmp_path, old, figures(areas=("E06000002", "E06000001"))), "areas gone")


def test_another_part_of_a_publication_is_no_earlier_edition(tmp_path) -> None:
    for name, frame in {
        "1": figures(),
        "2": figures(measure="rate"),
        "3": figures(areas=("E92000001",)),
        "4": figures(years=(2024,)),
    }.items():
        frame.to_parquet(tmp_path / name)
    first, *_, last = [tmp_path / name for name in "1234"]
    assert changes.before(last, [tmp_path / name for name in "123"]) == first
    assert changes.before(first, []) is None
    assert changes.before(tmp_path / "2", [first]) is None


def staged(folder, released: str, frame: pd.DataFrame, code: str = "1") -> Staged:
    path = folder / f"{released}.parquet"
    frame.to_parquet(path)
    day, sha256 = date.fromisoformat(released), str(len(frame)) * 12
    return Staged(path, "dfe_children_in_need", day, sha256[:12], sha256, (), False, code, len(frame), (2023,))


def test_the_newest_release_is_held_against_the_one_before_until_one_of_them_is_read_otherwise(tmp_path, monkeypatch):
    first = staged(tmp_path, "2022-01-01", figures(years=(2021, 2022)))
    second = staged(tmp_path, "2023-01-01", figures())
    third = staged(tmp_path, "2024-01-01", figures(years=(2022, 2023)))
    assert changes.of_newest([first]) == {}
    ((new, before), found_first) = next(iter(changes.of_newest([third, first, second]).items()))
    assert (new, before, [change.what for change in found_first]) == (third, date(2023, 1, 1), ["periods gone"])
    monkeypatch.setattr(changes, "against", lambda *about: [])
    assert changes.of_newest([first, second, third]) == {(third, date(2023, 1, 1)): found_first}
    reread = staged(tmp_path, "2023-01-01", figures(), code="2")
    assert changes.of_newest([first, reread, third]) == {(third, date(2023, 1, 1)): []}


def test_what_a_source_leaves_out_is_one_of_the_parts():
    declared = {what for source in SOURCES.values() for what in source.omits}
    assert declared and {f"{part} gone" for part in declared} <= changes.FAILURES
