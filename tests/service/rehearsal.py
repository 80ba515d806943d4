"""A publication day on this machine: a publisher in a box, a release announced for soon, and the service."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline import catalogue
from pipeline.fetch.days import LONDON
from pipeline.publish import published
from pipeline.releases import PROJECT
from tests.publisher.box import Box, served
from tests.publisher.shelf import SAMPLES, Shelf
from tests.service.processes import Service, until

# A few publications, of which the first has the announced release.
ANNOUNCED = "dfe_children_in_need"
SHELVED = (ANNOUNCED, "ons_population/2025-10-30", "ons_homicide", "ons_drug_deaths_local", "home_office_seizures")


@dataclass
class Rehearsal:
    """A box, the service that asks it, and the moment for which the release is announced."""

    box: Box
    service: Service
    moment: datetime
    released: str


def ncdof(service: Service, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program as the service's people would, on its data."""
    command = [sys.executable, "-m", "pipeline.commands", *arguments]
    return subprocess.run(command, env=service.environment, cwd=PROJECT, capture_output=True, text=True)


@contextlib.contextmanager
def rehearsed(folder: Path, postgres: bool, lead: timedelta, more: dict[str, str]) -> Iterator[Rehearsal]:
    """The earlier releases fetched and built, the service at work, and a release announced for `lead` from now.

    The moment of an announcement is a whole minute.
    """
    shelf = Shelf(folder / "shelf")
    for part in SHELVED:
        shutil.copytree(SAMPLES / part, shelf.folder / part)
    today = datetime.now(LONDON).date()
    *_, newest = sorted((shelf.folder / ANNOUNCED).iterdir())
    newest.rename(newest.with_name(str(today)))
    with served(Box(shelf)) as box:
        environment = {"NCDOF_PUBLISHERS": box.address, **more}
        service = Service(folder, postgres, environment)
        moment = (datetime.now(LONDON) + timedelta(days=1)).replace(second=0, microsecond=0)
        name = f"{ANNOUNCED.replace('_', '-')}-{today}"
        shelf.moments[name] = moment
        ncdof(service, "fetch", "--all")
        ncdof(service, "build")
        ncdof(service, "profile", "--all")
        with service:
            moment = (datetime.now(UTC) + lead).replace(second=0, microsecond=0) + timedelta(minutes=1)
            shelf.moments[name] = moment.astimezone(LONDON)
            # The publisher has put the day forward; people look at the calendar each hour, this is that look.
            ncdof(service, "fetch", ANNOUNCED)
            yield Rehearsal(box, service, moment, str(today))


def main() -> None:
    """Rehearse a publication day for somebody to look at, until Ctrl-C."""
    folder = Path(os.environ.get("NCDOF_DEMO", PROJECT / ".demo"))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    print("fetching and building the releases that are out already: about a minute")
    with rehearsed(folder, False, timedelta(seconds=60), {}) as rehearsal:
        service, at = rehearsal.service, rehearsal.moment.astimezone(LONDON)
        print(f"""
The service is at work, with figures that are made up.
  web interface   {service.interface}
  area pages      {service.pages}
  what is here    NCDOF_DATA={service.data} ncdof status

A release of {ANNOUNCED} is announced for {at:%H:%M:%S}. Nobody needs to do anything: within about five minutes it is
fetched, read, calculated, published and on the pages. Ctrl-C ends all of it.""")
        with contextlib.suppress(KeyboardInterrupt):
            for step, holds in steps(rehearsal).items():
                until(holds, 3600, step)
                print(f"{datetime.now(LONDON):%H:%M:%S} {step}", flush=True)
            print("That was all. The service goes on until Ctrl-C.")
            until(lambda: False, 86_400, "")


def steps(rehearsal: Rehearsal) -> dict[str, Callable[[], bool]]:
    """What happens to the announced release, in order, and whether it has."""
    data, day = rehearsal.service.data, rehearsal.released

    def in_the_marts() -> bool:
        with published.connect(data) as con:
            asked = "SELECT count(*) FROM framework.releases WHERE source = ? AND released = ? AND figures > 0"
            ((there,),) = con.execute(asked, [ANNOUNCED, day]).fetchall()
        return bool(there)

    def on_a_page() -> bool:
        page = data / "exports" / "pages" / "E06000047.html"
        return page.exists() and f", released {datetime.fromisoformat(day):%-d %B %Y}." in page.read_text()

    return {
        "it is out": lambda: datetime.now(UTC) >= rehearsal.moment,
        "it is fetched": lambda: (data / "raw" / ANNOUNCED / day).exists(),
        "it is read": lambda: (data / "staging" / ANNOUNCED / f"{day}.parquet").exists(),
        "it is in the published file": in_the_marts,
        "it is on the page of an area": on_a_page,
    }


if __name__ == "__main__":
    catalogue.hand_in()
    main()
