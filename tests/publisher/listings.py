"""What each publisher's interface answers about a shelf, in the shapes that are recorded of it; how is the box's."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from pipeline import places
from pipeline.fetch.arcgis import ArcGis
from pipeline.fetch.editions import Editions
from pipeline.fetch.explore_education import ExploreEducation
from pipeline.fetch.fingertips import Fingertips
from pipeline.fetch.govuk import GovUk
from pipeline.fetch.ons import Ons
from pipeline.fetch.police import PoliceArchive
from pipeline.read.source import SOURCES
from tests.publisher.shelf import Issue, Shelf, stamp

# Titles of publications and of their attachments, by source: what the declared patterns must find.
TITLES = {
    "hmpps_digest": ("HMPPS Annual Digest {year}", "Finds of drugs by type data tool"),
    "home_office_nrm": ("Modern slavery: National Referral Mechanism statistics, {day}", "Data tables"),
    "home_office_offences_by_partnership": ("", "Police recorded crime community safety partnership tables, {day}"),
    "home_office_recorded_crime": ("", "Police recorded crime police force area tables, {day}"),
    "home_office_seizures": ("Seizures of drugs in England and Wales, {year}", "Seizures of drugs: data tables"),
    "mhclg_homelessness": ("", "Detailed local authority level tables, {day}"),
    "moj_offender_management": ("Offender management statistics quarterly: {day}", "Probation: {day}"),
    "moj_reoffending": ("Proven reoffending statistics: {day}", "Proven reoffending tables, {day}"),
    "ndtms_adults": ("Substance misuse treatment for adults: statistics {year}", "Data tables"),
    "ndtms_secure_settings": ("Substance misuse treatment in secure settings: statistics {year}", "Data tables"),
    "ndtms_young_people": ("Substance misuse treatment for young people: statistics {year}", "Data tables"),
    "ocu_prevalence": ("Opiate and crack cocaine use: prevalence estimates {year}", "Prevalence estimates"),
    "alcohol_dependence": ("", "Alcohol dependence prevalence estimates"),
    "ukhsa_uam": ("", "UAM survey: data tables, {day}"),
}
_ASSETS = "https://assets.publishing.service.gov.uk"


@dataclass(frozen=True)
class Made:
    """Bytes that are made on demand, and since when they are so, where the publisher says it."""

    raw: bytes
    since: datetime | None = None


Answer = Path | Made | dict[str, Any] | list[Any] | None


def answer(shelf: Shelf, host: str, path: str, query: dict[str, str]) -> Answer:
    """What a host answers: a file, a list, bytes made on demand, or nothing."""
    by_host: dict[str, Callable[[Shelf, str, dict[str, str]], Answer]] = {
        "www.gov.uk": _govuk,
        "assets.publishing.service.gov.uk": _asset,
        "www.ons.gov.uk": _ons,
        "api.education.gov.uk": _education,
        "fingertips.phe.org.uk": _fingertips,
        "data.police.uk": _police,
        "services1.arcgis.com": _arcgis,
    }
    return by_host[host](shelf, path, query) if host in by_host else None


def _of(kind: type[Editions]) -> dict[str, Any]:
    return {source: declared.editions for source, declared in SOURCES.items() if isinstance(declared.editions, kind)}


def _said(text: str, issue: Issue) -> str:
    return text.format(year=f"{issue.day.year - 1} to {issue.day.year}", day=f"{issue.day:%d %B %Y}".lstrip("0"))


# --- GOV.UK --------------------------------------------------------------------------------------------------


def _govuk(shelf: Shelf, path: str, query: dict[str, str]) -> Answer:
    if path == "/api/search.json":
        return _announcements(shelf, query)
    page = path.removeprefix("/api/content")
    sources = [source for source, editions in _of(GovUk).items() if editions.path == page]
    if sources and TITLES[sources[0]][0]:
        members = [_item(shelf, issue) for source in sources for issue in shelf.public(source)]
        if not members:
            return None
        listed = [
            {name: one[name] for name in ("base_path", "title", "public_updated_at", "withdrawn")} for one in members
        ]
        return _page(page, "document_collection", listed[0]["public_updated_at"]) | {"links": {"documents": listed}}
    if sources:
        issues = sorted((i for s in sources for i in shelf.public(s)), key=lambda issue: issue.day, reverse=True)
        if not issues:
            return None
        history = {issue.stamp: {"public_timestamp": issue.stamp, "note": f"Added {issue.name}."} for issue in issues}
        details = {
            "attachments": [one for issue in issues for one in _attachments(shelf, issue)],
            "change_history": list(history.values()),
        }
        return _page(page, "statistical_data_set", issues[0].stamp) | {"details": details}
    for source in _of(GovUk):
        for issue in shelf.public(source):
            if page == f"/government/statistics/{issue.name}":
                return _item(shelf, issue)
    return None


def _page(path: str, schema: str, stamp: str) -> dict[str, Any]:
    return {
        "base_path": path,
        "schema_name": schema,
        "title": path.rpartition("/")[2].replace("-", " ").capitalize(),
        "public_updated_at": stamp,
        "updated_at": stamp,
        "withdrawn_notice": {},
        "details": {},
    }


def _item(shelf: Shelf, issue: Issue) -> dict[str, Any]:
    notice = shelf.withdrawn.get(issue.name)
    history = [{"public_timestamp": issue.stamp, "note": "First published."}]
    if correction := shelf.correction(issue):
        history.insert(0, {"public_timestamp": stamp(correction[1]), "note": "Corrected an error."})
    return _page(f"/government/statistics/{issue.name}", "publication", history[0]["public_timestamp"]) | {
        "title": _said(TITLES[issue.source][0], issue),
        "withdrawn": bool(notice),
        "withdrawn_notice": {"explanation": f"<p>{notice}</p>", "withdrawn_at": issue.stamp} if notice else {},
        "details": {
            "attachments": _attachments(shelf, issue),
            "change_history": history,
        },
    }


def _attachments(shelf: Shelf, issue: Issue) -> list[dict[str, Any]]:
    return [
        {
            "attachment_type": "file",
            "title": _said(TITLES[issue.source][1], issue),
            "filename": path.name,
            "url": f"{_ASSETS}/media/{issue.name}/{path.name}",
            "file_size": len(shelf.read(path)[0]),
        }
        for path in _files(shelf, issue)
    ] + [
        {"attachment_type": "html", "title": "Report", "url": f"/government/statistics/{issue.name}/report"},
        {
            "attachment_type": "file",
            "title": "Quality report",
            "filename": "quality.pdf",
            "url": f"{_ASSETS}/media/x/q.pdf",
        },
    ]


def _asset(shelf: Shelf, path: str, query: dict[str, str]) -> Answer:
    _, _, name, file = path.split("/", 3)
    return _file(shelf, GovUk, name, file)


def _files(shelf: Shelf, issue: Issue) -> tuple[Path, ...]:
    correction = shelf.correction(issue)
    return (correction[0],) if correction else issue.files


def _file(shelf: Shelf, kind: type[Editions], name: str, file: str) -> Answer:
    issues = (issue for source in _of(kind) for issue in shelf.public(source))
    found = (path for issue in issues if issue.name == name for path in (*issue.files, *_files(shelf, issue)))
    return next((path for path in found if path.name == file), None)


def _announcements(shelf: Shelf, query: dict[str, str]) -> Answer:
    results = []
    for issue in sorted(shelf.to_come(), key=lambda issue: issue.moment):
        title = _announced_title(issue)
        if title:
            at = f"{issue.moment.day} {issue.moment:%B %Y} {issue.moment:%-I:%M%p}".replace("AM", "am").replace(
                "PM", "pm"
            )
            said = {"display_date": at, "confirmed": True} | shelf.announced.get(issue.name, {})
            results.append(
                {
                    "title": title,
                    "link": f"/government/statistics/announcements/{issue.name}",
                    "release_timestamp": issue.stamp,
                    "statistics_announcement_state": said.pop("state", "confirmed"),
                    "metadata": said,
                }
            )
    start, count = int(query.get("start", 0)), int(query.get("count", 10))
    return {"results": results[start : start + count], "total": len(results), "start": start}


def _announced_title(issue: Issue) -> str:
    if issue.source in TITLES and TITLES[issue.source][0]:
        return _said(TITLES[issue.source][0], issue)
    named = {
        "dfe_children_in_need": "Characteristics of children in need: {year}",
        "dfe_exclusions": "Suspensions and permanent exclusions in England: {year}",
        "home_office_recorded_crime": "Crime in England and Wales: {day}",
        "mhclg_homelessness": "Statutory homelessness in England: {day}",
        "ukhsa_uam": "HIV and viral hepatitis among people who inject drugs: {year}",
    }
    return _said(named.get(issue.source, ""), issue)


# --- the others ----------------------------------------------------------------------------------------------


def _ons(shelf: Shelf, path: str, query: dict[str, str]) -> Answer:
    if path == "/file":
        at, _, file = query["uri"].rpartition("/")
        issue = _version(shelf, at)
        return next((one for one in issue.files if one.name == file), None) if issue else None
    page = path.removesuffix("/data")
    for source, editions in _of(Ons).items():
        issues = list(reversed(shelf.public(source)))
        if page == editions.dataset and issues:
            coming = [issue for issue in shelf.to_come() if issue.source == source]
            following = f"{coming[0].day.day} {coming[0].day:%B %Y}" if coming else "To be announced"
            return {
                "type": "dataset_landing_page",
                "datasets": [{"uri": f"{page}/current"}],
                "description": {
                    "title": SOURCES[source].title,
                    "releaseDate": issues[-1].stamp,
                    "nextRelease": following,
                },
            }
    if not (issue := _version(shelf, page)):
        return None
    issues = list(reversed(shelf.public(issue.source)))
    base = _of(Ons)[issue.source].dataset
    return {
        "downloads": [{"file": path.name} for path in issue.files],
        "description": {"title": SOURCES[issue.source].title, "releaseDate": issues[0].stamp},
        "versions": [
            {
                "uri": f"{base}/current/previous/v{number}",
                "updateDate": later.stamp,
                "correctionNotice": "",
                "label": "",
            }
            for number, later in enumerate(issues[1:], start=1)
        ],
    }


def _version(shelf: Shelf, page: str) -> Issue | None:
    """The release of which the file lies under the address of an edition, or of what it replaced."""
    for source, editions in _of(Ons).items():
        issues = list(reversed(shelf.public(source)))
        if issues and page == f"{editions.dataset}/current":
            return issues[-1]
        previous = f"{editions.dataset}/current/previous/v"
        if page.startswith(previous) and 0 < (number := int(page.removeprefix(previous))) < len(issues):
            return issues[number - 1]
    return None


def _education(shelf: Shelf, path: str, query: dict[str, str]) -> Answer:
    sources = _of(ExploreEducation)
    called = path.removeprefix("/statistics/v1/").split("/")

    def listed(results: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "results": results,
            "paging": {"page": 1, "pageSize": 20, "totalResults": len(results), "totalPages": 1},
        }

    match called:
        case ["publications"]:
            return listed([{"id": f"p-{source}", "title": one.publication} for source, one in sources.items()])
        case ["publications", publication, "data-sets"]:
            title = {"dfe_children_in_need": "C3 factors identified", "dfe_exclusions": "Exclusions by reason"}
            source = publication.removeprefix("p-")
            return listed(
                [{"id": f"d-{source}", "title": title[source]}, {"id": "d-other", "title": "Headline figures"}]
            )
        case ["data-sets", data_set, "versions"]:
            issues = list(reversed(shelf.public(data_set.removeprefix("d-"))))
            numbered = enumerate(issues, start=1)
            return listed(
                [
                    {
                        "version": f"{number}.0",
                        "published": issue.stamp,
                        "status": "Withdrawn" if issue.name in shelf.withdrawn else "Published",
                        "release": {"title": f"Reporting year {issue.day.year}"},
                    }
                    for number, issue in numbered
                ]
            )
        case ["data-sets", data_set, "csv"]:
            issues = list(reversed(shelf.public(data_set.removeprefix("d-"))))
            return issues[int(query["dataSetVersion"].partition(".")[0]) - 1].files[0]
    return None


def _fingertips(shelf: Shelf, path: str, query: dict[str, str]) -> Answer:
    for source in _of(Fingertips):
        issue = next(iter(shelf.public(source)), None)
        if not issue:
            return None
        if path == "/api/indicator_metadata/by_indicator_id":
            about = {"Descriptive": {"Name": "An indicator"}, "DataChange": {"LastUploadedAt": issue.stamp}}
            return dict.fromkeys(query["indicator_ids"].split(","), about)
        if path == "/api/all_data/csv/by_indicator_id":
            return Made(shelf.read(issue.files[0])[0])
    return None


def _police(shelf: Shelf, path: str, query: dict[str, str]) -> Answer:
    for source in _of(PoliceArchive):
        issues = shelf.public(source)
        if path == "/api/crimes-street-dates":
            return [{"date": issue.files[0].name[:7], "stop-and-search": []} for issue in issues]
        for issue in issues:
            if path == f"/data/archive/{issue.files[0].name[:7]}.zip":
                return Made(_zipped(shelf, issue), datetime.combine(issue.day, time(), UTC))
    return None


def _zipped(shelf: Shelf, issue: Issue) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for path in issue.files:
            month = path.name[:7]
            place = zipfile.ZipInfo(f"{month}/{path.name}", (issue.day.year, issue.day.month, issue.day.day, 0, 0, 0))
            archive.writestr(place, shelf.read(path)[0])
            archive.writestr(zipfile.ZipInfo(f"{month}/{month}-kent-outcomes.csv"), "Crime ID,Month\n")
    return made.getvalue()


def _arcgis(shelf: Shelf, path: str, query: dict[str, str]) -> Answer:
    name = "Local_Authority_Districts_December_2021_UK_BUC"
    edited = datetime.combine(date(2022, 3, 1), time(), UTC)
    if not _of(ArcGis) or edited > shelf.now:
        return None
    if path.endswith("/rest/services"):
        return {"services": [{"name": name, "type": "FeatureServer"}, {"name": "Roads_2021", "type": "FeatureServer"}]}
    if path.endswith(f"{name}/FeatureServer"):
        return {"layers": [{"id": 0}], "editingInfo": {"lastEditDate": int(edited.timestamp() * 1000)}}
    if path.endswith(f"{name}/FeatureServer/0/query"):
        areas = places.areas()
        here = areas[areas["area_code"].str.match("[EW]0[6-9]") & ~(areas["start_date"] > "2021-12-31")]
        here = here[here["end_date"].isna() | (here["end_date"] > "2021-12-31")]
        features = [
            {
                "type": "Feature",
                "properties": {"LAD21CD": code, "LAD21NM": name},
                "geometry": {"type": "Polygon", "coordinates": [_square(number)]},
            }
            for number, (code, name) in enumerate(zip(here["area_code"], here["area_name"], strict=True))
        ]
        return Made(json.dumps({"type": "FeatureCollection", "features": features}).encode())
    return None


def _square(number: int) -> list[list[float]]:
    east, north = -5 + number % 20 / 4, 50 + number // 20 / 4
    return [[east, north], [east + 0.2, north], [east + 0.2, north + 0.2], [east, north + 0.2], [east, north]]
