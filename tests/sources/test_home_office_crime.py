"""The readers of the Home Office's recorded crime, and their metrics; lists by hand are test_home_office_lists'."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from assets.sources import home_office_crime
from pipeline import naming
from pipeline.calculate.metric import METRICS
from pipeline.read.opening import Refused
from tests.calculating import observed
from tests.conftest import real_file
from tests.reading import lines, read, sample, sheets

FORCES, PARTNERSHIPS = "home_office_recorded_crime", "home_office_offences_by_partnership"
ENGLAND, WALES, BOTH, TRANSPORT = "E92000001", "W92000004", "K04000001", "british-transport-police"
SAYS = ["period_label", "area_code", "category"]


def said(frame: pd.DataFrame) -> dict[tuple, float | None]:
    """What figures say, whatever their order and cells."""
    return frame.set_index(SAYS)["value"].astype(object).where(frame.set_index(SAYS)["value"].notna(), None).to_dict()


def test_what_is_unassigned_is_so_to_a_force():
    assert home_office_crime._partnership("Kent", "Unassigned Kent") == "unassigned-kent"
    with pytest.raises(LookupError, match="no police force is called 'K'"):
        home_office_crime._partnership("Kent", "Unassigned K")


# --- rolling years ---------------------------------------------------------------------------------------------

ROLLING = "12 months ending,PFA,Region,Offence,Rolling year total number of offences\n"
CSV = "rec-crime-pfa.csv"


@pytest.mark.real_data
def test_published_figures(staged_real):
    frame = staged_real(FORCES, CSV).set_index(SAYS)
    bicycles = frame.loc[("2002/03", "E23000036", "bicycle theft")]
    assert (bicycles["value"], bicycles["cell"].split(",")[0]) == (3_090, "row 3")
    assert frame.loc[("2017/18", BOTH, "drug offences"), "value"] == 136_342
    assert frame.loc[("2011/12", BOTH, "drug offences"), "value"] == 229_099
    assert frame.loc[("2017/18", BOTH, "residential burglary"), "value"] == 309_757


@pytest.mark.real_data
def test_every_number_of_the_real_file_is_read_at_its_row(staged_real):
    printed = lines(real_file(FORCES, CSV))
    frame = staged_real(FORCES, CSV)
    single = frame[~frame["cell"].str.contains("first of")]
    rows = single["cell"].str.extract(r"^row (\d+), ")[0].astype(int)
    assert sorted(rows) == list(range(2, len(printed) + 1)) and len(printed) == 46_470
    assert single["value"].tolist() == [float(printed[row - 1][4]) for row in rows]
    assert [printed[row - 1][3].lower() for row in rows] == single["category"].tolist()


@pytest.mark.real_data
def test_the_misprinted_day_is_read_and_said(staged_real):
    frame = staged_real(FORCES, CSV)
    odd = frame[(frame["period_label"] == "YE Dec 2017") & frame["area_kind"].eq("police_force_area")]
    assert len(odd) > 800 and set(odd["note"]) == {"Printed as twelve months to 30-12-2017."}
    assert set(odd["period_end"]) == {pd.Timestamp(2017, 12, 31)}


@pytest.mark.real_data
def test_forces_add_to_the_nations_and_bodies_without_territory_stand_apart(staged_real):
    frame = staged_real(FORCES, CSV)
    frame = frame[(frame["category"] == "drug offences") & (frame["period_label"] == "YE Dec 2018")]
    value = frame.set_index("area_code")["value"]
    forces = frame[frame["area_kind"] == "police_force_area"].set_index("area_code")["value"]
    assert (len(forces), value[BOTH]) == (43, 144_741)
    assert value[ENGLAND] == forces[forces.index.str.startswith("E")].sum()
    assert value[WALES] == forces[forces.index.str.startswith("W")].sum()
    assert value[BOTH] - value[TRANSPORT] == value[ENGLAND] + value[WALES]
    assert {"action-fraud", "cifas", "uk-finance"} < set(staged_real(FORCES, CSV)["area_code"])


@pytest.mark.parametrize("body", ["FFA UK", "UK Finance [note 3]", "Report Fraud"])
def test_who_records_fraud_is_known_by_any_of_its_names(body):
    rows = pd.DataFrame({"force": [body], "cell": ["row 2"]})
    assert home_office_crime._located(None, rows, ["force"])["area_code"].tolist() == [naming.slug(body.split(" [")[0])]


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ("15-03-2018,Kent,South East,Drug offences,7\n", "row 2, .*no last day of a month"),
        ("2018-03-31,Kent,South East,Drug offences,7\n", "row 2, .*no last day of a month"),
        ("31-03-2018,Kentshire,South East,Drug offences,7\n", "no police force is called 'Kentshire'"),
        ("31-03-2018,Kent,South East,Drug offences,many\n", "row 2 'many'"),
        ("31-03-2018,Kent,South East,Drug offences,7\n31-03-2018,Kent,South East,Drug offences,8\n", "twice, at row 3"),
        (2 * "31-03-2018,Kent,South East,Drug offences,7\n", "twice, at row 3"),
    ],
)
def test_a_rolling_year_that_cannot_be_read_right_is_refused(record, why, tmp_path):
    (tmp_path / CSV).write_text(ROLLING + record)
    with pytest.raises(Refused, match=why):
        read(FORCES, tmp_path / CSV)


# --- sample releases -------------------------------------------------------------------------------------------


def test_sample_lists_add_to_what_their_cells_hold():
    for source_id, released, name in ((FORCES, "2025-04-24", "2022-23"), (PARTNERSHIPS, "2025-04-24", "2022_23")):
        path = sample(source_id, released)
        rows = sheets(path)[name][1:]
        frame = read(source_id, path)
        year = frame[(frame["period_label"] == "2022/23") & ~frame["area_kind"].eq("country")]
        by_subgroup = Counter()
        for row in rows:
            by_subgroup[row[-3].lower()] += row[-1]
        groups = {row[-4].lower() for row in rows}
        found = year[~year["category"].isin(groups)].groupby("category")["value"].sum()
        assert found.to_dict() == by_subgroup
        assert year[year["category"].isin(groups)]["value"].sum() == sum(by_subgroup.values())


def test_sample_nations_are_near_the_published_totals():
    frame = read(FORCES, sample(FORCES, "2025-04-24"))
    national = said(frame[frame["category"] == "drug offences"])
    for period, published in {"2022/23": 179_467, "2023/24": 181_421, "YE Dec 2024": 193_863}.items():
        assert national[period, BOTH, "drug offences"] == pytest.approx(published, rel=0.01)
    partnerships = said(read(PARTNERSHIPS, sample(PARTNERSHIPS, "2025-04-24")))
    for nation in (ENGLAND, WALES):
        assert partnerships["2022/23", nation, "drug offences"] == national["2022/23", nation, "drug offences"]


def test_a_later_sample_release_revises_the_years_before_its_last():
    first, second = (said(read(FORCES, sample(FORCES, released))) for released in ("2024-07-24", "2025-04-24"))
    changes = {key: second[key] - first[key] for key in first.keys() & second.keys()}
    assert {key[0] for key, change in changes.items() if change} == {"2022/23"}
    assert all(change >= 0 for change in changes.values())


# --- metrics ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def marts(tmp_path_factory) -> dict[str, pd.DataFrame]:
    metrics = ("drug_offences", "neighbourhood_crime")
    sources = {source_id for metric_id in metrics for source_id in METRICS[metric_id].own_sources}
    relation = observed(tmp_path_factory.mktemp("crime"), sorted(sources), metrics)
    return {metric_id: relation(metric_id).df() for metric_id in metrics}


def test_trafficking_and_possession_are_within_all_drug_offences(marts):
    counts = marts["drug_offences"].query("statistic == 'count'")
    key = ["source", "released", "area_code", "period", "breakdown"]
    wide = counts.set_index(key)["value"].unstack().dropna()
    assert len(wide) > 2_000 and {source for source, *_ in wide.index} == {FORCES, PARTNERSHIPS}
    assert (wide["trafficking"] + wide["possession"] == wide["all"]).all()


def test_both_publishers_give_the_same_number_for_a_force_and_a_partnership(marts):
    counts = marts["drug_offences"].query("statistic == 'count' and breakdown == 'all' and period == 'YE Dec 2024'")
    wide = counts[counts["area_code"].str.match("[EW]")].set_index(["area_code", "source"])["value"].unstack()
    assert wide.notna().sum().to_dict() == {PARTNERSHIPS: 316, FORCES: 45, "ons_police_force_tables": 368}
    assert (wide.nunique(axis=1) == 1).mean() > 0.99


def test_survey_and_police_never_share_a_series(marts):
    crime = marts["neighbourhood_crime"]
    kinds = crime.groupby("breakdown")[["statistic", "source"]].agg(lambda texts: sorted(set(texts)))
    for breakdown, statistics, sources in kinds.itertuples():
        survey = breakdown.split(":")[0] == "survey"
        assert statistics == (["estimate"] if survey else ["count", "crude_rate"])
        assert ("csew_crime" in sources) == survey and (not survey or len(sources) == 1)


def test_a_police_total_is_the_sum_of_its_four_offences(marts):
    counts = marts["neighbourhood_crime"].query("statistic == 'count'")
    wide = counts.set_index(["source", "released", "area_code", "period", "breakdown"])["value"].unstack()
    parts = [f"police recorded: {kind}" for kind in
             ("residential burglary", "robbery", "vehicle offences", "theft from the person")]  # fmt: skip
    there = wide[parts].notna().all(axis=1)
    assert there.sum() > 1_000
    assert np.array_equal(wide.loc[there, parts].sum(axis=1), wide.loc[there, "police recorded"])
    assert wide.loc[~there, "police recorded"].isna().all()
    personal = wide["police recorded: robbery of personal property"].dropna()
    assert len(personal) > 1_000 and (personal <= wide.loc[personal.index, "police recorded: robbery"]).all()
