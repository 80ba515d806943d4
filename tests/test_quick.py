"""Which tests `make test-quick` takes for a changed file."""

import pytest

from tests import quick

PAGES = {
    f"tests/editions/test_{name}.py" for name in ("page_document", "page_files", "page_numbers", "pages_left_alone")
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("pipeline/read/periods.py", {"tests/read/test_periods.py"}),
        ("pipeline/publish/checks.py", {"tests/publish"}),
        ("pipeline/publish/queries/changes.sql", {"tests/publish/test_changes.py"}),
        ("pipeline/places.py", {"tests/places"}),
        ("pipeline/editions/pages/templates/page.html", {*PAGES, "tests/editions/test_pages_of_real_figures.py"}),
        ("assets/sources/ukhsa.py", {"tests/sources/test_ukhsa.py"}),
        ("assets/sources/nhs_tables.py", {"tests/sources/test_nhs_hospital_admissions.py",
                                          "tests/sources/test_nhs_smoking_drinking_drugs.py"}),
        ("assets/samples/ukhsa.py", {"tests/sources/test_ukhsa.py"}),
        ("data/raw/_sample/police_street_crime/2024-03-01/street.csv", {"tests/sources/test_police_uk.py"}),
        ("tests/read/test_marks.py", {"tests/read/test_marks.py"}),
        ("tests/read/test_that_is_gone.py", set()),
        ("pipeline/inventory.py", set(quick.SLICE)),
        ("pipeline/build.py", {"tests/test_build.py"}),
        ("README.md", set()),
    ],
)  # fmt: skip
def test_the_nearest_tests_of_a_file(path, expected):
    assert quick.near(path) == expected


def test_every_module_is_near_tests_that_there_are():
    modules = [
        path for room in ("assets", "pipeline", "schemas", "tests") for path in (quick.ROOT / room).rglob("*.py")
    ]
    for module in modules:
        found = quick.near(str(module.relative_to(quick.ROOT)))
        assert found and all((quick.ROOT / test).exists() for test in found), module


def test_nothing_changed_takes_a_part_of_every_hop_and_what_holds_always():
    assert set(quick.chosen([])) == {*quick.SLICE, *quick.ALWAYS}
    assert set(quick.chosen(["README.md"])) == set(quick.ALWAYS)
    assert all((quick.ROOT / test).exists() for test in quick.chosen([]))
