"""The number formats of an ods workbook as the codes that other workbooks have for them, of which formats speaks."""

import html
import re
from collections.abc import Iterator

_FORMAT = re.compile(
    rb'<number:(number|percentage|currency|text)-style\b[^>]*style:name="([^"]*)"[^>]*(?<!/)>(.*?)</number:\1-style>',
    re.DOTALL,
)
# A text that stands beside a number or within it, or the number itself.
_PART = re.compile(
    rb"<number:(text-content|text|currency-symbol|embedded-text|number|scientific-number|fraction)\b([^>]*)>([^<]*)",
    re.DOTALL,
)
_OTHER = re.compile(rb'<style:map\b(?=[^>]*style:condition="value\(\)([^"]*)")[^>]*style:apply-style-name="([^"]*)"')
_SCALE = re.compile(rb'number:display-factor="1((?:000)+)"')


def codes(part: bytes) -> dict[bytes, str]:
    """The code of each format of a part, by its name, but of those that only stand for some numbers of another."""
    bodies = {name: body for _, name, body in _FORMAT.findall(part)}
    others = {name: _OTHER.findall(body) for name, body in bodies.items()}
    of_some = {other for there in others.values() for _, other in there}
    return {
        name: ";".join(_sections(body, others[name], bodies)) for name, body in bodies.items() if name not in of_some
    }


def _sections(body: bytes, others: list[tuple[bytes, bytes]], bodies: dict[bytes, bytes]) -> Iterator[str]:
    for condition, other in others:
        code = _section(bodies[other]) if other in bodies else "0"
        yield f"[{html.unescape(condition.decode()).replace('!=', '<>')}]{code}"
    yield _section(body)


def _section(body: bytes) -> str:
    """What a format shows of the numbers that it is for."""
    code = ""
    for kind, said, text in _PART.findall(body):
        if kind in (b"text", b"currency-symbol", b"embedded-text"):
            shown = html.unescape(text.decode()).replace('"', "''")
            # Behind a text within a number there are more digits, but where it stands at the end.
            code += f'"{shown}"' + "0" * (kind == b"embedded-text" and b'position="0"' not in said)
        elif kind == b"text-content":
            code += "@"
        else:
            scaled = _SCALE.search(said)
            code += "0" + "," * (len(scaled[1]) // 3 if scaled else 0)
    return code
