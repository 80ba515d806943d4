"""Which tests are near the change at hand: `python -m tests.quick` prints their files; how they are run is make's.

Tests are in folders named as the code's, under the name of the module or of its folder.
"""

import subprocess
from collections.abc import Collection, Iterator
from pathlib import Path, PurePath

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"

# What holds of the whole tree, whatever changed.
ALWAYS = ["tests/test_docs.py", "tests/test_files.py", "tests/test_layers.py"]
# A part of every hop, where nothing changed.
SLICE = [
    "tests/read",
    "tests/places",
    "tests/calculate",
    "tests/sources/test_sources.py",
    "tests/editions/test_lines.py",
]
CODE = {".py", ".sql", ".csv"}
# Code whose tests are in a folder of another name.
ELSEWHERE = {
    "samples": ["sources"],
    "_sample": ["sources"],
    "outcomes": ["calculate"],
    "schemas": ["read", "calculate"],
}


def changed() -> set[str]:
    """The files that differ from where this branch left `main`, those that are not committed yet among them."""
    main = _git("merge-base", "HEAD", "main") or _git("merge-base", "HEAD", "origin/main") or ["HEAD"]
    return {*_git("diff", "--name-only", main[0]), *_git("ls-files", "--others", "--exclude-standard")}


def _git(*arguments: str) -> list[str]:
    answer = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    return answer.stdout.splitlines()


def near(path: str) -> set[str]:
    """The test files nearest to a file: itself, those of its name or of its folder's, its whole room, or the slice."""
    file = PurePath(path)
    if file.parts[0] == "tests" and file.name.startswith("test_"):
        return {path} if (ROOT / path).exists() else set()
    names = [*file.parent.parts, file.stem]
    while names and not (rooms := _rooms(names[0])):
        del names[0]
    if not names:
        return set(_named(TESTS, file.stem)) or (set(SLICE) if file.suffix in CODE else set())
    for name in reversed(names[1:]):
        if found := {test for room in rooms for test in _named(room, name)}:
            return found
    return {str(room.relative_to(ROOT)) for room in rooms}


def _rooms(name: str) -> list[Path]:
    """The folders of tests of a folder of code."""
    return [TESTS / room for room in ELSEWHERE.get(name, [name]) if (TESTS / room).is_dir()]


def _named(room: Path, name: str) -> Iterator[str]:
    """The test files of a room for a name, or for as many of its first words as some are called by."""
    words = name.removesuffix("s").split("_")
    for number in range(len(words), 0, -1):
        if found := sorted(room.glob(f"test_{'_'.join(words[:number])}*.py")):
            yield from (str(path.relative_to(ROOT)) for path in found)
            return


def chosen(paths: Collection[str]) -> list[str]:
    """The files and folders of tests to run for changed files."""
    found = {test for path in paths for test in near(path)} if paths else set(SLICE)
    return sorted({*ALWAYS, *found})


if __name__ == "__main__":
    print(*chosen(changed()))
