"""The house rules that a reader of the folder names relies on."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.calculate.metric import METRICS
from pipeline.read.source import SOURCES
from tests.conftest import ROOT


def test_imports_go_one_way_down():
    answer = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo"], cwd=ROOT, capture_output=True, text=True
    )
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize("module", sorted((ROOT / "pipeline").rglob("*.py")), ids=lambda path: path.stem)
def test_the_machinery_names_no_metric_and_no_publisher(module):
    # One source is named after the platform that it comes from, whose address its interface has to know.
    text = re.sub(r'"""(.|\n)*?"""|[\w.]+\.org\.uk', "", module.read_text())
    named = [name for name in [*METRICS, *SOURCES] if re.search(rf"\b{name}\b", text)]
    assert named == []
    assert not re.search(r"\b(MHCLG|DfE|OHID|Home Office)\b", text)


@pytest.mark.parametrize("folder", ["pipeline", "assets", "schemas", "tests"])
def test_every_module_says_what_belongs_in_it(folder):
    silent = [
        str(path.relative_to(ROOT))
        for path in (ROOT / folder).rglob("*.py")
        if path.read_text().strip() and not path.read_text().lstrip().startswith('"""')
    ]
    assert silent == []


def test_importing_the_program_does_not_import_dagster():
    code = "import sys, pipeline.commands.verbs; sys.exit('dagster' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
