"""Area pages read back: every number is the marts', every missing one says why, and hostile texts stay texts."""

import dataclasses
import itertools
import math
import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.editions import area, marts, words
from pipeline.editions.pages.files import INDEX, write
from pipeline.editions.pages.page import render
from pipeline.publish import published
from schemas.vocabulary import OUTCOMES, STATUS

AREAS = {
    "nation": "E92000001",
    "Wales": "W92000004",
    "region": "E12000001",
    "Inner London": "E13000001",
    "metropolitan county": "E11000006",
    "county": "E10000016",
    "unitary authority": "E06000005",
    "district": "E07000008",
    "metropolitan district": "E08000035",
    "London borough": "E09000012",
    "City of London": "E09000001",
    "Isles of Scilly": "E06000053",
    "Rutland": "E06000017",
    "Welsh authority": "W06000015",
    "police force area": "E23000008",
    "partnership": "E22000072",
}
VOID = {"meta", "link", "input", "br", "img", "hr"}


class Element:
    """An element of a page: its tag, attributes, the element around it, and its texts and elements in order."""

    def __init__(self, tag: str, attributes: dict[str, str | None], around: "Element | None"):
        self.tag, self.attributes, self.around = tag, attributes, around
        self.content: list[str | Element] = []

    def all(self, tag: str = "", **attributes: str) -> "Iterator[Element]":
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        for part in self.content:
            if isinstance(part, Element):
                if tag in ("", part.tag) and wanted.items() <= part.attributes.items():
                    yield part
                yield from part.all(tag, **attributes)

    @property
    def text(self) -> str:
        parts = (part if isinstance(part, str) else part.text for part in self.content)
        return re.sub(r"\s+", " ", "".join(parts))

    def nearest(self, attribute: str) -> str:
        """The value of an attribute of this element or the nearest one around it that has it."""
        element = self
        while attribute not in element.attributes:
            element = element.around
        return element.attributes[attribute]


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.page = self.here = Element("page", {}, None)

    def handle_starttag(self, tag, attrs):
        element = Element(tag, dict(attrs), self.here)
        self.here.content.append(element)
        if tag not in VOID:
            self.here = element

    def handle_startendtag(self, tag, attrs):
        self.here.content.append(Element(tag, dict(attrs), self.here))

    def handle_endtag(self, tag):
        assert self.here.tag == tag, f"</{tag}> closes <{self.here.tag}>"
        self.here = self.here.around

    def handle_data(self, data):
        self.here.content.append(data)


def read(page: str) -> Element:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.here is reader.page, f"<{reader.here.tag}> is not closed"
    return reader.page


@pytest.fixture(scope="module")
def known(sample_build) -> marts.Marts:
    with published.connect(sample_build) as con:
        return marts.read(con)


@pytest.fixture(scope="module")
def page(known):
    """The page of an area as read back, by code; each is rendered once."""
    there: dict[str, Element] = {}

    def rendered(code: str) -> Element:
        if code not in there:
            there[code] = read(render(known, code))
        return there[code]

    return rendered


@pytest.fixture(scope="module")
def observed(sample_build) -> dict[tuple, dict]:
    """The observations of the areas looked at, by what tells them apart, with the whole of sex and age as led."""
    with published.connect(sample_build) as con:
        rows = con.execute("""
            SELECT observations.* FROM framework.observations JOIN framework.metrics USING (metric_id, sex, age)
        """).df()
    keys = zip(
        *(rows[name] for name in ("metric_id", "area_code")),
        *(rows[name].dt.strftime("%Y-%m-%d") for name in ("period_start", "period_end")),
        *(rows[name] for name in ("breakdown", "statistic", "unit")),
        strict=True,
    )
    fields = ["value", "lower_95", "upper_95", "status", "method"]
    return dict(zip(keys, rows[fields].to_dict("records"), strict=True))


@pytest.fixture(scope="module")
def national(sample_build) -> dict[tuple[str, str], float]:
    """Targets and the like by metric and what is stated, and where a straight line to the target is."""
    with published.connect(sample_build) as con:
        stated = con.execute("SELECT metric_id, stated, value FROM framework.targets WHERE tracked_by = ''").fetchall()
        lines = con.execute("SELECT metric_id, 'on_line', on_line FROM framework.scorecard").fetchall()
    return {(metric_id, what): value for metric_id, what, value in [*stated, *lines]}


def agrees(element: Element, exact: float) -> bool:
    """Whether an element holds a number exactly and shows it rounded to the digits that it prints."""
    shown = re.search(r"-?[\d,]*\.?\d+(e-\d+)?", element.text)[0].replace(",", "")
    digits = -Decimal(shown).as_tuple().exponent
    near = abs(Decimal(shown) - Decimal(exact)) <= Decimal(10) ** -digits / 2
    return float(element.attributes["value"]) == exact and near and (float(shown) != 0 or exact == 0)


# --- numbers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", AREAS.values(), ids=AREAS)
class TestNumbers:
    def test_in_sentences_are_those_of_the_marts(self, page, observed, national, code):
        found = [element for element in page(code).all("data") if "data-of" in element.attributes]
        assert len(found) > 20
        for element in found:
            metric = element.nearest("data-metric")
            *place, field = element.attributes["data-of"].split("|")
            exact = national[metric, field] if place in ([], ["target"]) else observed[(metric, *place)][field]
            assert agrees(element, exact), (metric, place, field, element.text, exact)

    def test_in_tables_are_those_of_the_marts_and_all_of_them(self, page, observed, code):
        cells = 0
        for table in page(code).all("table"):
            if "data-series" not in table.attributes:
                continue
            metric, series = table.nearest("data-metric"), table.attributes["data-series"].split("|")
            for cell in table.all("td"):
                if "data-of" not in cell.attributes:
                    assert cell.text.strip() in ("", "no figure")
                    continue
                place, *fields = cell.attributes["data-of"].split("|")
                row = observed[(metric, place, *cell.nearest("data-period").split("|"), *series)]
                exact = [row[field] for field in fields if not math.isnan(row[field])]
                shown = list(cell.all("data"))
                assert len(shown) == len(exact) and all(map(agrees, shown, exact)), (metric, place, cell.text, exact)
                if fields == ["value"]:
                    cells += 1
                    assert f"[{row['status']}]" in cell.text if row["status"] else "[" not in cell.text
                    assert exact or row["status"] or cell.text == "not calculated"
                    if cell.text == "not calculated":
                        assert row["method"].capitalize() in table.around.around.text
            shown = [element.text for element in table.all("data")]
            decimals = {len(text.partition(".")[2]) for text in shown if not re.fullmatch(r"-?0\.0*[1-9]|.*e.*", text)}
            assert len(decimals) <= 1, (metric, shown)
        assert cells > 20

    def test_every_metric_is_there_with_a_figure_or_a_reason(self, page, known, code):
        shown = {element.attributes.get("data-metric") for element in page(code).all()}
        without = [element.text for element in page(code).all("ul", class_="without") for element in element.all("li")]
        for metric in known.metrics:
            reasons = [text for text in without if text.startswith(metric.title)]
            assert (metric.id in shown) != bool(reasons)
            assert all(len(text) > len(metric.title) + 10 for text in reasons)


def test_the_national_page_says_what_the_scorecard_says(known, sample_build):
    with published.connect(sample_build) as con:
        lines = con.execute("SELECT * FROM framework.scorecard").df().set_index("metric_id")
    compared = 0
    for reading in area.profile(known, AREAS["nation"]):
        line = lines.loc[reading.metric.id]
        if reading.last is None or reading.place.code != line["area_code"]:
            continue
        compared += 1
        assert (reading.last.value, reading.last.period) == (line["value"], line["period"])
        assert reading.last.printed == line["qualifier"]
        assert reading.last.change_in_words == line["change_in_words"]
        assert reading.before is None or reading.before.value == line["previous"]
    assert compared > 30


@pytest.fixture(scope="module")
def real(real_build) -> marts.Marts:
    with published.connect(real_build) as con:
        return marts.read(con)


def article(made: str, metric_id: str) -> str:
    """What a page says of a metric."""
    (found,) = read(made).all("article", id=metric_id.replace("_", "-"))
    return found.text


@pytest.mark.real_data
class TestReal:
    def test_figures_are_shown_as_published(self, real):
        england, darlington = (render(real, AREAS[name]) for name in ("nation", "unitary authority"))
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
        self, real, metric_id, code, before, value, period
    ):
        found = area.area_metric(real, metric_id, code)
        assert (found.own, found.place.code, found.newest.period) == (True, before, period)
        assert found.newest.value == value or value is None
        said = article(render(real, code), metric_id)
        assert f"under its code until {found.place.ended:%-d %B %Y} ({before})" in said
        assert "No figure for" not in said

    def test_districts_that_became_one_are_not_that_one(self, real):
        assert [place.code for place in real.before["E06000060"]] == ["E10000002"]

    @pytest.mark.parametrize("code", ["E07000068", "E07000096", "E09000001"])
    def test_no_rate_of_another_kind_stands_in_for_a_withheld_one(self, real, code):
        found = area.area_metric(real, "drug_misuse_deaths", code)
        assert (found.newest.statistic, found.newest.status, found.newest.value) == ("standardised_rate", "x", None)
        assert found.count.unit == "deaths" and found.count.period == found.newest.period
        said = article(render(real, code), "drug_misuse_deaths")
        assert "no rate below 10 deaths" in said and "than England" not in said

    def test_the_last_figure_is_told_though_it_is_older_than_those_shown(self, real):
        found = area.area_metric(real, "drug_misuse_deaths", "E07000134")
        assert (found.last.period, found.last.value) == ("2002-04", 2.1) and found.last not in found.points
        said = article(render(real, "E07000134"), "drug_misuse_deaths")
        assert "Last figure: 2.1 per 100,000 in 2002-04" in said

    def test_an_amount_is_shown_where_no_rate_was_calculated_in_the_periods_shown(self, real):
        found = area.area_metric(real, "exclusions_drug_alcohol", "E06000001")
        assert (found.newest.unit, found.newest.period, found.newest.value) == ("exclusions", "2015/16", 37)

    def test_another_area_is_not_judged_as_the_area_itself(self, real):
        (glance,) = read(render(real, "E10000017")).all("section", aria_labelledby="glance")
        assert "Supporting metrics worse than England: Alcohol-specific deaths (2016-18)." in glance.text
        assert "homelessness" not in glance.text

    def test_a_police_force_is_called_one(self, real):
        made = read(render(real, "E10000016"))
        (crime,) = made.all("article", id="neighbourhood-crime")
        assert "Shown: Kent police force area, which holds more than the county." in crime.text
        assert [heading.text for heading in crime.all("th", scope="col")][1] == "Kent police force area"
        assert any("Kent police force area" in picture.text for picture in crime.all("desc"))

    def test_notes_stand_under_the_table(self, real):
        said = article(render(real, AREAS["nation"]), "neighbourhood_crime")
        assert "England, YE Dec 2019: Following the implementation of a new IT system in July 2019" in said
        assert said.count("Following the implementation") == 1

    def test_wales_is_told_what_is_of_england_only(self, real):
        made = read(render(real, "W06000015"))
        without = [item.text for block in made.all("ul", class_="without") for item in block.all("li")]
        assert [text for text in without if text.endswith("drug dependency need. England only in the files read.")]
        shown = {element.attributes.get("data-metric") for element in made.all()}
        assert {"drug_misuse_deaths", "drug_use_thirty_year_low", "police_officers"} <= shown
        assert "The page of England" in made.text and "national page" not in made.text

    def test_targets_are_qualified_and_progress_reads_as_english(self, real):
        said = read(render(real, AREAS["nation"])).text
        assert "National target nearly 1,000 deaths by March 2025" in said
        assert "National target 7,500 people (not verified) by March 2025" in said
        assert "over 105% reached in Apr 2022-Sep 2023" in said
        assert "1.0 percentage points above the lowest year before (8.2 in 2012/13)" in said
        assert "Five-year trend to 2021: increasing" in said
        assert "UNVERIFIED" not in said

    def test_the_kind_of_the_city_of_london(self, real):
        assert "A London borough or the City of London" in read(render(real, "E09000001")).text

    def test_the_newest_release_is_that_of_the_figures_shown(self, real):
        made = render(real, "W06000015")
        days = [day for several in re.findall(r"\), released ([\w ,]+)", made) for day in several.split(", ")]
        newest = max(datetime.strptime(day, "%d %B %Y") for day in days)
        assert newest < real.released
        assert f"Newest release used: {newest:%-d %B %Y}." in made


# --- where figures come from -------------------------------------------------------------------------------


def reading_of(known: marts.Marts, metric_id: str, area_name: str) -> area.AreaMetric:
    return area.area_metric(known, metric_id, AREAS[area_name])


@pytest.mark.parametrize(
    ("metric_id", "area_name", "shown"),
    [
        ("drug_misuse_deaths", "unitary authority", "E06000005"),
        ("drug_use_last_year", "unitary authority", "E12000001"),
        ("neighbourhood_crime", "unitary authority", "E22000072"),
        ("sharp_object_admissions", "unitary authority", "E23000008"),
        ("treatment_progress", "unitary authority", "E92000001"),
        ("drug_related_homicides", "unitary authority", "K04000001"),
        ("county_lines_closed", "unitary authority", "county-lines-programme-taskforces"),
        ("numbers_in_treatment", "district", "E10000003"),
        ("numbers_in_treatment", "partnership", "E06000005"),
        ("drug_misuse_deaths", "partnership", "E06000005"),
        ("drug_offences", "Welsh authority", "W14000015"),
        ("drug_use_last_year", "Welsh authority", "W92000004"),
    ],
)
def test_the_nearest_area_with_figures_stands_in(known, metric_id, area_name, shown):
    found = reading_of(known, metric_id, area_name)
    assert (found.place.code, found.own) == (shown, shown == AREAS[area_name])


def test_an_area_of_england_is_never_shown_for_one_of_wales(known):
    for found in area.profile(known, AREAS["Welsh authority"]):
        assert found.place is None or found.place.code[0] in "WKc" or found.place.kind == "other"


def test_periods_stand_in_one_line_only_if_they_can(known):
    for name in AREAS:
        for found in area.profile(known, AREAS[name]):
            for before, after in itertools.pairwise(found.points):
                assert before.series == after.series and before.period_end < after.period_end
                pooled = before.months == after.months > 11
                assert pooled or before.period_end < after.period_start, (found.metric.id, before.period, after.period)
                assert before.months == after.months or marts.is_relative(after.unit)


def test_a_crude_rate_never_stands_in_for_a_standardised_one(known):
    looked_at = 0
    for name in AREAS:
        for found in area.profile(known, AREAS[name]):
            if found.place is not None:
                rows = known.by_area[found.metric.id, found.place.code, found.newest.breakdown]
                if "standardised_rate" in {row.statistic for row in rows}:
                    looked_at += 1
                    assert found.newest.statistic != "crude_rate", (found.metric.id, found.place)
    assert looked_at > 5


def test_an_area_that_ended_is_told_from_one_that_never_was(known):
    with pytest.raises(LookupError, match=r"Cumbria ended on 31 March 2023; ask for Cumberland \(E06000063\) and"):
        known.place("E10000006")
    with pytest.raises(LookupError, match="no area has the code E99"):
        known.place("E99")


# --- missing values ----------------------------------------------------------------------------------------


def altered(known: marts.Marts, **changes: object) -> marts.Marts:
    """The marts with the newest deaths in Darlington changed."""
    newest = reading_of(known, "drug_misuse_deaths", "unitary authority").newest
    values = tuple(value._replace(**changes) if value == newest else value for value in known.values)
    return dataclasses.replace(known, values=values)


NO_VALUE = {"value": None, "lower_95": None, "upper_95": None}


@pytest.mark.parametrize(
    ("changes", "said", "cell"),
    [
        ({"status": "c", **NO_VALUE}, "hidden to protect people [c]", "[c]"),
        ({"status": "x", **NO_VALUE}, "Not available: not collected", "[x]"),
        ({"status": "z", **NO_VALUE}, "Not applicable [z]", "[z]"),
        ({"status": "n", **NO_VALUE}, "The area did not exist in the period [n]", "[n]"),
        (
            {"status": "", "method": "not calculated: no population", **NO_VALUE},
            "Not calculated: no population",
            "not c",
        ),
        ({"status": "", "value": 0.0, "lower_95": 0.0}, "0 per 100,000", "0"),
        ({"status": "low", "value": 0.0, "lower_95": 0.0}, "0 per 100,000", "0.0 [low]"),
        ({"status": "", "value": 0.004, "lower_95": 0.0}, "0.004 per 100,000", "0.004"),
    ],
)
def test_hidden_missing_not_applicable_and_zero_are_told_apart(known, changes, said, cell):
    made = read(render(altered(known, **changes), AREAS["unitary authority"]))
    (deaths,) = made.all("article", id="drug-misuse-deaths")
    value, *_ = deaths.all("p", class_="value")
    assert said in value.text
    newest, *_ = (row for row in deaths.all("tr") if "data-period" in row.attributes)
    shown, *_ = newest.all("td")
    assert shown.text.startswith(cell)
    assert bool(list(shown.all("data"))) == (changes.get("value") is not None)


def test_what_is_hidden_is_hidden_in_every_picture(known):
    made = altered(known, status="c", value=None, lower_95=None, upper_95=None)
    (deaths,) = read(render(made, AREAS["unitary authority"])).all("article", id="drug-misuse-deaths")
    assert not list(deaths.all("div", class_="strip"))
    (said,) = (picture.text for line in deaths.all("div", class_="line") for picture in line.all("desc"))
    newest = reading_of(known, "drug_misuse_deaths", "unitary authority").newest
    assert f"Darlington has no figure in {newest.period}: confidential: hidden to protect people" in said
    assert f"{words.number(newest.value)} in {newest.period}" not in said


# --- the page as a document --------------------------------------------------------------------------------


@pytest.mark.parametrize("code", AREAS.values(), ids=AREAS)
class TestDocument:
    def test_needs_nothing_but_itself(self, known, page, code):
        assert len(render(known, code).encode()) < 1_000_000
        elements = list(page(code).all())
        assert not [
            e.tag for e in elements if e.tag in ("script", "link", "img", "iframe", "object") or "src" in e.attributes
        ]
        assert not [e for e in elements for name in e.attributes if name.startswith("on")]
        (style,) = page(code).all("style")
        assert "url(" not in style.text and "@import" not in style.text
        ids = [element.attributes["id"] for element in elements if "id" in element.attributes]
        assert len(ids) == len(set(ids))
        for element in elements:
            inside = element.attributes.get("xlink:href")
            assert inside is None or inside[1:] in ids
            if address := element.attributes.get("href"):
                assert address[1:] in ids if address[0] == "#" else re.match(r"https?://|[\w-]+\.(html|xlsx)$", address)

    def test_headings_are_in_order_and_no_section_is_empty(self, page, code):
        levels = [int(element.tag[1]) for element in page(code).all() if re.fullmatch("h[1-6]", element.tag)]
        assert levels[0] == 1 and levels.count(1) == 1
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
        sections = list(page(code).all("section", class_="outcome"))
        assert len(sections) == len(OUTCOMES)
        for section in sections:
            assert any(True for tag in ("article", "table", "li") for _ in section.all(tag))

    def test_tables_have_captions_and_scopes(self, page, code):
        for table in page(code).all("table"):
            assert len(list(table.all("caption"))) == 1
            assert all(heading.attributes.get("scope") in ("row", "col") for heading in table.all("th"))

    def test_pictures_have_a_text_alternative(self, page, code):
        for picture in page(code).all("svg", role="img"):
            assert next(picture.all("title")).text and len(next(picture.all("desc")).text) > 40

    def test_says_that_it_is_a_sample(self, page, code):
        (said,) = page(code).all("aside", class_="sample")
        assert said.text.strip().startswith("SAMPLE")
        assert next(page(code).all("title")).text.startswith("SAMPLE")


def test_real_figures_are_no_sample(known):
    values = tuple(value._replace(note=value.note.replace("SAMPLE", "")) for value in known.values)
    made = render(dataclasses.replace(known, sample=False, values=values), AREAS["nation"])
    assert "SAMPLE" not in made


HOSTILE = """<script>alert(1)</script> & "><img src=x onerror=1> =cmd|'/C calc'!A0 {{ 7 * 7 }} `<b>`"""


def test_hostile_texts_stay_texts(known):
    code = AREAS["unitary authority"]
    made = dataclasses.replace(
        known,
        places={key: place._replace(name=HOSTILE) for key, place in known.places.items()},
        regions=dict.fromkeys(known.regions, HOSTILE),
        metrics=tuple(metric._replace(title=HOSTILE, definition=HOSTILE) for metric in known.metrics),
        limits={key: [limit._replace(says=HOSTILE) for limit in limits] for key, limits in known.limits.items()},
        publications=dict.fromkeys(known.publications, (HOSTILE, HOSTILE, "javascript:alert(1)")),
        values=tuple(
            value._replace(area_name=HOSTILE, period=HOSTILE, note=HOSTILE, method=f"not calculated: {HOSTILE}")
            for value in known.values
        ),
    )
    found = read(render(made, code))
    plain = read(render(known, code))
    assert {element.tag for element in found.all()} <= {element.tag for element in plain.all()}
    assert not [name for element in found.all() for name in element.attributes if name.startswith("on")]
    assert not [link for link in found.all("a") if "javascript" in link.attributes["href"]]
    (title,) = found.all("h1")
    assert HOSTILE in title.text
    assert "{{ 7 * 7 }}" in found.text and "49" not in title.text


def test_the_order_of_rows_does_not_matter(known, sample_build, tmp_path):
    shuffled = Path(shutil.copy(published.path(sample_build), tmp_path / "ncdof.duckdb"))
    with duckdb.connect(str(shuffled)) as con:
        tables = con.execute("""
            SELECT schema_name || '.' || table_name FROM duckdb_tables()
            WHERE schema_name <> 'framework' OR table_name IN ('areas', 'limits', 'targets', 'metrics', 'releases')
        """).fetchall()
        for (table,) in tables:
            con.execute(f"CREATE TEMP TABLE mixed AS SELECT * FROM {table} ORDER BY hash(rowid, 7)")
            con.execute(f"DELETE FROM {table}; INSERT INTO {table} FROM mixed; DROP TABLE mixed")
        mixed = marts.read(con)
    assert mixed.places.keys() == known.places.keys() and mixed.values == known.values
    for name in ("nation", "unitary authority", "partnership"):
        assert render(mixed, AREAS[name]) == render(known, AREAS[name])


# --- files -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def few(sample_build, tmp_path_factory) -> Path:
    """A data folder whose published file knows few areas of today."""
    data = tmp_path_factory.mktemp("few")
    published.path(data).parent.mkdir(parents=True)
    shutil.copy(published.path(sample_build), published.path(data))
    kept = [*AREAS.values(), "K04000001", "K03000001", "K02000001", "E10000003", "E12000006", "E23000013"]
    with duckdb.connect(str(published.path(data))) as con:
        con.execute("DELETE FROM framework.areas WHERE area_code NOT IN (SELECT unnest(?))", [kept])
    return data


def test_all_pages_and_an_index_of_exactly_these(few, tmp_path):
    told = []
    written = write(few, tmp_path, done=lambda *what: told.append(what))
    assert {path.stem for path in written} > set(AREAS.values())
    assert [number for number, _, _ in told] == list(range(1, len(written) + 1))
    index = read((tmp_path / INDEX).read_text(encoding="utf-8"))
    listed = [link.attributes["href"] for item in index.all("li") for link in item.all("a")]
    assert sorted(listed) == sorted(path.name for path in written)
    assert {path.name for path in tmp_path.iterdir()} == {*listed, INDEX}
    for path in written:
        read(path.read_text(encoding="utf-8"))


def test_one_area_comes_with_its_workbook_and_the_national_page(few, tmp_path):
    code = AREAS["unitary authority"]
    (tmp_path / "E06000017.html").write_text("a page of another published file")
    written = write(few, tmp_path, code)
    assert written == [tmp_path / f"{code}.html", tmp_path / "E92000001.html"]
    assert f'href="{code}.xlsx"' in written[0].read_text(encoding="utf-8") and (tmp_path / f"{code}.xlsx").exists()
    index = (tmp_path / INDEX).read_text(encoding="utf-8")
    assert f"{code}.html" in index and "E92000001.html" in index and "E06000017.html" not in index
    first = [path.read_bytes() for path in written]
    assert [path.read_bytes() for path in write(few, tmp_path, code)] == first


def test_nothing_is_left_where_an_area_is_unknown(few, tmp_path):
    with pytest.raises(LookupError):
        write(few, tmp_path / "pages", "E10000006")
    assert not (tmp_path / "pages").exists()


# --- words -------------------------------------------------------------------------------------------------


@given(st.floats(-1e9, 1e9))
def test_a_number_in_words_is_near_and_zero_is_zero_alone(value):
    for shown, decimals in ((words.number(value), 1), (words.detail(value, 1), 1), (words.detail(value, 2), 2)):
        said = float(shown.replace(",", ""))
        assert abs(said - value) <= max(0.5 * 10**-decimals, 0.5 if abs(value) >= 1_000 else 0) * 1.000001
        assert (said == 0) == (value == 0)


@pytest.mark.parametrize(
    ("value", "said"),
    [(52.2, "52.2"), (5.0, "5"), (2846.0, "2,846"), (1040.9092, "1,041"), (0.04, "0.04"), (-17.619, "-17.6"), (0, "0")],
)
def test_numbers_in_words(value, said):
    assert words.number(value) == said


@pytest.mark.parametrize(
    ("numbers", "decimals"), [([3.0, 1200.0], 0), ([3.0, 2.5], 1), ([2.25, 3.0], 2), ([1 / 3], 2), ([], 0)]
)
def test_a_table_has_the_fewest_decimals_that_hold_its_numbers(numbers, decimals):
    assert words.decimals(numbers) == decimals


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [(1, "households", "1 household"), (1, "people", "1 person"), (2, "deaths", "2 deaths"), (1, "percent", "1%")],
)
def test_one_is_singular(value, unit, said):
    assert str(words.Number(value, unit)) == said


def test_progress_below_the_start_is_said_to_be_further_away(known):
    goal = reading_of(known, "treatment_places", "nation").newest
    values = tuple(value._replace(value=-17.6) if value == goal else value for value in known.values)
    made = render(dataclasses.replace(known, values=values), AREAS["nation"])
    assert f"further away than at the start in {goal.period}, -17.6%" in article(made, "numbers_in_treatment")


@pytest.mark.parametrize("status", [status for status in STATUS if status])
def test_every_status_has_words_and_its_code(status):
    assert words.missing(status, "published") == f"{STATUS[status]} [{status}]"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("up, worse", "Up from 5% in 2022: worse"),
        ("down", "Down from 5% in 2022"),
        ("no clear change", "No clear change from 5% in 2022"),
        ("not compared: break in series", "Not comparable with 5% in 2022: break in series"),
    ],
)
def test_changes_in_words(said, sentence):
    assert words.text(words.change(said, words.Number(5, "percent"), "2022")) == sentence


def test_targets_in_words():
    stated = {
        "target": words.Number(6400, "disruptions"),
        "target printed elsewhere": words.Number(64000, "disruptions"),
    }
    said = words.text(words.target(stated, on_line=words.Number(50, "percent")))
    assert said == "target 6,400 disruptions (elsewhere 64,000 disruptions); a straight line to it is at 50%"
    assert words.text(words.target({"baseline": words.Number(9.4, "percent")})) == "baseline 9.4%"
    assert words.target({}) == []
    nearly = words.Number(1000, "deaths", printed="nearly", remark="(not verified)")
    assert words.text(words.target({"target": nearly})) == "target nearly 1,000 deaths (not verified)"
