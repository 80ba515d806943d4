"""Writes the sample releases: `python -m assets.samples [FOLDER]`, by default over those in the repository."""

import shutil
import sys
import time
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import assets.samples
from assets.samples import writers

FOLDER = Path("data/raw/_sample")


def generate(folder: Path) -> None:
    """Write every sample release, in place of what was there: a module's `releases()` gives paths and contents."""
    shutil.rmtree(folder, ignore_errors=True)
    for found in iter_modules(assets.samples.__path__):
        if found.name != "__main__":
            publication = import_module(f"assets.samples.{found.name}")
            if hasattr(publication, "releases"):
                start = time.perf_counter()
                for path, content in publication.releases():
                    writers.save(folder / path, content)
                print(f"{found.name:24}{time.perf_counter() - start:5.1f} s", flush=True)


if __name__ == "__main__":
    generate(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
