"""What publishers list as assets: one a source, and one step that asks for those that are wanted."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import dagster as dg

from pipeline import arrivals, inventory
from pipeline.fetch.by_hand import ByHand
from pipeline.graph.policies import ONE_RUN, OWNERS, digest
from pipeline.read.source import SOURCES

PUBLISHERS = "publishers"
ANSWERED = "publisher_answers"
PUNCTUAL = "nothing_is_late"


def key(source_id: str) -> dg.AssetKey:
    """The asset of what a publisher lists of a source."""
    return dg.AssetKey([PUBLISHERS, source_id])


def fetched() -> list[str]:
    """The sources of which a program can take the editions."""
    return [declared.id for declared in SOURCES.values() if not isinstance(declared.editions, ByHand)]


def publishers_asset() -> dg.AssetsDefinition:
    """What the publishers list: new releases are put into data/raw, where the sensor on files finds them."""
    sources = fetched()

    @dg.multi_asset(
        name="ask_the_publishers",
        specs=[
            dg.AssetSpec(
                key(source_id),
                group_name=PUBLISHERS,
                description=f"What is published of: {SOURCES[source_id].title}.",
                kinds={SOURCES[source_id].editions.interface.lower()},
                owners=OWNERS,
                metadata={"page": dg.MetadataValue.url(SOURCES[source_id].editions.page)},
            )
            for source_id in sources
        ],
        check_specs=[
            check
            for source_id in sources
            for check in (
                dg.AssetCheckSpec(ANSWERED, asset=key(source_id), description="The publisher answers as it should."),
                dg.AssetCheckSpec(PUNCTUAL, asset=key(source_id), description="What is announced has come."),
            )
        ],
        can_subset=True,
        backfill_policy=ONE_RUN,
    )
    def ask(context: dg.AssetExecutionContext) -> Iterator[Any]:
        data = inventory.data_folder()
        wanted = [source_id for source_id in sources if key(source_id) in context.selected_asset_keys]
        found = arrivals.fetch(data, wanted, said=context.log.debug)
        due = inventory.announced(data)
        yesterday = date.today() - timedelta(days=1)
        for source_id in wanted:
            items = [item for item in found.items if item.source == source_id]
            faults = [item.reason for item in items if item in found.failed]
            coming = due[(due["source"] == source_id) & due["day"].notna()]
            late = coming[coming["late"]]
            following = coming[coming["day"].dt.date >= yesterday]
            yield dg.MaterializeResult(
                asset_key=key(source_id),
                data_version=digest([(item.title, item.released, item.files) for item in items]),
                metadata={
                    "editions": len(items),
                    "taken": sum(release.source == source_id for release in found.taken),
                    "next release": "; ".join(
                        f"{row.day:%d %B %Y} {row.time} ({row.certainty})" for row in following.itertuples()
                    )
                    or "none is announced",
                },
                check_results=[
                    dg.AssetCheckResult(
                        passed=not faults,
                        asset_key=key(source_id),
                        check_name=ANSWERED,
                        severity=dg.AssetCheckSeverity.WARN,
                        description="; ".join(faults) or "It answered.",
                    ),
                    dg.AssetCheckResult(
                        passed=late.empty,
                        asset_key=key(source_id),
                        check_name=PUNCTUAL,
                        severity=dg.AssetCheckSeverity.WARN,
                        description="; ".join(f"{row.title}, {row.words}" for row in late.itertuples())
                        or "Nothing is late.",
                    ),
                ],
            )

    return ask
