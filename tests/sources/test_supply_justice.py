"""The readers of seizures, referrals, reoffending, court orders and prison finds, and the metrics made of them."""

import csv
import re
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from assets.samples import hmpps_digest, home_office_supply, moj_offender_management, moj_reoffending
from pipeline.calculate.metric import METRICS
from pipeline.calculate.observations import observations, workbench
from pipeline.read.cells import column_letters
from pipeline.read.marks import is_number
from pipeline.read.opening import Refused
from tests.conftest import real_file
from tests.reading import Sheets, read, write
from tests.sources.test_sources import assert_same, cells_of

UK, ENGLAND_AND_WALES = "K02000001", "K04000001"
LONG, LOCAL = "nrm_referrals_longitudinal.csv", "nrm_referrals_local-authority_2023_q4.csv"
REASONABLE, CONCLUSIVE = "nrm_reasonable_grounds.csv", "nrm_conclusive_grounds.csv"
SOURCES = ["home_office_seizures", "home_office_nrm", "moj_reoffending", "moj_offender_management", "hmpps_digest"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """The sample releases of the family, written anew."""
    made = tmp_path_factory.mktemp("samples")
    for publication in (home_office_supply, moj_reoffending, moj_offender_management, hmpps_digest):
        publication.write(made)
    return made


@pytest.fixture(scope="module")
def release(folder) -> Callable[[str, str], pd.DataFrame]:
    """The figures of a sample release by source and day; read once."""
    return cache(lambda source_id, released: read(source_id, the_file(folder, source_id, released)))


def the_file(folder: Path, source_id: str, released: str) -> Path:
    (path,) = (folder / source_id / released).iterdir()
    return path


def value(frame: pd.DataFrame, period: str, category: str = "all", **where: str) -> float:
    """The one value of a period and category; of everyone and everywhere unless said otherwise."""
    wanted = {"area_code": ENGLAND_AND_WALES, "sex": "all", "age": "all"} | where
    wanted |= {"period_label": period, "category": category}
    found = frame[(frame[list(wanted)] == pd.Series(wanted)).all(axis=1)]
    assert len(found) == 1, (wanted, len(found))
    return found["value"].item()


# --- the real files of the National Referral Mechanism -----------------------------------------------------


@pytest.mark.real_data
def test_real_referrals_at_their_cells(staged_real):
    long, local = staged_real("home_office_nrm", LONG), staged_real("home_office_nrm", LOCAL)
    by_cell = long.set_index("cell")
    last = by_cell.loc["row 886, NRM referrals"]
    assert (last["value"], last["period_label"], last["age"], last["area_code"]) == (219, "Oct-Dec 2023", "unknown", UK)
    first = by_cell.loc["row 5, NRM referrals"]
    assert (first["value"], first["category"]) == (122, "location not specified or unknown")
    assert value(local, "Oct-Dec 2023", "first responder local authority", area_code=UK) == 1_017
    assert local.loc[local["value"] == 1_017, "cell"].tolist() == ["row 12881, People"]


@pytest.mark.real_data
def test_real_referrals_of_a_year_are_those_the_publication_states(staged_real):
    long = staged_real("home_office_nrm", LONG)
    years = long[long["category"] == "all"].groupby(long["period_end"].dt.year)["value"].sum()
    assert years[[2022, 2023]].tolist() == [16_921, 17_004]


@pytest.mark.real_data
def test_real_locations_add_to_their_total(staged_real):
    long = staged_real("home_office_nrm", LONG)
    by = ["period_label", "age"]
    parts = long[long["category"] != "all"].groupby(by)["value"].sum()
    assert parts.equals(long[long["category"] == "all"].groupby(by)["value"].sum())


@pytest.mark.real_data
@pytest.mark.parametrize(("file", "quarter", "year"), [(REASONABLE, 4_705, 15_247), (CONCLUSIVE, 3_148, 9_825)])
def test_real_decisions(file, quarter, year, staged_real):
    decisions = staged_real("home_office_nrm", file)
    assert value(decisions, "Oct-Dec 2023", area_code=UK) == quarter
    assert value(decisions, "2023", area_code=UK) == year
    table = decisions.pivot_table(index=["period_label"], columns=["age", "category"], values="value")
    ages = table.xs("all", axis=1, level="category")
    assert (ages.drop(columns="all").sum(axis=1) == ages["all"]).all()
    for age in ("18 and over", "under 18", "unknown"):
        assert (table[age]["positive"] + table[age]["negative"] == table[age]["all"]).all()


@pytest.mark.real_data
def test_no_number_of_a_real_file_is_lost_but_those_by_nationality(staged_real):
    for file, left in ((LONG, 4), (REASONABLE, 2), (CONCLUSIVE, 2), (LOCAL, 6)):
        with real_file("home_office_nrm", file).open(encoding="utf-8-sig", newline="") as lines:
            rows = [row for row in list(csv.reader(lines))[1:] if file != LOCAL or row[5] == "Total"]
        there = sum(cell.isdigit() for row in rows for cell in row[left:])
        assert staged_real("home_office_nrm", file)["value"].notna().sum() == there


@pytest.mark.real_data
def test_a_real_file_that_no_longer_says_its_quarter_is_refused(tmp_path):
    renamed = Path(shutil.copy(real_file("home_office_nrm", LOCAL), tmp_path / "referrals.csv"))
    with pytest.raises(Refused, match="no column of years or quarters"):
        read("home_office_nrm", renamed)


@pytest.mark.real_data
def test_a_file_without_the_flag_gives_no_county_lines(staged_real):
    assert calculated("county_lines_referrals", home_office_nrm=staged_real("home_office_nrm", LONG)).empty


# --- the sample releases -----------------------------------------------------------------------------------


def cells(path: Path) -> dict[str, object]:
    """Every filled cell of a file by its name."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as lines:
            heads, *rows = list(csv.reader(lines))
        return {f"row {r}, {h}": cell for r, row in enumerate(rows, 2) for h, cell in zip(heads, row, strict=True)}
    book = CalamineWorkbook.from_path(str(path))
    return {
        f"{sheet}!{column_letters(c)}{r}": cell
        for sheet in book.sheet_names
        for r, row in enumerate(book.get_sheet_by_name(sheet).to_python(skip_empty_area=False), 1)
        for c, cell in enumerate(row)
        if cell != ""
    }


def unread(path: Path, cell: str) -> bool:
    """Whether a number is none, is printed twice or is one that the reader leaves out on purpose."""
    if cell.startswith("row"):
        return cell.endswith("Year")
    sheet, column, row = re.fullmatch(r"(.*)!([A-Z]+)(\d+)", cell).groups()
    beginnings = " ".join(str(cells_once(path).get(f"{sheet}!{c}{row}", "")) for c in "AB")
    heads = {str(cells_once(path).get(f"{sheet}!{column}{r}", "")) for r in (3, 4)}
    if sheet.startswith("Table_A4"):
        above = [cells_once(path).get(f"{sheet}!A{r}") for r in range(int(row), 4, -1)]
        return next(filter(None, above)) not in ("Number of offenders in cohort", "Number of reoffenders")
    years = column == "A" or (sheet == "Table 4.6" and row == "3") or (sheet == "4_9" and row == "3")
    return (
        years
        or "England and Wales" in beginnings
        or "Total police forces" in beginnings
        or any(head.startswith("Percentage change") for head in heads)
        or (heads == {"Average prison population", ""} or "Average prison population" in heads)
    )


cells_once = cache(cells)


@pytest.mark.parametrize("source_id", SOURCES)
def test_figures_are_the_numbers_that_the_files_hold(source_id, folder):
    for path in sorted((folder / source_id).glob("*/*")):
        frame, there = read(source_id, path), cells_once(path)
        printed = [str(there[cell]).replace("*", "nan") for cell in frame["cell"]]
        assert all(text in ("..", "nan") or float(text) == v for text, v in zip(printed, frame["value"], strict=True))
        hidden = frame["value"].isna()
        assert set(frame.loc[hidden, "status"]) <= {"c", "x"}
        missed = {cell for cell, text in there.items() if is_number(text)} - set(frame["cell"])
        assert [cell for cell in missed if not unread(path, cell)] == [], path.name


def near(found: float, control: float) -> bool:
    return abs(found - control) <= 0.01 * control


def test_sample_totals_are_near_the_published_ones(release):
    seizures = release("home_office_seizures", "2020-12-10")
    assert near(value(seizures[seizures["measure"] == "seizures"], "2019/20"), 183_068)
    assert near(value(seizures, "2019/20", "police"), 169_224) and near(
        value(seizures, "2019/20", "border force"), 13_844
    )
    assert near(value(release("home_office_seizures", "2025-01-23"), "2022/23"), 192_145)
    referrals = release("home_office_nrm", "2025-03-06")
    assert near(value(referrals, "2020", "county lines", area_code=UK), 1_544)
    assert near(value(referrals, "2023", area_code=UK), 17_004)
    finds = release("hmpps_digest", "2024-07-25")
    finds = finds[finds["measure"] == "drug finds"]
    for year, total in {2020: 21_575, 2021: 20_295, 2022: 17_700, 2023: 14_724, 2024: 21_145}.items():
        assert near(value(finds, f"{year - 1}/{year % 100}"), total)


def test_a_later_release_revises_an_earlier_one(release):
    first, later = (release("home_office_seizures", day) for day in ("2024-01-18", "2025-01-23"))
    assert value(first, "2022/23") < value(later, "2022/23")
    first, later = (release("moj_reoffending", day) for day in ("2024-01-25", "2025-01-30"))
    first, later = (frame[frame["measure"] == "reoffenders"] for frame in (first, later))
    assert value(first, "Jan-Mar 2022") < value(later, "Jan-Mar 2022")
    assert value(first, "Jan-Mar 2019") == value(later, "Jan-Mar 2019")


# --- what must hold ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("source_id", SOURCES[1:4])
def test_parts_never_exceed_their_whole(source_id, folder):
    for path in (folder / source_id).glob("*/*"):
        frame = read(source_id, path)
        whole = frame[frame["base"].notna() & frame["value"].notna()]
        assert len(whole) > 100 and (whole["value"] <= whole["base"]).all()


def test_totals_that_do_not_add(release):
    finds = release("hmpps_digest", "2024-07-25")
    nation = finds[(finds["measure"] == "drug finds") & (finds["area_code"] == ENGLAND_AND_WALES)]
    table = nation.pivot(index="period_label", columns="category", values="value")
    assert (table["male establishments"] + table["female establishments"] < table["all"]).all()
    kinds = table[[column for column in table if "establishments" not in column and column != "all"]]
    assert (kinds.sum(axis=1) > table["all"]).all() and (kinds.lt(table["all"], axis=0)).all().all()
    seizures = release("home_office_seizures", "2025-01-23")
    counts = seizures[(seizures["measure"] == "seizures") & (seizures["area_code"] == ENGLAND_AND_WALES)]
    table = counts.pivot(index="period_label", columns="category", values="value")
    assert (table[["class a", "class b", "class c"]].sum(axis=1) > table["all"]).all()
    assert (table["police"] + table["border force"] == table["all"]).all()


def test_west_midlands_is_a_region_and_a_force(release):
    for day, year in (("2019-12-05", "2018/19"), ("2025-01-23", "2023/24")):
        frame = release("home_office_seizures", day)
        region, force = (value(frame, year, area_code=code) for code in ("E12000005", "E23000014"))
        assert region > force > 0


# --- altered workbooks -------------------------------------------------------------------------------------

# Source, release, sheets that are kept, and of one of them: its name, the row of its headings, the row and column of a
# number that is read, and the first column that may stand anywhere; from 0.
BASES = {
    "seizures": ("home_office_seizures", "2025-01-23", r"Table_[147]", ("Table_1", 3, (4, 5), 2)),
    "old seizures": ("home_office_seizures", "2019-12-05", r"Table [147]", ("Table 7", 3, (5, 2), 1)),
    "referrals": ("home_office_nrm", "2025-03-06", r"Table_\d", ("Table_2", 3, (4, 4), 2)),
    "reoffending": ("moj_reoffending", "2025-01-30", r"Table_A4", ("Table_A4", 3, (300, 9), 4)),
    "old orders": ("moj_offender_management", "2019-04-25", r"Table 4.6", ("Table 4.6", 3, (4, 3), None)),
    "orders": ("moj_offender_management", "2024-04-25", r"4_\d", ("4_6", 2, (3, 3), 1)),
    "finds": ("hmpps_digest", "2024-07-25", r"Data", ("Data", 3, (4, 5), 4)),
}


@pytest.fixture
def sheets(folder) -> Callable[[str], Sheets]:
    def kept(name: str) -> Sheets:
        source_id, released, wanted, _ = BASES[name]
        found = cells_of(the_file(folder, source_id, released), wanted)
        return {sheet: [list(row) for row in rows[:1000]] for sheet, rows in found.items()}

    return kept


@pytest.fixture
def altered(tmp_path) -> Callable[[str, Sheets], pd.DataFrame]:
    return lambda name, pages: read(BASES[name][0], write(tmp_path / "altered.xlsx", pages))


def widened(name: str, pages: Sheets) -> Sheets:
    """An empty column before the last, and sheets in another order under other names."""
    for rows in pages.values():
        width = max(map(len, rows))
        for row in rows:
            row.extend([""] * (width - len(row)))
            row.insert(width - 1, "")
    return {f"page {number}": rows for number, rows in enumerate(reversed(pages.values()))}


def decorated(name: str, pages: Sheets) -> Sheets:
    sheet, heads, *_ = BASES[name][3]
    row = pages[sheet][heads]
    row[:] = [f" {cell.upper()} [note 9]\n" if isinstance(cell, str) and cell else cell for cell in row]
    return pages


def moved(name: str, pages: Sheets) -> Sheets:
    """The last column before the others that may move, and a note far below."""
    sheet, *_, left = BASES[name][3]
    if left is not None:
        for row in pages[sheet][2:]:
            row[left:] = [*row[-1:], *row[left:-1]]
    pages[sheet] += [[""], ["Note: nobody reads this."]]
    return pages


@pytest.mark.parametrize("alter", [widened, decorated, moved], ids=lambda alter: alter.__name__)
@pytest.mark.parametrize("name", BASES)
def test_an_alteration_of_form_changes_no_figure(name, alter, sheets, altered):
    assert_same(altered(name, alter(name, sheets(name))), altered(name, sheets(name)))


@pytest.mark.parametrize("name", ["referrals", "finds"])
def test_the_order_of_rows_does_not_matter(name, sheets, altered):
    pages = sheets(name)
    sheet, heads, *_ = BASES[name][3]
    pages[sheet][heads + 1 :] = reversed(pages[sheet][heads + 1 :])
    assert_same(altered(name, pages), altered(name, sheets(name)))


@pytest.mark.parametrize("mark", ["[q]", "-", "5,1"])
@pytest.mark.parametrize("name", BASES)
def test_an_unknown_mark_is_refused_with_its_cell(name, mark, sheets, altered):
    pages = sheets(name)
    sheet, _, (row, column), _ = BASES[name][3]
    pages[sheet][row][column] = mark
    with pytest.raises(Refused, match=rf"{sheet}.*{column_letters(column)}{row + 1} {re.escape(repr(mark))}"):
        altered(name, pages)


@pytest.mark.parametrize(
    ("name", "printed", "instead", "said"),
    [
        ("seizures", "Drug type", "Substance", "no row begins with|no table"),
        ("seizures", "Year ending March 2015", "Latest year", "cannot read the period|cannot read a period"),
        ("seizures", "Year ending March 2015", "Year ending March 2016", "two columns are headed 2015/16"),
        ("seizures", "kg", "tonnes", "no unit is known for Table_4!.* .tonnes"),
        ("old seizures", "West Midlands Region", "West Midlands", "may be a region or a police force"),
        ("old seizures", "Kent", "Kentshire", "no area is called Kentshire"),
        ("referrals", "Child (17 or under)", "Minor", "row 9: nobody knows .*'Minor'"),
        ("referrals", "Q3", "Summer", "row 37: cannot read the quarter in 'summer 2014'"),
        ("referrals", "Referrals flagged as county lines", "Flagged", "no column headed|both|printed twice"),
        ("reoffending", "Number of reoffenders", "Reoffending people", "nobody knows what reoffending people"),
        ("reoffending", "Juvenile", "Young", "nobody knows which of .* 'Young'"),
        ("orders", "Drug treatment", "Substance treatment", "no row 'Drug treatment'"),
        ("orders", "South Central", "Wessex", "no probation region is called wessex"),
        ("old orders", "Suspended sentence orders", "Deferred sentences", "nobody knows which of .*Deferred"),
        ("finds", "Incidents", "Events", "no table of drug finds"),
        ("finds", "Male", "Other", "nobody knows which of .* 'Other'"),
    ],
)
def test_what_nobody_knows_is_refused(name, printed, instead, said, sheets, altered):
    pages = {
        sheet: [[instead if cell == printed else cell for cell in row] for row in rows]
        for sheet, rows in sheets(name).items()
    }
    with pytest.raises(Refused, match=said):
        altered(name, pages)


def without(path: Path, folder: Path, *columns: str) -> Path:
    """A copy of a CSV file without some columns."""
    frame = pd.read_csv(path, dtype="str", encoding="utf-8-sig")
    frame.drop(columns=list(columns)).to_csv(folder / "altered.csv", index=False)
    return folder / "altered.csv"


def test_an_area_without_a_code_is_read_by_its_level_and_name(folder, tmp_path, release):
    path = the_file(folder, "moj_reoffending", "2024-10-31")
    # By name an area is the one there is today.
    coded = release("moj_reoffending", "2024-10-31").replace({"E08000016": "E08000038", "E08000019": "E08000039"})
    assert_same(read("moj_reoffending", without(path, tmp_path, "Area code")), coded)
    assert_same(read("moj_reoffending", without(path, tmp_path, "Area type")), release("moj_reoffending", "2024-10-31"))
    with pytest.raises(Refused, match=r"row \d+: 2 areas of England and Wales are called 'Cumbria'|'West Midlands'"):
        read("moj_reoffending", without(path, tmp_path, "Area code", "Area type"))


def test_a_flagged_column_takes_its_whole_from_the_table_of_all_referrals(sheets, altered):
    pages = sheets("referrals")
    flagged = altered("referrals", pages).query("category == 'county lines' and area_code == @UK")
    assert len(flagged) > 300 and flagged["base"].notna().all()
    del pages["Table_1"]
    alone = altered("referrals", pages).query("category == 'county lines' and area_code == @UK")
    assert len(alone) == len(flagged) and alone["base"].isna().all()


# --- the metrics -------------------------------------------------------------------------------------------


def calculated(metric_id: str, **frames: pd.DataFrame) -> pd.DataFrame:
    with workbench().cursor() as con:
        for source_id, frame in frames.items():
            con.register(source_id, frame)
        return observations(METRICS[metric_id], con, tuple(range(2000, 2030))).to_pandas()


def test_quantities_of_unlike_units_are_never_one_series(release):
    rows = calculated("drug_seizures", home_office_seizures=release("home_office_seizures", "2025-01-23"))
    quantities = rows[rows["statistic"] == "quantity"]
    assert set(quantities["unit"]) == {"kg", "doses", "plants"}
    assert (quantities.groupby("breakdown")["unit"].nunique() == 1).all()
    assert not quantities["breakdown"].isin(["all", "police", "class a"]).any()


def test_the_share_of_referrals_is_of_all_referrals_of_the_same_people(release):
    frame = release("home_office_nrm", "2025-03-06")
    rows = calculated("county_lines_referrals", home_office_nrm=frame)
    boys = {"age": "under 18", "sex": "male", "area_code": UK}
    (share,) = rows.query(
        "period == '2022' and age == 'under 18' and sex == 'male' and breakdown == 'all' and statistic == 'proportion'"
    )["value"]
    assert share == 100 * value(frame, "2022", "county lines", **boys) / value(frame, "2022", **boys)
    assert rows["period_start"].min() == pd.Timestamp("2019-10-01")


def test_finds_are_divided_by_prisoners_and_by_nobody_else(release):
    printed, rated = (release("hmpps_digest", day) for day in ("2024-07-25", "2023-07-27"))
    ours = calculated("prison_drug_finds", hmpps_digest=printed).query("statistic == 'crude_rate'")
    theirs = calculated("prison_drug_finds", hmpps_digest=rated).query("statistic == 'crude_rate'")
    leeds = ours.query("area_code == 'prison-leeds' and breakdown == 'all' and period == '2019/20'").iloc[0]
    people = value(printed[printed["measure"] == "prison population"], "2019/20", area_code="prison-leeds")
    assert leeds["denominator"] == people and leeds["lower_95"] < leeds["value"] < leeds["upper_95"]
    assert not ours["breakdown"].str.contains("establishments").any()
    both = ours.merge(theirs, on=["area_code", "period", "breakdown"], suffixes=("", "_printed"))
    both = both[both["period"] != "2022/23"]
    assert len(both) > 1_000 and ((both["value"] - both["value_printed"]).abs() < 0.051).all()


def test_orders_of_both_kinds_add(release):
    frame = release("moj_offender_management", "2024-04-25")
    rows = calculated("drug_treatment_requirements", moj_offender_management=frame)
    counts = rows[rows["statistic"] == "count"].pivot(
        index=["area_code", "period"], columns="breakdown", values="value"
    )
    assert (counts["community order"] + counts["suspended sentence order"] == counts["all"]).all()
    assert "all" not in set(rows.loc[rows["statistic"] == "proportion", "breakdown"])


def test_a_hidden_cohort_has_no_share_and_says_why(release):
    rows = calculated("proven_reoffending", moj_reoffending=release("moj_reoffending", "2024-10-31"))
    hidden = rows[rows["status"] == "c"]
    assert len(hidden) > 5 and hidden["value"].isna().all()
    assert set(hidden.loc[hidden["statistic"] == "proportion", "method"]) == {"not calculated: no numerator"}
