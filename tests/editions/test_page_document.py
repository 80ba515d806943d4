"""Area pages as documents: whole in one file, in order, accessible, and hostile texts stay texts."""

import dataclasses
import itertools
import re

import duckdb
import pytest

from pipeline.editions import marts
from pipeline.editions.pages.inputs import inputs
from pipeline.editions.pages.page import render
from pipeline.publish import published
from schemas.vocabulary import OUTCOMES
from tests.editions.elements import AREAS, read


@pytest.mark.parametrize("code", AREAS.values(), ids=AREAS)
class TestDocument:
    def test_needs_nothing_but_itself(self, made, page, code):
        assert len(made(code).encode()) < 1_000_000
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
    made = render(inputs(dataclasses.replace(known, sample=False, values=values), AREAS["nation"]))
    assert "SAMPLE" not in made


HOSTILE = """<script>alert(1)</script> & "><img src=x onerror=1> =cmd|'/C calc'!A0 {{ 7 * 7 }} `<b>`"""


def test_hostile_texts_stay_texts(known, page):
    code = AREAS["unitary authority"]
    hostile = dataclasses.replace(
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
    found, plain = read(render(inputs(hostile, code))), page(code)
    assert {element.tag for element in found.all()} <= {element.tag for element in plain.all()}
    assert not [name for element in found.all() for name in element.attributes if name.startswith("on")]
    assert not [link for link in found.all("a") if "javascript" in link.attributes["href"]]
    (title,) = found.all("h1")
    assert HOSTILE in title.text
    assert "{{ 7 * 7 }}" in found.text and "49" not in title.text


def test_the_order_of_rows_does_not_matter(known, made, sample_build):
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{published.path(sample_build)}' AS whole (READ_ONLY)")
        con.execute("COPY FROM DATABASE whole TO memory (SCHEMA)")
        for (table,) in con.execute("""
            SELECT schema_name || '.' || table_name FROM duckdb_tables()
            WHERE database_name = 'whole' AND table_name NOT IN ('history', 'revisions')
        """).fetchall():
            con.execute(f"INSERT INTO {table} FROM whole.{table} ORDER BY hash(rowid, 7)")
        mixed = marts.read(con)
    assert mixed.places.keys() == known.places.keys() and mixed.values == known.values
    for name in ("nation", "unitary authority", "partnership"):
        assert render(inputs(mixed, AREAS[name])) == made(AREAS[name])
