"""The program as the tests run it, in their own process: what it printed and how it ended."""

from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner

from pipeline.commands import terminal
from pipeline.commands.verbs import app

WIDTH = 200


@dataclass(frozen=True)
class Answer:
    returncode: int
    stdout: str
    stderr: str


def ncdof(data: Path, *arguments: object) -> Answer:
    """Run a verb on a data folder; what goes wrong beyond what the program says is raised."""
    terminal.out.width = terminal.err.width = WIDTH
    result = CliRunner().invoke(app, [*map(str, arguments)], env={"NCDOF_DATA": str(data)})
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Answer(result.exit_code, result.stdout, result.stderr)


def contents(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*")}
