"""The pages that people write: links that lead somewhere, verbs that exist, and a drawing as fresh as the code."""

import re

import pytest
import typer.main

from docs import architecture
from pipeline.commands.verbs import app
from tests.conftest import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
VERBS = typer.main.get_command(app).commands


def test_the_drawing_of_the_architecture_is_fresh():
    page = architecture.PAGE.read_text(encoding="utf-8")
    fresh = architecture.written(page, architecture.counted(ROOT))
    assert page == fresh, "docs/architecture.md is stale: run `python -m docs.architecture`"


def test_an_arrow_that_others_imply_is_not_drawn():
    arrows = {("a", "b"): 1, ("b", "c"): 2, ("a", "c"): 3, ("d", "c"): 4}
    assert architecture.without_detours(arrows) == {("a", "b"): 1, ("b", "c"): 2, ("d", "c"): 4}


def test_every_room_is_drawn_above_what_it_imports_from():
    found = architecture.counted(ROOT)
    rooms = architecture.from_the_top(found)
    assert len(rooms) == len(set(rooms)) > 10
    assert all(rooms.index(before) < rooms.index(after) for before, after in found.arrows)


def test_a_newcomer_reads_less_than_three_screens():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 120


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    text = re.sub(r"`[^`\n]*`", "", page.read_text(encoding="utf-8"))  # a pattern in code may look like a link
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", text):
        there = (page.parent / target) if target else page
        assert there.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", there.read_text(encoding="utf-8"), re.MULTILINE)
            anchors = [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]
            assert anchor in anchors, f"{target}#{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_verb_that_a_page_names_exists(page):
    named = re.findall(r"(?:`|^ *(?:\$ )?)ncdof ([a-z]+)", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert [verb for verb in named if verb not in VERBS] == []
