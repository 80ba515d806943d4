"""Clients that are programs or libraries read the published file, and do what the page on them says."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.conftest import CLIENTS, PAGE

HERE = Path(__file__).parent
VERSIONS = sorted(path.stem for path in (HERE / "environments").glob("duckdb-*.txt") if path.stem != "duckdb-cli")
RUNNERS = {
    "sh": ["sh", "-euc"],
    "python": [sys.executable, "-c"],
    "js": ["node", "-e"],
}


def run(*command: str | Path, **options) -> str:
    """What a client prints; fails with what it complains of."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("version", VERSIONS)
def test_a_python_client_of_any_version_is_answered(published_file, version):
    pinned = (HERE / "environments" / f"{version}.txt").read_text().strip().removeprefix("duckdb==")
    said = run(CLIENTS / version / "bin" / "python", HERE / "check_client.py", published_file)
    assert said.startswith(f"duckdb {pinned}: ")


def test_the_command_line_client_is_answered(published_file):
    asked = HERE / "asked.sql"
    printed = run(CLIENTS / "duckdb-cli/bin/duckdb", "-readonly", "-bail", "-json", "-f", asked, published_file)
    answers, decoder = [], json.JSONDecoder()
    while printed := printed.strip():
        answer, end = decoder.raw_decode(printed)
        answers.append(answer)
        printed = printed[end:]
    assert len(answers) == asked.read_text().count(";")
    assert all(answers)


def test_the_node_client_is_answered(published_file):
    said = run(
        "node",
        HERE / "node" / "check_client.cjs",
        published_file,
        env={**os.environ, "NODE_PATH": str(CLIENTS / "node/node_modules")},
    )
    assert "queries answered" in said


def test_the_page_names_the_versions_that_are_run():
    pinned = [line for path in (HERE / "environments").glob("*.txt") for line in path.read_text().splitlines()]
    versions = [line.split("==")[1] for line in pinned if re.match(r"(duckdb|duckdb-cli|apache-superset)==", line)]
    versions.append(json.loads((HERE / "node/package.json").read_text())["dependencies"]["@duckdb/node-api"])
    assert len(versions) == 7
    assert [version for version in versions if version.split("-")[0] not in PAGE.read_text()] == []


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        pytest.param(language, lines, id=f"{language}-{number}")
        for number, (language, lines) in enumerate(re.findall(r"```(\w+)\n(.*?)```", PAGE.read_text(), re.DOTALL))
        if language in RUNNERS
    ],
)
def test_what_the_page_says_to_type_gives_an_answer(sample_build, tmp_path, language, lines):
    """The page's lines are run as they stand, in a folder that has `data` in it."""
    (tmp_path / "data").symlink_to(sample_build)
    path = f"{CLIENTS / 'duckdb-cli/bin'}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "NODE_PATH": str(CLIENTS / "node/node_modules")}
    assert run(*RUNNERS[language], lines, cwd=tmp_path, env=environment).strip()
