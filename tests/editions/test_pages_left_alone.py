"""Which pages are written again: those that would differ, and no others."""

import random
import re
import shutil
from pathlib import Path

import duckdb
import pytest

from pipeline import releases
from pipeline.editions.marts import read
from pipeline.editions.pages.files import INDEX, write
from pipeline.publish import published
from pipeline.releases import PROJECT, SAMPLE
from tests.conftest import build_all
from tests.editions.elements import AREAS

# Small ones with several editions, of nations, regions and police forces, and the register of targets.
SOURCES = ("csew_drug_misuse", "home_office_nrm", "ndtms_secure_settings", "published_figures", "ukhsa_uam")


def pages(folder: Path) -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def shown(folder: Path) -> dict[str, str]:
    """What pages show, without what they say that they were made from."""
    texts = {code: re.sub('<meta name="made-from"[^>]*>', "", text) for code, text in pages(folder).items()}
    return {code: text for code, text in texts.items() if code != INDEX.removesuffix(".html")}


def written(data: Path, folder: Path) -> set[str]:
    """Write all pages, and tell the codes of those that were written."""
    before = {path.stem: path.stat().st_mtime_ns for path in folder.glob("*.html")}
    told = []
    write(data, folder, done=lambda *what: told.append(what))
    after = {path.stem: path.stat().st_mtime_ns for path in folder.glob("*.html") if path.name != INDEX}
    found = {code for code, moment in after.items() if before.get(code) != moment}
    assert len(told) == len(found)
    return found


@pytest.mark.whole
def test_pages_that_are_left_alone_are_those_that_would_be_the_same(tmp_path):
    chosen = random.Random(4)
    available = [one for one in releases.releases(PROJECT / "data" / "raw" / SAMPLE) if one.source in SOURCES]
    data, held, left, again = tmp_path / "data", [], 0, 0
    for number in range(6):
        if len(held) > 3 and chosen.random() < 0.4:
            shutil.rmtree(held.pop(chosen.randrange(len(held))).folder)
        else:
            new = chosen.choice([one for one in available if one.sha256 not in {other.sha256 for other in held}])
            held.append(releases.store(data, releases.release_of(new.source, new.released, new.files)))
        build_all(data)
        changed = written(data, tmp_path / "kept")
        write(data, tmp_path / f"nothing {number}")
        fresh = pages(tmp_path / f"nothing {number}")
        kept = {name: text for name, text in pages(tmp_path / "kept").items() if name in fresh}
        assert kept == fresh
        left, again = left + len(fresh) - 1 - len(changed), again + len(changed)
    assert left > 20 and again > 20


@pytest.fixture
def data(few, tmp_path) -> Path:
    """A data folder of one's own whose published file knows few areas of today."""
    shutil.copytree(few, tmp_path / "data")
    return tmp_path / "data"


def alter(data: Path, *statements: str) -> None:
    with duckdb.connect(str(published.path(data))) as con:
        for statement in statements:
            con.execute(statement)


def test_only_what_a_change_shows_on_is_written_again(data):
    folder, area = data / "pages", AREAS["unitary authority"]
    everything = written(data, folder)
    assert everything >= set(AREAS.values())
    assert written(data, folder) == set()

    # Another publish, of releases that give no page a figure.
    alter(data, "UPDATE framework.build SET inputs = 'others'")
    assert written(data, folder) == set()

    with published.connect(data) as con:
        marts = read(con)
    there = {(value.metric_id, value.area_code) for value in marts.values if value.value is not None}
    first = {metric.tier: metric for metric in reversed(marts.metrics) if (metric.id, area) in there}

    def change(tier: str, code: str) -> set[str]:
        """Change the figures of a metric, and tell which pages are written again: they show it, and no others do."""
        table, before = f"{first[tier].outcome}.{first[tier].id}", shown(folder)
        alter(data, f"UPDATE {table} SET value = value * 1.5 WHERE area_code = '{code}'")
        again = written(data, folder)
        differ = {code for code, text in shown(folder).items() if text != before[code]}
        # A nation's page shows the areas in it on its maps, where there are outlines.
        assert differ <= again <= differ | {AREAS["nation"], AREAS["Wales"]}
        return differ

    alone, among, under = change("supporting", area), change("headline", area), change("headline", "E92000001")
    assert {area} <= alone < among < under
    assert AREAS["police force area"] not in among

    (folder / f"{area}.html").unlink()
    (folder / "E06000047.html").write_text("half of it")
    assert written(data, folder) == {area, "E06000047"}
