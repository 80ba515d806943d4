"""Area pages of real published figures, in the words that people read."""

import re
from datetime import datetime

import pytest

from pipeline.editions import area
from tests.editions.elements import AREAS, article, read


@pytest.mark.real_data
class TestReal:
    def test_figures_are_shown_as_published(self, real_page):
        england, darlington = (real_page(AREAS[name]) for name in ("nation", "unitary authority"))
        deaths = article(england, "drug_misuse_deaths")
        assert "52.2 per million, age-standardised" in deaths
        assert "2021, 95% interval 50.2 to 54.1; 2,846 deaths" in deaths
        deaths = article(darlington, "drug_misuse_deaths")
        assert "12.2 per 100,000, age-standardised" in deaths
        assert "Worse than England (5.1 per 100,000)" in deaths
        assert "over 2,300 lines" in read(darlington).text

    @pytest.mark.parametrize(
        ("metric_id", "code", "before", "value", "period"),
        [
            ("drug_misuse_deaths", "E08000039", "E08000019", 8.0, "2019-21"),
            ("alcohol_dependence_prevalence", "E08000038", "E08000016", None, "2017/18"),
            ("exclusions_drug_alcohol", "E06000057", "E06000048", 1.9307589880159788, "2015/16"),
        ],
    )
    def test_an_area_under_a_new_code_has_the_figures_of_its_old_one(
        self, real, real_page, metric_id, code, before, value, period
    ):
        found = area.area_metric(real, metric_id, code)
        assert (found.own, found.place.code, found.newest.period) == (True, before, period)
        assert found.newest.value == value or value is None
        said = article(real_page(code), metric_id)
        assert f"under its code until {found.place.ended:%-d %B %Y} ({before})" in said
        assert "No figure for" not in said

    def test_districts_that_became_one_are_not_that_one(self, real):
        assert [place.code for place in real.before["E06000060"]] == ["E10000002"]

    @pytest.mark.parametrize("code", ["E07000068", "E07000096", "E09000001"])
    def test_no_rate_of_another_kind_stands_in_for_a_withheld_one(self, real, real_page, code):
        found = area.area_metric(real, "drug_misuse_deaths", code)
        assert (found.newest.statistic, found.newest.status, found.newest.value) == ("standardised_rate", "x", None)
        assert found.count.unit == "deaths" and found.count.period == found.newest.period
        said = article(real_page(code), "drug_misuse_deaths")
        assert "no rate below 10 deaths" in said and "than England" not in said

    def test_the_last_figure_is_told_though_it_is_older_than_those_shown(self, real, real_page):
        found = area.area_metric(real, "drug_misuse_deaths", "E07000134")
        assert (found.last.period, found.last.value) == ("2002-04", 2.1) and found.last not in found.points
        said = article(real_page("E07000134"), "drug_misuse_deaths")
        assert "Last figure: 2.1 per 100,000 in 2002-04" in said

    def test_an_amount_is_shown_where_no_rate_was_calculated_in_the_periods_shown(self, real):
        found = area.area_metric(real, "exclusions_drug_alcohol", "E06000001")
        assert (found.newest.unit, found.newest.period, found.newest.value) == ("exclusions", "2015/16", 37)

    def test_another_area_is_not_judged_as_the_area_itself(self, real_page):
        (glance,) = read(real_page("E10000017")).all("section", aria_labelledby="glance")
        assert "Supporting metrics worse than England: Alcohol-specific deaths (2016-18)." in glance.text
        assert "homelessness" not in glance.text

    def test_a_police_force_is_called_one(self, real_page):
        made = read(real_page("E10000016"))
        (crime,) = made.all("article", id="neighbourhood-crime")
        assert "Shown: Kent police force area, which holds more than the county." in crime.text
        assert [heading.text for heading in crime.all("th", scope="col")][1] == "Kent police force area"
        assert any("Kent police force area" in picture.text for picture in crime.all("desc"))

    def test_notes_stand_under_the_table(self, real_page):
        said = article(real_page(AREAS["nation"]), "neighbourhood_crime")
        assert "England, YE Dec 2019: Following the implementation of a new IT system in July 2019" in said
        assert said.count("Following the implementation") == 1

    def test_wales_is_told_what_is_of_england_only(self, real_page):
        made = read(real_page("W06000015"))
        without = [item.text for block in made.all("ul", class_="without") for item in block.all("li")]
        assert [text for text in without if text.endswith("drug dependency need. England only in the files read.")]
        shown = {element.attributes.get("data-metric") for element in made.all()}
        assert {"drug_misuse_deaths", "drug_use_thirty_year_low", "police_officers"} <= shown
        assert "The page of England" in made.text and "national page" not in made.text

    def test_targets_are_qualified_and_progress_reads_as_english(self, real_page):
        said = read(real_page(AREAS["nation"])).text
        assert "National target nearly 1,000 deaths by March 2025" in said
        assert "National target 7,500 people (not verified) by March 2025" in said
        assert "over 105% reached in Apr 2022-Sep 2023" in said
        assert "1.0 percentage points above the lowest year before (8.2 in 2012/13)" in said
        assert "Five-year trend to 2021: increasing" in said
        assert "UNVERIFIED" not in said

    def test_the_kind_of_the_city_of_london(self, real_page):
        assert "A London borough or the City of London" in read(real_page("E09000001")).text

    def test_the_newest_release_is_that_of_the_figures_shown(self, real, real_page):
        made = real_page("W06000015")
        days = [day for several in re.findall(r"\), released ([\w ,]+)", made) for day in several.split(", ")]
        newest = max(datetime.strptime(day, "%d %B %Y") for day in days)
        assert newest < real.released
        assert f"Newest release used: {newest:%-d %B %Y}." in made
