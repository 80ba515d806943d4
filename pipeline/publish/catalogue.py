"""What there is and where it came from, as the tables of the schema framework that are not made of observations."""

from collections.abc import Iterable, Mapping, Sequence
from glob import escape

import duckdb
import pandas as pd

from pipeline import places
from pipeline.calculate.metric import METRICS
from pipeline.publish.tables import TABLES
from pipeline.read import changes
from pipeline.read.source import SOURCES
from pipeline.read.staging import Staged
from pipeline.releases import Origin, Release, address_of
from schemas.figure import DatedFigure
from schemas.vocabulary import OUTCOMES

OWN_COLUMN = list(OUTCOMES)[-1]
# Where nothing was read no row has years, and where nothing was found there is no row.
_OF_RELEASES = dict.fromkeys(["source", "released", "release_id", "file", "sha256", "url"], "str") | {
    "released": "datetime64[us]",
    "sample": "bool",
    "figures": "int64",
    "first_year": "Int64",
    "last_year": "Int64",
    "reason": "str",
}


def tables(available: list[Staged], refused: Mapping[Release, str], announced: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The tables by name: metrics in the order of the scorecard, with their `sources` as lists; the project's own."""
    return {
        "metrics": metrics(),
        "sources": sources(),
        "releases": _releases(available, refused),
        "release_changes": _release_changes(available),
        "files": _files(available),
        "calendar": announced,
        "areas": known_areas(available),
        "targets": _targets(available),
        **{name: own.read() for name, own in TABLES.items()},
    }


def metrics() -> pd.DataFrame:
    """One row a declared metric, in the order of the outcomes, headline metrics first."""
    tiers = {"headline": 0, "supporting": 1}
    ordered = sorted(METRICS.values(), key=lambda metric: (list(OUTCOMES).index(metric.outcome), tiers[metric.tier]))
    return pd.DataFrame(
        {
            "metric_id": metric.id,
            "outcome_id": metric.outcome,
            "position": position,
            "tier": metric.tier,
            "better": metric.better,
            "title": metric.title,
            "definition": metric.definition,
            "statistic": metric.series.statistic,
            "unit": metric.series.unit,
            "breakdown": metric.series.breakdown,
            "sex": metric.series.sex,
            "age": metric.series.age,
            "nation": metric.series.nation,
            "sources": list(metric.sources),
        }
        for position, metric in enumerate(ordered, start=1)
    )


def sources() -> pd.DataFrame:
    """One row a declared source."""
    return pd.DataFrame(
        {
            "source": s.id,
            "publisher": s.publisher,
            "title": s.title,
            "formats": s.formats,
            "editions": s.editions.interface,
            "page": s.editions.page,
            "verified": s.editions.verified,
            "layouts": s.layouts,
            "differs": s.differs,
        }
        for s in sorted(SOURCES.values(), key=lambda source: source.id)
    )


def _releases(available: Iterable[Staged], refused: Mapping[Release, str]) -> pd.DataFrame:
    """One row a release with figures or a refusal; a refused one may keep the figures of an earlier reading."""
    reasons = {(release.source, release.released): reason for release, reason in refused.items()}
    kept = {(s.source, s.released) for s in available}
    read = [
        _release(s, s.files)
        | {
            "figures": s.rows,
            "first_year": min(s.years),
            "last_year": max(s.years),
            "reason": reasons.get((s.source, s.released), ""),
        }
        for s in available
    ]
    lost = [
        _release(release, release.origins()) | {"figures": 0, "reason": reason}
        for release, reason in refused.items()
        if (release.source, release.released) not in kept
    ]
    rows = pd.DataFrame(read + lost, columns=[*_OF_RELEASES]).astype(_OF_RELEASES)
    return rows.sort_values(["source", "released"], ignore_index=True)


def _release(release: Staged | Release, files: Sequence[Origin]) -> dict[str, object]:
    return {
        "source": release.source,
        "released": pd.Timestamp(release.released),
        "release_id": release.release_id,
        "file": "; ".join(origin.file for origin in files),
        "sha256": release.sha256,
        "url": address_of(files),
        "sample": release.sample,
    }


def _release_changes(available: Iterable[Staged]) -> pd.DataFrame:
    """One row a kind of change that the newest release of a source made."""
    rows = [
        {
            "source": new.source,
            "released": pd.Timestamp(new.released),
            "release_id": new.release_id,
            "old_released": pd.Timestamp(before),
            "severity": change.severity,
            "what": change.what,
            "number": change.number,
            "detail": f"{new.source}, {new.released} against {before}: {change}",
        }
        for (new, before), found in changes.of_newest(available).items()
        for change in found
    ]
    types = {"released": "datetime64[us]", "old_released": "datetime64[us]", "number": "int64"}
    columns = ["source", "released", "release_id", "old_released", "severity", "what", "number", "detail"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns, "str") | types)


def _files(available: Iterable[Staged]) -> pd.DataFrame:
    """One row a file of a release with figures."""
    return pd.DataFrame(
        {
            "source": s.source,
            "released": pd.Timestamp(s.released),
            "release_id": s.release_id,
            "file": origin.file,
            "sha256": origin.sha256,
            "url": origin.address,
            "title": origin.title,
            "page": origin.page,
        }
        for s in sorted(available, key=lambda staged: (staged.source, staged.released))
        for origin in s.files
    )


def _targets(available: list[Staged]) -> pd.DataFrame:
    """Targets and baselines of metrics, as the register states them.

    A target of the strategy's own column is also one of each metric that its progress is calculated from or that is
    shown beside it. There `tracked_by` names the metric it is of: it is about a time of some years, and no level.
    """
    shared = [(other.id, m.id) for m in METRICS.values() if m.outcome == OWN_COLUMN for other in m.upstream]
    registers = [escape(str(s.path)) for s in available if SOURCES[s.source].register]
    with duckdb.connect() as con:
        if not registers:
            con.register("figures", DatedFigure.empty())
        else:
            con.read_parquet(registers).create_view("figures")
        con.register("shared", pd.DataFrame(shared, columns=["metric_id", "tracked_by"]))
        return con.execute("""
            WITH registered AS (
                SELECT category AS metric_id, '' AS tracked_by, measure AS stated, value, unit,
                       period_start AS first_day, period_end AS deadline, note, source, released, release_id, cell
                FROM figures WHERE starts_with(measure, 'baseline') OR starts_with(measure, 'target')
            )
            FROM registered
            UNION ALL
            SELECT shared.*, coalesce(stated, 'target'), value, unit, first_day, deadline,
                   coalesce(note, 'No number is in the register.'), source, released, release_id, cell
            FROM shared LEFT JOIN registered ON registered.metric_id = shared.tracked_by
            ORDER BY ALL
        """).df()


def known_areas(available: list[Staged]) -> pd.DataFrame:
    """The register of areas, and after it the areas that only a lookup names: codes issued since it was written."""
    register = places.areas()
    lookups = [escape(str(s.path)) for s in available if SOURCES[s.source].names_areas]
    if not lookups:
        return register
    with duckdb.connect() as con:
        con.register("register", register)
        unknown = con.execute(
            """
            SELECT area_code, arg_max(area_label, (period_end, released)) AS area_name,
                   any_value(area_kind) AS area_kind
            FROM read_parquet(?)
            WHERE measure = 'area' AND area_code NOT IN (SELECT area_code FROM register)
            GROUP BY area_code ORDER BY area_code
            """,
            [lookups],
        ).df()
    return pd.concat([register, unknown.assign(successors="")], ignore_index=True)
