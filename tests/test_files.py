"""Files written whole beside processes that are killed or still write."""

import os
import subprocess
import sys

from pipeline.files import write_atomically


def test_what_a_killed_process_left_is_swept_and_what_a_running_one_writes_is_not(tmp_path):
    path = tmp_path / "part.parquet"
    killed = subprocess.Popen([sys.executable, "-c", ""])
    killed.wait()
    left, arriving = tmp_path / f".part.parquet.{killed.pid}.7", tmp_path / f".part.parquet.{os.getppid()}.7"
    left.write_text("half")
    arriving.write_text("half")
    write_atomically(path, lambda beside: beside.write_text("whole"))
    assert path.read_text() == "whole"
    assert (left.exists(), arriving.exists()) == (False, True)
