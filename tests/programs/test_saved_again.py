"""Workbooks that a spreadsheet program opens and saves again, in whatever format: the figures stay what they are."""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import WORKBOOKS, real_files
from tests.reading import SAMPLES, assert_same, read

# `make test-programs` names it: to save all takes minutes.
OFFICE = shutil.which(os.environ.get("SOFFICE", "")) or ""
pytestmark = pytest.mark.skipif(not OFFICE, reason="workbooks are saved again by LibreOffice, which SOFFICE names")

# A sheet of an xls file is no wider than 256 columns, as those of larger workbooks are.
LARGEST_XLS = 3_000_000
AT_ONCE = 12


@cache
def figures(source: str, path: Path) -> pd.DataFrame:
    return read(source, path)


@pytest.mark.parametrize("suffix", WORKBOOKS)
def test_a_workbook_that_is_saved_again_gives_the_same_figures(suffix, tmp_path):
    samples = [(path.parts[-3], path) for path in sorted(SAMPLES.glob("*/*/*"))]
    known = [(source, path) for source, path in [*samples, *real_files()] if path.suffix in WORKBOOKS]
    if suffix == ".xls":
        known = [(source, path) for source, path in known if path.stat().st_size < LARGEST_XLS]
    # Several have one name.
    opened = [tmp_path / f"{number:03} {path.name}" for number, (_, path) in enumerate(known)]
    for link, (_, path) in zip(opened, known, strict=True):
        link.symlink_to(path)
    command = [OFFICE, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", suffix[1:]]
    command += ["--outdir", str(tmp_path / "saved")]
    for first in range(0, len(opened), AT_ONCE):
        some = opened[first : first + AT_ONCE]
        subprocess.run([*command, *some], check=True, capture_output=True, timeout=600)
    for link, (source, path) in zip(opened, known, strict=True):
        assert_same(read(source, tmp_path / "saved" / f"{link.stem}{suffix}"), figures(source, path))
