"""Areas by their names as people and publications write them, their kinds, and the words for what is none."""

import re
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import naming, places


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("E06000052", "E06000052"),
        (" e06000052 ", "E06000052"),
        ("E07000187", "E07000187"),  # a code of an area that has ended
        ("Durham", "E06000047"),
        ("county durham", "E06000047"),
        ("City of Bristol", "E06000023"),
        ("Bristol", "E06000023"),
        ("Kingston upon Hull City of", "E06000010"),
        ("Hull", "E06000010"),
        ("York", "E06000014"),
        ("City of York", "E06000014"),
        ("London", "E12000007"),
        ("City of London", "E09000001"),
        ("London, City of", "E09000001"),
        ("City of London Council", "E09000001"),
        ("Brighton & Hove", "E06000043"),
        ("St Helens", "E08000013"),
        ("Kings Lynn & West Norfolk", "E07000146"),
        ("Isle of Anglesey / Ynys Môn", "W06000001"),
        ("Somerset Council (UA)", "E06000066"),
        ("Tyne and Wear (Met County)", "E11000007"),
        ("EAST", "E12000006"),
        ("Yorkshire and the Humber", "E12000003"),
        ("West Midlands", "E12000005"),  # the region, not the metropolitan county or the force
        ("Greater Manchester", "E11000001"),
        ("Cambridgeshire", "E10000003"),  # the authority, not the force
        ("Northumberland", "E06000057"),  # the present code
        ("Cumbria", "E23000002"),  # the county has ended, the force has not
        ("Thames Valley", "E23000029"),
        ("Cwm Taf", "W14000023"),
        ("Bath", "E06000022"),  # the beginning of one name only
        ("Taunton Deane", "E07000190"),
    ],
)
def test_find(text, code):
    assert naming.called(text)[0] == code


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "Newcastle",
            "Several areas are called something like “Newcastle”, so give a code: "
            "Newcastle upon Tyne (E08000021), Newcastle-under-Lyme (E07000195).",
        ),
        ("Sheffeild", "No area is called “Sheffeild”; near it are Sheffield (E08000039)"),
        ("Atlantis", "No area is called “Atlantis”."),
        ("", "No area is called “”."),
        ("E06999999", "No area has the code E06999999."),
    ],
)
def test_find_says_what_it_could_not_find(text, message):
    with pytest.raises(LookupError) as caught:
        naming.called(text)[0]
    assert str(caught.value).startswith(message) and str(caught.value).endswith(".")


LIVING = places.on_day("2025-12-31")


@given(
    st.sampled_from(LIVING["area_name"].tolist()),
    st.sampled_from([str.upper, str.lower, str.title, str.swapcase]),
    st.sampled_from([lambda s: s.replace(" and ", " & "), lambda s: s.replace("-", " "), lambda s: f"  {s}\t"]),
)
def test_find_forgives_case_and_punctuation(name, case, style):
    assert naming.called(style(case(name)))[0] == naming.called(name)[0]


@given(st.text(max_size=40))
def test_find_gives_a_known_code_or_one_sentence(text):
    try:
        assert naming.called(text)[0] in places.areas()["area_code"].values
    except LookupError as error:
        assert "\n" not in str(error) and str(error).endswith(".")


def test_a_living_area_is_found_by_its_name_unless_a_larger_one_has_it(register):
    order = list(dict.fromkeys(places.KINDS.values()))
    for code, name, kind in LIVING[["area_code", "area_name", "area_kind"]].itertuples(index=False):
        assert naming.code_for(name, (kind,)) == code
        found = naming.called(name)[0]
        assert found == code or order.index(register.loc[found, "area_kind"]) < order.index(kind), (code, found)


def test_no_two_areas_of_a_kind_have_one_name_at_once(register):
    """So `find` and `code_for` never have to choose between equals."""
    ended = register["end_date"].notna().rename("ended")
    assert not pd.concat([register[["area_name", "area_kind"]], ended], axis=1).duplicated().any()
    unlike = register.groupby(register["area_name"].map(naming.key_of))["area_name"].agg(set)
    assert unlike[unlike.str.len() > 1].to_dict() == {
        "durham": {"Durham", "County Durham"},
        "york": {"York", "City of York"},
    }


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("W06000001", "Ynys Môn"),
        ("W06000001", "Isle of Anglesey / Ynys Mon"),
        ("E06000010", "Hull"),
        ("E06000010", "KINGSTON UPON HULL, CITY OF"),
        ("E06000055", "Bedford UA"),
        ("E06000019", "Herefordshire"),
        ("E06000023", "City of Bristol"),
        ("E07000112", "Shepway"),
        ("E07000112", "Folkestone & Hythe"),
        ("E06000052", "Cornwall and Isles of Scilly"),
        ("E06000047", "Durham"),
        ("E08000013", "St Helens MBC"),
        ("W06000001", "Isle of Anglesey (Ynys Môn)"),
        ("E12000001", "North East (region)"),
        ("E06000010", "Kingston upon Hull, City of UA"),
        ("E06000023", "Bristol, City of (b)"),
        ("E09000003", "LB Barnet"),
        ("E22000233", "Corby Community Safety Partnership"),
        ("E23000029", "Thames Valley police force area"),
        ("W06000022", "Newport (Wales)"),
        ("E07000112", "Folkestone and Hythe (formerly Shepway)"),
    ],
)
def test_a_code_may_be_printed_under_any_of_the_names_of_its_area(code, label):
    assert naming.is_called(code, label, places.name(code))


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("E13000001", "Inner London (part)"),
        ("E10000008", "Devon (coastal strip)"),
        ("E06000010", "Kingston upon Hull East"),
        ("E12000001", "North East (Newcastle)"),
        ("E08000035", "Leeds / Aire Valley"),
        ("E23000001", "Metropolitan Police (including City of London)"),
        ("E10000009", "Dorset (part, to 2019)"),
    ],
)
def test_more_than_its_name_is_no_name_of_an_area(code, label):
    assert not naming.is_called(code, label, places.name(code))
    assert naming.code_for(label, tuple(places.KINDS.values())) is None


def test_no_code_is_printed_under_the_name_of_another_area_of_its_kind():
    kinds = LIVING[LIVING["area_kind"].isin(places.LOWER_TIER)]
    for _, areas in kinds.groupby("area_kind"):
        codes, names = areas["area_code"].tolist(), areas["area_name"].tolist()
        for by in (1, 2, len(codes) // 2):
            exchanged = zip(codes, [*names[by:], *names[:by]], names, strict=True)
            assert [(code, other) for code, other, own in exchanged if naming.is_called(code, other, own)] == []


def test_areas_of_a_list_are_those_of_the_last_day_on_which_all_of_them_existed():
    upper, newest = places.UPPER_TIER, date(2022, 3, 31)
    assert naming.codes_for(["Dorset", "Barnet"], upper, newest)["Dorset"] == "E06000059"
    old = naming.codes_for(["Dorset", "Bournemouth", "Area"], upper, newest)
    assert old == {"Dorset": "E10000009", "Bournemouth": "E06000028", "Area": None}
    said = naming.codes_for(["Dorset", "Dorset (pre April 2019)", "Cumbria (to 2022/23)"], upper, date(2024, 3, 31))
    assert list(said.values()) == ["E06000059", "E10000009", "E10000006"]


def test_a_name_that_says_of_which_time_it_is_is_that_of_the_area_of_that_time():
    assert naming.is_called("E10000009", "Dorset (pre April 2019)", "Dorset")
    assert naming.is_called("E06000059", "Dorset (from 2019/20)", "Dorset")
    assert not naming.is_called("E06000059", "Dorset (pre April 2019)", "Dorset")
    assert naming.is_called("E06000059", "Dorset (UA)", "Dorset")


def test_code_for_keeps_to_the_kinds_and_the_day():
    assert naming.code_for("Dorset", places.UPPER_TIER) == "E06000059"
    assert naming.code_for("Dorset", places.UPPER_TIER, "2019-03-31") == "E10000009"
    assert naming.code_for("Dorset", ("police_force_area",)) == "E23000039"
    assert naming.code_for("Devon & Cornwall", ("police_force_area",)) == "E23000035"
    assert naming.code_for("Shepway", places.LOWER_TIER) == "E07000112"
    assert naming.code_for("Christchurch", places.LOWER_TIER, "2019-04-01") is None
    assert naming.code_for("Bath", places.LOWER_TIER) is None  # a beginning is not a name
    assert naming.code_for("Unassigned Dorset", tuple(places.KINDS.values())) is None
    assert naming.code_for("", places.LOWER_TIER) is None
    assert naming.code_for("Dorset (pre April 2019)", places.UPPER_TIER, "2022-03-31") == "E10000009"
    assert naming.code_for("Dorset (2018/19)", places.UPPER_TIER) is None
    assert naming.code_for("Dorset (former)", places.UPPER_TIER) == "E10000009"
    assert naming.code_for("Kingston upon Hull (UA)", places.UPPER_TIER) == "E06000010"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("K02000001", "country"),
        ("W92000004", "country"),
        ("E12000001", "region"),
        ("E13000002", "inner_outer_london"),
        ("E10000006", "county"),
        ("E11000007", "metropolitan_county"),
        ("W06000023", "unitary_authority"),
        ("E07000246", "district"),
        ("E08000039", "metropolitan_district"),
        ("E09000001", "london_borough"),
        ("W15000004", "police_force_area"),
        ("W14000023", "community_safety_partnership"),
        ("E01000001", "other"),
        ("british-transport-police", "other"),
        ("", "other"),
    ],
)
def test_kind(code, kind):
    assert places.kind(code) == kind


def test_every_area_is_of_a_known_kind(register):
    assert set(register["area_kind"]) == set(places.KINDS.values())
    assert {*places.LOCAL_AUTHORITIES} == {*places.UPPER_TIER, *places.LOWER_TIER} <= set(places.KINDS.values())


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("Unassigned Avon and Somerset", "unassigned-avon-and-somerset"),
        ("Unassigned Devon & Cornwall ", "unassigned-devon-and-cornwall"),
        ("British Transport Police", "british-transport-police"),
        ("Manchester Airport", "manchester-airport"),
        ("King’s Lynn", "kings-lynn"),
    ],
)
def test_slug(label, code):
    assert naming.slug(label) == code


@given(st.text())
def test_a_slug_is_plain_stable_and_no_area(label):
    code = naming.slug(label)
    assert re.fullmatch(r"([a-z0-9]+(-[a-z0-9]+)*)?", code)
    assert naming.slug(code) == code and places.kind(code) == "other"
