"""What holds of every source: it says how far it is proved, and is read again when code behind it changes."""

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from pipeline.fetch.by_hand import ByHand
from pipeline.read.source import SOURCES, Source
from schemas.figure import Figure


def test_every_reader_says_how_far_it_is_proved():
    assert all(re.search("proved on", declared.layouts, re.IGNORECASE) for declared in SOURCES.values())


# A reader, what it imports in every way there is, what these import, and a module that only imports the reader.
MODULES = {
    "__init__": "",
    "reader": "from . import terms\nfrom .tables import read_table\ndef read(book): ...\n",
    "tables": "import publications.areas\nfrom publications.marks import MARKS\ndef read_table(table): ...\n",
    "areas": "",
    "marks": "MARKS = {'c': 'c'}\n",
    "terms": "",
    "another": "from publications.reader import read\n",
}


@pytest.fixture
def package(tmp_path, monkeypatch) -> Iterator[Path]:
    """The modules in a package `publications`, imported for one test."""
    folder = tmp_path / "publications"
    folder.mkdir()
    for name, text in MODULES.items():
        (folder / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    import_module("publications.another")
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == folder.name]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("module", "follows"),
    [("reader", True), ("terms", True), ("tables", True), ("areas", True), ("marks", True), ("another", False)],
)
def test_the_code_version_of_a_source_follows_what_its_module_imports(module, follows, package):
    read = import_module("publications.reader").read
    nowhere = ByHand("https://example.org", "nobody publishes it")
    declared = Source(publisher="nobody", formats="csv", contract=Figure, editions=nowhere)
    versions = []
    for added in ("", "# changed\n"):
        (package / f"{module}.py").write_text(MODULES[module] + added)
        versions.append(replace(declared, read=read).code_version)
    assert (versions[0] != versions[1]) == follows
