"""The page of an area as one self-contained HTML file, and the index of the pages; what they know is area's."""

import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import jinja2
from markupsafe import Markup, escape

from pipeline.editions import area, boundaries, charts, maps, spreadsheets, strips, words
from pipeline.editions.area import ENGLAND, Marts, Place, Reading, Value
from pipeline.editions.words import Number, Said
from pipeline.files import write_atomically
from pipeline.publish import published
from schemas import dictionary
from schemas.vocabulary import AREA_KINDS, OUTCOMES, STATUS

Outlines = Mapping[str, boundaries.Outline]

INDEX = "index.html"
# From so many pages on, starting processes costs less than it saves.
_MANY = 20
# The limits that a reader of a figure needs; how much is loaded is the index's and the dictionary's.
_TOLD = {
    "break": "Break in the series",
    "gap": "Gap",
    "known error": "Known error of the publisher",
    "lag": "How late it is",
    "revisions": "Revisions",
    "next release": "Next release",
}


def write(
    data: Path, to: Path, code: str | None = None, done: Callable[[int, int, str], None] = lambda *_: None
) -> list[Path]:
    """Write the page of an area with its workbook, or the pages of all areas with figures; the paths of the pages.

    The national page and the index of the pages that are there are written with them. `done` is called after each page
    with how many are written, of how many, and the area's name. The same published file gives the same bytes. Raises
    Unanswerable where there is no published file, LookupError for an area that does not exist today.
    """
    with published.connect(data) as con:
        marts = area.read(con)
        if code is None:
            wanted = [place.code for place in marts.with_figures()]
        else:
            marts.place(code)
            wanted = list(dict.fromkeys([code, ENGLAND]))
            spreadsheets.write(con, to / f"{code}.xlsx", code)
    for number, written in enumerate(_written(marts, boundaries.outlines(data), to, wanted), start=1):
        done(number, len(wanted), marts.place(written).name)
    write_atomically(to / INDEX, lambda path: path.write_text(index(marts, to), encoding="utf-8"))
    return [to / f"{code}.html" for code in wanted]


def _written(marts: Marts, outlines: Outlines, to: Path, codes: list[str]) -> Iterator[str]:
    """Write pages, in parallel processes where there are many, and give the code of each as it is there."""
    if len(codes) < _MANY:
        yield from (_write(marts, outlines, to, code) for code in codes)
        return
    with ProcessPoolExecutor(
        mp_context=get_context("forkserver"), initializer=_start, initargs=(marts, outlines, to)
    ) as pool:
        yield from pool.map(_write_here, codes, chunksize=4)


_here: tuple[Marts, Outlines, Path]


def _start(*here: object) -> None:
    global _here
    _here = here


def _write_here(code: str) -> str:
    return _write(*_here, code)


def _write(marts: Marts, outlines: Outlines, to: Path, code: str) -> str:
    page = render(marts, code, outlines, workbook=(to / f"{code}.xlsx").exists())
    write_atomically(to / f"{code}.html", lambda path: path.write_text(page, encoding="utf-8"))
    return code


# --- a page ------------------------------------------------------------------------------------------------


def render(marts: Marts, code: str, outlines: Outlines | None = None, *, workbook: bool = False) -> str:
    """The page of an area as HTML, with maps where there are outlines and a link to its workbook if there is one.

    Raises LookupError for an area that does not exist today.
    """
    place, outlines = marts.place(code), outlines or {}
    readings = area.profile(marts, code)
    views = [_view(marts, reading, place, outlines) for reading in readings]
    mapped = {
        row.area_code for view, reading in zip(views, readings, strict=True) if view.get("map") for row in reading.peers
    }
    sections = [_section(outcome, title, place, views) for outcome, title in OUTCOMES.items()]
    return _template("area.html").render(
        marts=marts,
        place=place,
        name=words.called(place.name, place.kind),
        released=max(
            (value.released for one in readings for value in (*one.points, *one.england, *one.peers)),
            default=marts.released,
        ),
        nation=place.kind == "country",
        england=ENGLAND,
        facts=_facts(marts, place),
        sections=sections,
        glance=[
            view for view in views if view["metric"].tier == "headline" and view["local"] and not _is_progress(view)
        ],
        others=_others(views),
        shapes=Markup(maps.shapes(outlines, mapped & set(outlines)) if mapped else ""),
        workbook=workbook,
        goals={view["metric"].id: view for view in views if view["shown"]},
        statuses=STATUS,
        periods=area.PERIODS,
        sample=dictionary.SAMPLE,
        licence=dictionary.LICENCE,
        credit=dictionary.CREDIT,
        title=dictionary.TITLE,
    )


def _section(outcome: str, title: str, place: Place, views: list[dict]) -> dict:
    """The metrics of an outcome: headline and supporting ones, those that are listed, and those without a figure."""
    title, _, remark = title.partition(" (")
    views = [view for view in views if view["metric"].outcome == outcome]
    shown = [view for view in views if view["shown"]]
    listed = [view for view in shown if _is_listed(view, place)]
    targets = bool(listed) and all(_is_progress(view) for view in listed)
    return {
        "id": outcome.replace("_", "-"),
        "title": title,
        "remark": remark.rstrip(")"),
        "headline": [view for view in shown if view["metric"].tier == "headline" and view not in listed],
        "supporting": [view for view in shown if view["metric"].tier == "supporting" and view not in listed],
        "listed": listed,
        "targets": targets,
        "list_title": "National targets" if targets else "Supporting metrics with national figures only",
        "without": [view for view in views if not view["shown"]],
    }


def _is_progress(view: dict) -> bool:
    return view["metric"].statistic == "progress"


def _is_listed(view: dict, place: Place) -> bool:
    """Whether a line does: for progress to targets, and for what is no headline and says nothing of a local area."""
    return _is_progress(view) or (view["metric"].tier == "supporting" and not view["local"] and place.kind != "country")


def _facts(marts: Marts, place: Place) -> dict[str, str]:
    """What kind of area it is and what it lies in."""
    around = {
        "County": place.county,
        "Region": place.region,
        "Police force area": place.police_force,
        "Community safety partnership": place.partnership,
    }
    named = {label: marts.places[code].name for label, code in around.items() if code in marts.places}
    if place.began:
        named["Since"] = words.day(place.began)
    return {"Kind of area": _sentence(AREA_KINDS[place.kind]), "Code": place.code} | named


def _others(views: list[dict]) -> dict[str, list[dict]]:
    """The supporting metrics whose figures of the area itself differ from England, by how."""
    own = [view for view in views if view["metric"].tier == "supporting" and view["shown"] and view["own"]]
    return {
        said: found
        for said in ("worse", "better", "higher", "lower")
        if (found := [view for view in own if view["compared"] == said])
    }


def _view(marts: Marts, reading: Reading, own: Place, outlines: Outlines) -> dict:
    """One metric in words, numbers and pictures, by the names that the template knows them by."""
    metric, titles = reading.metric, marts.titles
    view = {
        "metric": metric,
        "title": metric.title,
        "shown": reading.place is not None,
        "local": False,
        "loaded": reading.loaded,
        "whether": _whether(reading, own, titles),
    }
    if reading.place is None:
        return view
    newest, last, place = reading.newest, reading.last, reading.place
    area_name = words.plain(words.called(place.name, place.kind), titles)
    told = [limit for limit in reading.limits if limit.kind in _TOLD]
    in_table = (*reading.points, *reading.england)
    return view | {
        "local": reading.own or place.kind not in ("country", "other"),
        "own": reading.own,
        "level": words.kind(own.kind),
        "whose": words.whose(area_name, place.code, place.ended),
        "ended": place.ended,
        "wider": _holds_more(marts, place, own),
        "area": area_name,
        "series": words.series(newest.breakdown, metric.sex, metric.age),
        "unit": _unit(newest),
        "newest": newest,
        "last": last,
        "value": _number(newest, "value") if newest.value is not None else None,
        "interval": _interval(newest),
        "latest": [_number(last, "value")] if last else [],
        "missing": words.plain(_why(reading), titles),
        "says": words.plain(reading.availability[1], titles) if reading.own else "",
        "beside": _beside(newest),
        "count": [_number(reading.count, "value")] if reading.count else [],
        "compared": newest.compared_to_england,
        "comparison": _comparison(reading),
        "change": _changed(reading) if newest.value is not None else [],
        "trend": words.trend(newest.trend, newest.period) if newest.value is not None else "",
        "target": _target(reading),
        "tracked": reading.tracked,
        "rows": _rows(reading),
        "decimals": words.decimals(_shown(reading)),
        "codes": sorted({row.status for row in in_table if row.status}, key=list(STATUS).index),
        "reasons": sorted({words.plain(_sentence(v.method), titles) for v in in_table if _is_declined(v)}),
        "notes": _notes(reading, area_name, titles),
        "about": words.plain(metric.definition, titles),
        "limits": [(_TOLD[limit.kind], limit, words.plain(limit.says, titles)) for limit in told],
        "sources": reading.sources,
        "line": _line(reading, area_name) if metric.tier == "headline" else "",
        "strip": _strip(marts, reading, area_name) if metric.tier == "headline" else "",
        "map": _map(reading, area_name, outlines) if metric.tier == "headline" else "",
    }


def _holds_more(marts: Marts, place: Place, own: Place) -> bool:
    """Whether a police force or partnership has authorities outside an area, whose name it may bear."""
    inside = [one for one in marts.places.values() if place.code in (one.police_force, one.partnership)]
    return any(own.code not in (one.code, one.county, one.partnership) for one in inside)


def _unit(value: Value) -> str:
    shown = "" if value.value is None else words.number(value.value)
    return "%" if value.unit == "percent" else words.unit(value.statistic, words.counted(shown, value.unit))


def _number(value: Value, field: str) -> Number:
    """A number of an observation, with where it stands in the marts."""
    at = [value.area_code, f"{value.period_start:%Y-%m-%d}", f"{value.period_end:%Y-%m-%d}", value.breakdown]
    return Number(getattr(value, field), value.unit, "|".join([*at, value.statistic, value.unit, field]), value.printed)


def _whether(reading: Reading, own: Place, titles: dict[str, str]) -> str:
    """Why there is no figure for an area itself."""
    available, says = reading.availability
    if not reading.loaded:
        return "No file with it has been read."
    said = words.plain(says, titles)
    return f"{said} No figure for {own.name} is in the files read." if available in ("", "published") else said


def _interval(value: Value) -> Said:
    if value.lower_95 is None or value.upper_95 is None:
        return []
    lower, upper = (_number(value, field)._replace(unit="") for field in ("lower_95", "upper_95"))
    return [lower, " to ", upper]


def _why(reading: Reading) -> str:
    """Why the newest value is missing: the gap it lies in, else its status or what declined to calculate it."""
    value = reading.newest
    if reading.gap and value.status in ("", "x"):
        return f"not available [x]: {reading.gap}"
    return words.missing(value.status, value.method)


def _beside(value: Value) -> str:
    """What a difference is from, where the note says so."""
    found = re.search(r"Lowest before: (\S+) in (\S+)\.$", value.note)
    if not found or value.value is None:
        return ""
    return f" {'above' if value.value > 0 else 'against'} the lowest year before ({found[1]} in {found[2]})"


def _comparison(reading: Reading) -> Said:
    """The newest value beside England's, or why it is not compared; nothing of what holds England."""
    newest = reading.newest
    if newest.area_code == ENGLAND or reading.place.kind in ("country", "other") or newest.value is None:
        return []
    england = [
        _number(v, "value") for v in reading.england if v.period_end == newest.period_end and v.value is not None
    ]
    said: Said = [words.COMPARED[newest.compared_to_england]]
    if newest.compared_to_england != "not compared":
        return [*said, *([" (", *england, ")"] if england else [])]
    if not area.is_relative(newest.unit):
        return [*said, ": numbers of areas of different size"]
    return [*said, *([" (", *england, "): no interval is published"] if england else [": it has no such figure"])]


def _changed(reading: Reading) -> Said:
    last, before = reading.last, reading.before
    if last is None:
        return []
    return words.change(last.change_in_words, before and _number(before, "value"), last.previous_period)


def _target(reading: Reading) -> Said:
    """The target or baseline in the unit of the value, or that the value is progress to."""
    newest = reading.newest
    beside = [t for t in reading.targets if newest.statistic == "progress" or t.unit == newest.unit]
    stated = {
        t.stated: Number(
            t.value,
            t.unit,
            f"target|{t.stated}",
            area.printed(t.note),
            words.unverified(t.note),
        )
        for t in beside
    }
    line = None if reading.on_line is None else Number(reading.on_line, "percent", "on_line")
    deadline = next((t.deadline for t in beside if t.stated == "target"), None)
    said = words.target(stated, deadline, line)
    return ["National ", *said] if said else []


def _rows(reading: Reading) -> list[dict]:
    """The data table, newest period first."""
    england = {(value.period_start, value.period_end): value for value in reading.england}
    return [
        {"point": point, "england": england.get((point.period_start, point.period_end))}
        for point in reversed(reading.points)
    ]


def _shown(reading: Reading) -> list[float]:
    """The numbers of the data table."""
    numbers = [number for row in reading.points for number in (row.value, row.lower_95, row.upper_95)]
    return [number for number in (*numbers, *(row.value for row in reading.england)) if number is not None]


def _is_declined(value: Value) -> bool:
    return value.value is None and value.method.startswith(words.DECLINED)


def _notes(reading: Reading, area_name: str, titles: dict[str, str]) -> dict[str, str]:
    """The notes on values of the data table with whose they are, and with the periods where not all have them."""
    notes: dict[str, list[str]] = {}
    for name, rows in ((area_name, reading.points), ("England", reading.england)):
        for note in dict.fromkeys(row.note for row in reversed(rows) if row.note):
            periods = [row.period for row in reversed(rows) if row.note == note]
            label = [name] if len(periods) == len(rows) else [name, *periods]
            notes.setdefault(words.plain(note, titles), []).append(", ".join(label))
    return {note: "; ".join(labels) for note, labels in notes.items()}


# --- pictures ----------------------------------------------------------------------------------------------


def _line(reading: Reading, area_name: str) -> Markup:
    """The series over time; nothing where fewer than two periods have a value."""
    if sum(point.value is not None for point in reading.points) < 2:
        return Markup()
    unit = reading.newest.unit
    return Markup(
        charts.line(
            reading.points,
            reading.beside,
            unit,
            key=_key("line", reading),
            title=reading.metric.title,
            area=area_name,
            breaks=reading.breaks,
        )
    )


def _strip(marts: Marts, reading: Reading, area_name: str) -> Markup:
    """The area among its region and all areas of its kind; nothing for nations, amounts and missing values."""
    newest, place = reading.newest, reading.place
    if place.kind in ("country", "other") or newest.value is None or not area.is_relative(newest.unit):
        return Markup()
    region = "" if place.kind == "region" else marts.regions.get(place.code, "")
    england = [value.value for value in reading.england if value.period_end == newest.period_end]
    return Markup(
        strips.strip(
            reading.peers,
            place.code,
            newest.unit,
            key=_key("strip", reading),
            title=reading.metric.title,
            area=area_name,
            near={peer.area_code for peer in reading.peers if region and marts.regions.get(peer.area_code) == region},
            near_name=region,
            nation=england[0] if england else None,
        )
    )


def _map(reading: Reading, area_name: str, outlines: Outlines) -> Markup:
    """The areas of a kind, or those of a nation, where most of them have an outline."""
    drawn = [peer for peer in reading.peers if peer.area_code in outlines]
    local = reading.place.kind in ("country", "other") or reading.newest.value is not None
    with_value = sum(peer.value is not None for peer in drawn)
    if not local or with_value * 2 <= len(reading.peers) or not area.is_relative(drawn[0].unit):
        return Markup()
    title = f"{reading.metric.title}, {drawn[0].period}"
    place = reading.place
    picture = maps.choropleth(
        outlines, drawn, place.code, drawn[0].unit, key=_key("map", reading), title=title, area=area_name
    )
    return Markup(picture)


def _key(picture: str, reading: Reading) -> str:
    return f"{picture}-{reading.metric.id.replace('_', '-')}"


# --- the index ---------------------------------------------------------------------------------------------


def index(marts: Marts, to: Path) -> str:
    """The index of the pages in a folder that are made from this published file."""
    there = [place for place in marts.places.values() if _is_of(to / f"{place.code}.html", marts)]
    kinds = {
        kind: _by_region(marts, [place for place in there if place.kind == kind])
        for kind in AREA_KINDS
        if any(place.kind == kind for place in there)
    }
    return _template("index.html").render(
        marts=marts, kinds=kinds, number=len(there), sample=dictionary.SAMPLE, title=dictionary.TITLE
    )


def _by_region(marts: Marts, found: list[Place]) -> dict[str, list[Place]]:
    regions = sorted({marts.regions.get(place.code, "") for place in found})
    return {
        region: sorted((p for p in found if marts.regions.get(p.code, "") == region), key=lambda place: place.name)
        for region in regions
    }


def _is_of(page: Path, marts: Marts) -> bool:
    if not page.exists():
        return False
    with page.open(encoding="utf-8") as file:
        return marts.inputs in file.read(1_000)


# --- templates ---------------------------------------------------------------------------------------------


@cache
def _template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "said": _marked,
        "figure": lambda said: _marked(
            number if number.unit == "percent" else number._replace(unit="") for number in said
        ),
        "sentence": _sentence,
        "detail": words.detail,
        "day": words.day,
        "iso": lambda moment: f"{moment:%Y-%m-%d}",
        "kinds": _kinds,
    }
    return environment.get_template(name)


def _marked(said: Said) -> Markup:
    """A sentence with its numbers marked, so that they can be read back."""
    return Markup().join(
        Markup('<data value="{}" data-of="{}">{}</data>').format(repr(part.value), part.of, str(part))
        if isinstance(part, Number)
        else escape(part)
        for part in said
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _kinds(area_kind: str) -> str:
    """Several areas of a kind."""
    kind = words.kind(area_kind)
    return kind if area_kind == "inner_outer_london" else re.sub("y$", "ie", kind) + "s"
