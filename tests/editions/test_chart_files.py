"""Charts as files of their own: title, source, day and licence, on the command line too."""

from datetime import datetime
from xml.etree import ElementTree

import pytest

from pipeline.editions.area import AreaMetric, Source
from pipeline.editions.limits import Availability
from pipeline.editions.marts import Metric, Place
from pipeline.editions.pictures import charts
from tests.editions.drawn import row, says, texts
from tests.program import ncdof


def place(code: str, name: str, kind: str) -> Place:
    return Place(**dict.fromkeys(Place._fields) | {"code": code, "name": name, "kind": kind})


def seen(**said) -> AreaMetric:
    whole = {"sex": "all", "age": "all", "breakdown": "all"}
    metric = Metric(**dict.fromkeys(Metric._fields, "") | {"id": "deaths", "title": "Deaths"} | whole)
    own = place("E06000001", "Testshire", "unitary_authority")
    points = (row("2020", 1.0, breakdown="all", unit="deaths"), row("2021", 2.0, breakdown="all", unit="deaths"))
    return AreaMetric(
        metric, True, Availability("", ""), **{"place": own, "own": True, "points": points, "last": points[-1]} | said
    )


def test_a_picture_names_every_day_of_release():
    days = (datetime(2022, 8, 3), datetime(2021, 8, 3))
    sources = (Source("Deaths of 2021", "ONS", "", days), Source("Register", "Home Office", "", days[1:]))
    drawn = ElementTree.fromstring(charts.picture(seen(sources=sources), sample=False, form="svg"))
    shown = [text.text for text in texts(drawn) if "released" in text.text]
    cited = (
        "Source: Deaths of 2021 (ONS), released 3 August 2022, 3 August 2021. "
        "Register (Home Office), released 3 August 2021. "
        "Contains public sector information licensed under the Open Government Licence v3.0."
    )
    assert cited in says(drawn)
    assert any("3 August 2022, 3 August 2021." in line for line in shown) and len(shown) == 2


def test_the_nearest_area_is_named_in_words_for_people():
    programme = place("none", "national (coverage UNVERIFIED)", "other")
    with pytest.raises(ValueError, match=r"is national \(coverage not verified\) \(none\)"):
        charts.picture(seen(place=programme, own=False), sample=False, form="svg")


def test_a_chart_is_a_picture_with_title_source_day_licence_and_what_it_is(sample_build, tmp_path):
    file = tmp_path / "made" / "chart.svg"
    answer = ncdof(sample_build, "chart", "drug_misuse_deaths", "--area", "North East", "--to", file)
    assert (answer.returncode, answer.stderr) == (0, "") and "SAMPLE" in answer.stdout
    shown = " ".join(text.text for text in texts(ElementTree.parse(file).getroot()))
    for part in (
        "SAMPLE: these figures are made up.",
        "Deaths related to drug misuse",
        "North East",
        "released",
        "Open",
    ):
        assert part in shown
    image = file.with_suffix(".png")
    assert ncdof(sample_build, "chart", "drug_misuse_deaths", "--area", "North East", "--to", image).returncode == 0
    assert image.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("metric", "area", "to", "why"),
    [
        ("nothing", "England", "a.svg", "no metric is called 'nothing'"),
        ("drug_misuse_deaths", "Atlantis", "a.svg", "No area is called"),
        ("drug_misuse_deaths", "England", "a.pdf", "--to takes a file that ends in .svg or .png, not a.pdf"),
        ("drug_acceptability_11_15", "Darlington", "a.svg", "the nearest area with figures is England"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_one_sentence(sample_build, tmp_path, metric, area, to, why):
    answer = ncdof(sample_build, "chart", metric, "--area", area, "--to", tmp_path / to)
    assert answer.returncode == 2 and answer.stdout == ""
    assert answer.stderr.count("\n") == 1 and why in answer.stderr
    assert list(tmp_path.iterdir()) == []
