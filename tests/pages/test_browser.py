"""Area pages in headless Chromium: accessible, at home on a phone, whole on paper, and in need of no network."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.editions.marts import read
from pipeline.editions.pages.files import INDEX
from pipeline.editions.pages.index import index
from pipeline.editions.pages.inputs import inputs
from pipeline.editions.pages.page import render
from pipeline.publish import published
from tests.conftest import ROOT

MODULES = ROOT / ".venv" / "clients" / "pages"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
LACKING = [
    name
    for name, there in {
        "Node.js": shutil.which("node"),
        "Chromium (environment variable CHROMIUM)": shutil.which(CHROMIUM),
        "its modules (`make test-pages`)": (MODULES / "node_modules").is_dir(),
    }.items()
    if not there
]
pytestmark = pytest.mark.skipif(bool(LACKING), reason=f"the browser checks need {' and '.join(LACKING)}")

MOST_BYTES = 1_000_000
PAGES = {
    "the national page": "E92000001",
    "a county": "E10000016",
    "a unitary authority": "E06000005",
    "a London borough": "E09000012",
    "an authority with most figures hidden": "E06000053",
    "a police force area": "E23000008",
    "an authority of Wales": "W06000015",
}


def looked_at(*paths: Path) -> dict[str, dict]:
    command = ["node", str(ROOT / "tests" / "pages" / "check_pages.mjs"), str(MODULES), *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def seen(sample_build, tmp_path_factory) -> dict[str, dict]:
    folder = tmp_path_factory.mktemp("pages")
    with published.connect(sample_build) as con:
        marts = read(con)
    for code in PAGES.values():
        (folder / f"{code}.html").write_text(render(inputs(marts, code)), encoding="utf-8")
    (folder / INDEX).write_text(index(marts, folder), encoding="utf-8")
    found = looked_at(*folder.iterdir())
    return {Path(path).name: what for path, what in found.items()}


@pytest.mark.parametrize("name", [*(f"{code}.html" for code in PAGES.values()), INDEX])
class TestPage:
    def test_breaks_no_rule_of_accessibility(self, seen, name):
        assert seen[name]["folded"] == seen[name]["unfolded"] == seen[name]["unfoldedOnPhone"] == []

    def test_never_scrolls_sideways(self, seen, name):
        assert seen[name]["phoneFolded"] == seen[name]["phone"] == seen[name]["desk"] == ""

    def test_asks_for_nothing_but_itself(self, seen, name):
        assert seen[name]["asked"] == []

    def test_is_small(self, seen, name):
        assert seen[name]["bytes"] < MOST_BYTES

    def test_folds_on_the_screen_and_is_whole_on_paper(self, seen, name):
        assert (seen[name]["closed"], seen[name]["hiddenInPrint"]) == (0, 0)


def test_the_index_finds_an_area_by_part_of_its_name(seen):
    index = seen[INDEX]
    assert index["listed"] == index["again"] == len(PAGES)
    assert [text.split()[0] for text in index["found"]] == ["Darlington"]
    assert (index["said"], index["nowhere"]) == ("1 area", 0)


def test_a_poor_page_is_found_out(tmp_path):
    page = tmp_path / "poor.html"
    page.write_text(
        '<h1>Poor</h1><h3>Faint</h3><p style="color:#ddd;width:900px">Pale and wide</p><img src="missing.png">'
        "<details open><summary>More</summary><p>Open</p></details><details><summary>Shut</summary><p>In</p></details>"
    )
    (poor,) = looked_at(page).values()
    assert {"color-contrast", "html-has-lang", "image-alt", "heading-order"} <= {rule["id"] for rule in poor["folded"]}
    assert poor["phone"] and len(poor["asked"]) == 1
    assert (poor["closed"], poor["hiddenInPrint"]) == (1, 1)
