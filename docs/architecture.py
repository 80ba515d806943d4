"""The drawing and the table of `architecture.md`, counted in the code's own imports; what they mean is the page's text.

`python -m docs.architecture` writes them into the page. `python -m docs.architecture --at REVISION` prints those of a
revision, with every line counted, so that before and after can be held side by side.
"""

import argparse
import io
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import grimp

PACKAGES = ("pipeline", "assets", "schemas")
PAGE = Path(__file__).with_name("architecture.md")
ROOT = PAGE.parent.parent
FIRST = "<!-- Written by `python -m docs.architecture`; do not edit from here -->"
LAST = "<!-- to here -->"

Arrows = dict[tuple[str, str], int]


class Counted(NamedTuple):
    """Lines of code of each room, and how many modules of one room its modules import from another."""

    lines: dict[str, int]
    arrows: Arrows


def counted(root: Path) -> Counted:
    """What the packages under a folder hold; the folder must come first where Python looks for packages."""

    def room(module: str) -> str:
        """A folder or a module directly under `pipeline`, which is not named, or under `assets`; or the contracts."""
        package, *inside = module.split(".")
        if package == "schemas" or not inside:
            return f"{package}/"
        name = inside[0] + "/" * (root / package / inside[0]).is_dir()
        return name if package == "pipeline" else f"{package}/{name}"

    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    arrows = Counter(
        (room(importer), room(imported))
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
        if room(importer) != room(imported)
    )
    lines: Counter[str] = Counter()
    for file in (file for package in PACKAGES for file in (root / package).rglob("*.py")):
        module = ".".join(file.relative_to(root).with_suffix("").parts)
        if module not in ("pipeline.__init__", "assets.__init__"):
            lines[room(module)] += len(file.read_text(encoding="utf-8").splitlines())
    return Counted(lines, arrows)


def without_detours(arrows: Arrows) -> Arrows:
    """The arrows from which all others follow: those between rooms that no longer way joins."""

    def joined(start: str, end: str) -> bool:
        ways, seen = [after for before, after in arrows if before == start and after != end], set[str]()
        while ways:
            if (here := ways.pop()) not in seen:
                seen.add(here)
                ways += [after for before, after in arrows if before == here]
        return end in seen

    return {way: number for way, number in arrows.items() if not joined(*way)}


def from_the_top(found: Counted) -> list[str]:
    """The rooms, each above all that it imports from."""
    depth: dict[str, int] = {}

    def below(name: str) -> int:
        if name not in depth:
            depth[name] = 0  # where rooms import each other in a ring
            depth[name] = 1 + max((below(after) for before, after in found.arrows if before == name), default=0)
        return depth[name]

    return sorted(found.lines, key=lambda name: (-below(name), name))


def block(found: Counted, to: int) -> str:
    """The drawing and the table, with lines of code to the nearest so many."""
    rooms = from_the_top(found)
    drawn = without_detours(found.arrows)
    # `graph` alone is a word of Mermaid's own.
    node = {name: f"room_{name.strip('/').replace('/', '_')}" for name in rooms}
    drawing = [f'    {node[name]}["{name}"]' for name in rooms]
    drawing += [
        f"    {node[before]} -->|{drawn[before, after]}| {node[after]}"
        for before in rooms
        for after in rooms
        if (before, after) in drawn
    ]
    rows = []
    for name in rooms:
        taken = [f"{after} {found.arrows[name, after]}" for after in rooms if (name, after) in found.arrows]
        rows.append(f"| {name} | {_about(found.lines[name], to)} | {', '.join(taken)} |")
    return "\n".join(
        [
            "```mermaid",
            "flowchart TD",
            *drawing,
            "```",
            "",
            "| room | lines | imports from |",
            "| --- | ---: | --- |",
            *rows,
            "",
            f"{len(rooms)} rooms, {len(found.arrows)} arrows, {sum(found.arrows.values())} imports.",
        ]
    )


def _about(lines: int, to: int) -> str:
    return f"{round(lines / to) * to:,}" if lines >= to else f"under {to}"


def written(page: str, found: Counted) -> str:
    """The page with its drawing and table made anew, in lines to the nearest hundred, which few changes move."""
    before, _, rest = page.partition(FIRST)
    _, _, after = rest.partition(LAST)
    return f"{before}{FIRST}\n\n{block(found, to=100)}\n\n{LAST}{after}"


def main() -> None:
    """Write the page, or print what a revision holds."""
    arguments = argparse.ArgumentParser(prog="python -m docs.architecture", description=__doc__.partition("\n")[0])
    arguments.add_argument("--at", metavar="REVISION", help="print the drawing and the table of this revision instead")
    revision = arguments.parse_args().at
    if revision is None:
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), counted(ROOT)), encoding="utf-8")
        return
    packed = subprocess.run(["git", "archive", revision, *PACKAGES], cwd=ROOT, stdout=subprocess.PIPE, check=True)
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
            archive.extractall(folder, filter="data")
        sys.path.insert(0, folder)
        print(block(counted(Path(folder)), to=1))


if __name__ == "__main__":
    main()
