"""The templates of pages and what these may call; which texts and numbers they show is page's and index's."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup, escape

from pipeline.editions import words
from pipeline.editions.words import Number


@cache
def template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "said": _marked,
        "figure": lambda numbers: _marked(
            number if number.unit == "percent" else number._replace(unit="") for number in numbers
        ),
        "sentence": sentence,
        "detail": words.detail,
        "day": words.day,
        "iso": lambda moment: f"{moment:%Y-%m-%d}",
        "kinds": _kinds,
    }
    return environment.get_template(name)


def sentence(text: str) -> str:
    """A text as a sentence begins."""
    return text[:1].upper() + text[1:]


def _marked(parts: Iterable[str | Number]) -> Markup:
    """A sentence with its numbers marked, so that they can be read back."""
    return Markup().join(
        Markup('<data value="{}" data-of="{}">{}</data>').format(repr(part.value), part.of, str(part))
        if isinstance(part, Number)
        else escape(part)
        for part in parts
    )


def _kinds(area_kind: str) -> str:
    """Several areas of a kind."""
    kind = words.kind(area_kind)
    return kind if area_kind == "inner_outer_london" else re.sub("y$", "ie", kind) + "s"
