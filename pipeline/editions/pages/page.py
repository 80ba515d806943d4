"""The page of an area: its sections, facts and first glance, made of the views of its metrics; files are files'."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from pipeline.editions import words
from pipeline.editions.marts import Place
from pipeline.editions.pages.environment import sentence, template
from pipeline.editions.pages.inputs import Inputs
from pipeline.editions.pages.view import ShownView, View, view
from pipeline.editions.pictures import maps
from pipeline.editions.series import PERIODS
from schemas import dictionary
from schemas.rules import ENGLAND
from schemas.vocabulary import AREA_KINDS, OUTCOMES, STATUS


@dataclass(frozen=True)
class Section:
    """An outcome on a page: headline and supporting metrics, those that are listed, and those without a figure."""

    id: str
    title: str
    remark: str
    headline: list[ShownView]
    supporting: list[ShownView]
    listed: list[ShownView]
    without: list[View]

    @property
    def targets(self) -> bool:
        """Whether it lists progress to targets alone."""
        return bool(self.listed) and all(view.is_progress for view in self.listed)

    @property
    def list_title(self) -> str:
        return "National targets" if self.targets else "Supporting metrics with national figures only"


def render(inputs: Inputs) -> str:
    """The page of an area as HTML, with maps where there are outlines and a link to its workbook if there is one."""
    place, common = inputs.place, inputs.common
    views = [view(seen, place, common) for seen in inputs.metrics]
    shown = [view for view in views if isinstance(view, ShownView)]
    mapped = {code for view in shown for code in view.mapped}
    return template("area.html").render(
        made_from=inputs.digest,
        is_sample=common.sample,
        place=place,
        name=words.called(place.name, place.kind),
        released=inputs.released,
        nation=place.kind == "country",
        england=ENGLAND,
        facts=_facts(common.places, place),
        sections=[_section(outcome, title, place, views) for outcome, title in OUTCOMES.items()],
        glance=[view for view in shown if view.metric.tier == "headline" and view.local and not view.is_progress],
        others=_others(shown),
        shapes=Markup(maps.shapes(common.outlines, mapped & set(common.outlines)) if mapped else ""),
        workbook=inputs.workbook,
        goals={view.metric.id: view for view in shown},
        statuses=STATUS,
        periods=PERIODS,
        sample=dictionary.SAMPLE,
        licence=dictionary.LICENCE,
        credit=dictionary.CREDIT,
        title=dictionary.TITLE,
    )


def _section(outcome: str, title: str, place: Place, views: list[View]) -> Section:
    title, _, remark = title.partition(" (")
    views = [view for view in views if view.metric.outcome == outcome]
    shown = [view for view in views if isinstance(view, ShownView)]
    listed = [view for view in shown if _is_listed(view, place)]
    return Section(
        outcome.replace("_", "-"),
        title,
        remark.rstrip(")"),
        headline=[view for view in shown if view.metric.tier == "headline" and view not in listed],
        supporting=[view for view in shown if view.metric.tier == "supporting" and view not in listed],
        listed=listed,
        without=[view for view in views if not isinstance(view, ShownView)],
    )


def _is_listed(view: ShownView, place: Place) -> bool:
    """Whether a line does: for progress to targets, and for what is no headline and says nothing of a local area."""
    return view.is_progress or (view.metric.tier == "supporting" and not view.local and place.kind != "country")


def _facts(places: Mapping[str, Place], place: Place) -> dict[str, str]:
    """What kind of area it is and what it lies in."""
    around = {
        "County": place.county,
        "Region": place.region,
        "Police force area": place.police_force,
        "Community safety partnership": place.partnership,
    }
    named = {label: places[code].name for label, code in around.items() if code and code in places}
    if place.began:
        named["Since"] = words.day(place.began)
    return {"Kind of area": sentence(AREA_KINDS[place.kind]), "Code": place.code} | named


def _others(shown: list[ShownView]) -> dict[str, list[ShownView]]:
    """The supporting metrics whose figures of the area itself differ from England, by how."""
    own = [view for view in shown if view.metric.tier == "supporting" and view.own]
    return {
        said: found
        for said in ("worse", "better", "higher", "lower")
        if (found := [view for view in own if view.compared == said])
    }
