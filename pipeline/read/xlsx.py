"""What the XML of an xlsx workbook says of cells and its parser does not; what stands in the cells is workbook's.

What is looked for is in the bytes of a sheet, and only where a telling string is among these is anything taken apart.
"""

import html
import re
import zipfile
from collections.abc import Iterator
from functools import cached_property
from itertools import chain
from pathlib import Path
from posixpath import basename, dirname, join, normpath

from pipeline.read import conditions, formats
from pipeline.read.cells import column_letters, column_number
from pipeline.read.labels import raised
from pipeline.read.layout import Hidden
from pipeline.read.styles import STRUCK, Styles, tags
from pipeline.read.unsaid import Place, Unsaid

# A row or a column that nobody sees.
_UNSEEN = re.compile(rb"<(row|col)\b.*\b(?:hidden=[\"'](?:1|true)|(?:ht|width)=[\"']0(?:\.\d+)?)[\"']", re.DOTALL)
# What a cell holds: a number, the position of a text, or a text itself.
_HELD = rb"(?<!/)>(?:<f[^>]*(?:/>|>[^<]*</f>))?<(?:v>([^<]+)<|is>(.*?)</is>)"
_BOX = re.compile(rb"<(?:\w+:)?txBody>(.*?)</(?:\w+:)?txBody>", re.DOTALL)
_CELL = re.compile(rb"<c (?=[^>]*\bs=[\"'](\d+))?([^>]*)" + _HELD, re.DOTALL)


class Xlsx:
    """The parts of an xlsx file."""

    def __init__(self, path: Path):
        self._archive = zipfile.ZipFile(path)
        self._names = set(self._archive.namelist())

    def unsaid(self, sheet: str) -> Unsaid:
        """What is unsaid of a sheet."""
        found = Unsaid()
        if (part := self._parts.get(sheet)) not in self._names:
            return found
        raw = _with_places(self._read(part))
        found.boxes = self._boxes(part)
        for start, end, cell in _cells_with(raw, b't="e"', b"t='e'"):
            error = re.search(rb"<v>([^<]*)<", raw[start:end])
            found.texts[cell] = error[1].decode() if error else "#ERROR"
        for start, end, cell in _cells_with(raw, b"<f>", b"<f ", b"<f/") if b"<f" in raw else ():
            body = raw[start:end]
            # A formula may give an empty text.
            there = re.search(rb"<v[^>]*>([^<]+)|<is>|\bt=[\"']str[\"']", body)
            if not there or (self._uncalculated and there[1] == b"0"):
                formula = re.search(rb"<f[^>]*>([^<]*)<", body)
                found.texts[cell] = f"={html.unescape(formula[1].decode()) if formula else ''}"
        for start, end, cell in _cells_with(raw, b"superscript", b"<strike"):
            if text := _with_looks(raw[start:end]):
                found.texts[cell] = text
        for held in self._hidden_numbers.finditer(raw) if self._styles.hiding else ():
            tag = raw[raw.rfind(b"<c ", 0, held.start()) : held.end()]
            text = self._instead(self._styles.hiding[int(held[1])], tag[: tag.find(b">")], held[2] or held[3])
            if text and (place := _place(tag)):
                found.texts[place] = text
        found.texts |= self._by_rules(raw)
        found.hidden = _hidden(raw)
        if self._looks:
            shared = rb"|".join(b"%d" % number for number in self._looks)
            for value in re.finditer(rb"t=[\"']s[\"'][^>]*><v>(%b)</v>" % shared, raw):
                if place := _place(raw[raw.rfind(b"<c ", 0, value.start()) : value.start(1)]):
                    found.texts[place] = self._looks[int(value[1])]
        return found

    def _instead(self, code: str, tag: bytes, value: bytes) -> str:
        """What a cell shows whose format may not show what it holds; an empty text where it does."""
        kind = re.search(rb"\bt=[\"'](?!n\b)(\w+)", tag)
        if not kind:
            return formats.shown(code, float(value))
        texts = {
            b"s": lambda: self._shared[int(value)],
            b"inlineStr": lambda: value,
            b"str": lambda: b"<t>%b</t>" % value,
        }
        struck = code == formats.STRUCK_OUT and kind[1] in texts
        return formats.struck_out(_text(texts[kind[1]]())) if struck else ""

    def _boxes(self, sheet: str) -> list[str]:
        """The texts of the boxes that are drawn over a sheet, each line of them."""
        relations = join(dirname(sheet), "_rels", f"{basename(sheet)}.rels")
        said = tags(self._archive.read(relations), "Relationship") if relations in self._names else ()
        targets = [one.get("Target", "") for one in said if one.get("Type", "").endswith("/drawing")]
        parts = {_part(dirname(sheet), target) for target in targets} & self._names
        texts = (text for part in sorted(parts) for text in _BOX.findall(self._archive.read(part)))
        lines = (b"".join(re.findall(rb"<a:t>([^<]*)<", line)) for text in texts for line in text.split(b"</a:p>"))
        return [html.unescape(line.decode()) for line in lines if line]

    def _by_rules(self, raw: bytes) -> dict[Place, str]:
        """What cells show in place of their numbers because of a rule."""
        found: dict[Place, str] = {}
        ruled = conditions.of_sheet(raw, self._styles)
        for style, tag, value, _ in _CELL.findall(raw) if ruled else ():
            place = _place(tag)
            if not place or not value or re.search(rb"\bt=[\"'](?!n\b)", tag):
                continue
            number, own = float(value), self._styles.of_cells[int(style or 0)]
            for rule in ruled:
                code = rule.look.over(own) if rule.holds(*place, number) else ""
                if code and (text := formats.shown(code, number)):
                    found[place] = text
        return found

    def _read(self, part: str) -> bytes:
        """The bytes of a part, without the prefix that a program may give to every name in it."""
        raw = self._archive.read(part)
        prefix = re.search(rb"<(\w+:)(?:worksheet|sst|styleSheet)\b", raw[:1000])
        return raw.replace(b"<" + prefix[1], b"<").replace(b"</" + prefix[1], b"</") if prefix else raw

    @cached_property
    def _book(self) -> bytes:
        return self._archive.read("xl/workbook.xml")

    @cached_property
    def _uncalculated(self) -> bool:
        """Whether formulas are to be calculated when somebody opens it: until then a program wrote 0 for each."""
        return any(said.get("fullCalcOnLoad") in ("1", "true") for said in tags(self._book, "calcPr"))

    @cached_property
    def _parts(self) -> dict[str, str]:
        """The part of each sheet, by its name."""
        relations = self._archive.read("xl/_rels/workbook.xml.rels")
        targets = {said.get("Id"): said.get("Target", "") for said in tags(relations, "Relationship")}
        return {
            said["name"]: _part("xl", targets.get(_id(said), ""))
            for said in tags(self._book, "sheet")
            if "name" in said
        }

    @cached_property
    def _shared(self) -> list[bytes]:
        """The shared texts, each with its runs."""
        if "xl/sharedStrings.xml" not in self._names:
            return []
        return re.split(rb"<si(?:\s[^>]*)?>", self._read("xl/sharedStrings.xml"))[1:]

    @cached_property
    def _looks(self) -> dict[int, str]:
        """The shared texts of which digits are raised or a part is struck out, by their position."""
        telling = ((at, part) for at, part in enumerate(self._shared) if b"superscript" in part or b"<strike" in part)
        return {at: text for at, part in telling if (text := _with_looks(part))}

    @cached_property
    def _styles(self) -> Styles:
        return Styles(self._read("xl/styles.xml") if "xl/styles.xml" in self._names else b"")

    @cached_property
    def _hidden_numbers(self) -> re.Pattern[bytes]:
        """What the numbers look like whose style may hide them: the style and the number."""
        # It begins with a literal, which is searched for faster than anything.
        return re.compile(
            rb"s=[\"'](%b)[\"'][^>]*%b" % (b"|".join(b"%d" % style for style in self._styles.hiding), _HELD)
        )


def _with_places(raw: bytes) -> bytes:
    """A sheet whose cells say where they are, which they need not where none is left out."""
    first = re.search(rb"<c\b([^>]*)>", raw)
    if not first or re.search(rb"\br=", first[1]):
        return raw
    row, column = 0, 0

    def place(found: re.Match[bytes]) -> bytes:
        nonlocal row, column
        if found[1] == b"row":
            said = re.search(rb"\br=[\"'](\d+)", found[2])
            row, column = int(said[1]) if said else row + 1, 0
            return b'<row r="%d" %b>' % (row, re.sub(rb"\br=[\"']\d+[\"']", b"", found[2]))
        column += 1
        return b'<c r="%b%d"%b>' % (column_letters(column - 1).encode(), row, found[2])

    return re.sub(rb"<(row|c)\b([^>]*)>", place, raw)


def _hidden(raw: bytes) -> Hidden:
    """The rows and columns of a sheet that are hidden, or next to nothing high or wide."""
    ends = {b"row": (b"r", b"r"), b"col": (b"min", b"max")}
    found: dict[bytes, set[int]] = {name: set() for name in ends}
    for at in chain.from_iterable(_every(raw, string) for string in (b"hidden=", b' ht="0', b' width="0')):
        tag = raw[raw.rfind(b"<", 0, at) : raw.find(b">", at)]
        if not (name := _UNSEEN.match(tag)):
            continue
        first, last = (re.search(rb"\b%b=[\"'](\d+)" % end, tag) for end in ends[name[1]])
        if first and last:
            found[name[1]].update(range(int(first[1]) - 1, int(last[1])))
    return Hidden(*map(frozenset, found.values()))


def _every(raw: bytes, string: bytes) -> Iterator[int]:
    """Where a string stands."""
    at = -1
    while (at := raw.find(string, at + 1)) >= 0:
        yield at


def _cells_with(raw: bytes, *telling: bytes) -> Iterator[tuple[int, int, Place]]:
    """Where the cells of a sheet begin and end in which a telling string stands, and their places."""
    for at in chain.from_iterable(_every(raw, one) for one in telling):
        start = raw.rfind(b"<c ", 0, at)
        end = raw.find(b"</c>", at)
        if start >= 0 and (cell := _place(raw[start : raw.find(b">", start)])):
            yield start, end if end >= 0 else len(raw), cell


def _place(tag: bytes) -> Place | None:
    found = re.search(rb"\br=[\"']([A-Z]+)(\d+)[\"']", tag)
    return (int(found[2]) - 1, column_number(found[1].decode()) - 1) if found else None


def _with_looks(part: bytes) -> str:
    """A text of several runs whose raised digits are superscripts, and which says what of it is struck out; or none."""
    runs = re.findall(rb"<r(?:\s[^>]*)?>(.*?)</r>", part, re.DOTALL)
    texts = [_text(run) for run in runs]
    shown = [_as_it_looks(run, text) for run, text in zip(runs, texts, strict=True)]
    return "".join(shown) if shown != texts else ""


def _as_it_looks(run: bytes, text: str) -> str:
    if text.strip() and re.search(STRUCK, run):
        return formats.struck_out(text)
    return raised(text) if b"superscript" in run else text


def _text(part: bytes) -> str:
    """The text of a part of an xlsx sheet, of one run or of several."""
    return html.unescape(b"".join(re.findall(rb"<t(?:\s[^>]*)?>([^<]*)</t>", part)).decode())


def _part(folder: str, target: str) -> str:
    """The part that a relation leads to, from the folder of the part that has it."""
    return normpath(join(folder, target)).removeprefix("/")


def _id(said: dict[str, str]) -> str:
    """The identifier of a relation, whatever prefix its program gives to their names."""
    return next((value for key, value in said.items() if key.endswith(":id")), "")
