"""The files of area pages: what is written, listed, told and left alone."""

import pytest

from pipeline.editions.pages.files import INDEX, write
from tests.editions.elements import AREAS, read


def test_all_pages_and_an_index_of_exactly_these(few, tmp_path):
    told = []
    written = write(few, tmp_path, done=lambda *what: told.append(what))
    assert {path.stem for path in written} > set(AREAS.values())
    assert [number for number, _, _ in told] == list(range(1, len(written) + 1))
    index = read((tmp_path / INDEX).read_text(encoding="utf-8"))
    listed = [link.attributes["href"] for item in index.all("li") for link in item.all("a")]
    assert sorted(listed) == sorted(path.name for path in written)
    assert {path.name for path in tmp_path.iterdir()} == {*listed, INDEX}
    for path in written:
        read(path.read_text(encoding="utf-8"))


def test_one_area_comes_with_its_workbook_and_the_national_page(few, tmp_path):
    code = AREAS["unitary authority"]
    (tmp_path / "E06000017.html").write_text("a page of another published file")
    written = write(few, tmp_path, code)
    assert written == [tmp_path / f"{code}.html", tmp_path / "E92000001.html"]
    assert f'href="{code}.xlsx"' in written[0].read_text(encoding="utf-8") and (tmp_path / f"{code}.xlsx").exists()
    index = (tmp_path / INDEX).read_text(encoding="utf-8")
    assert f"{code}.html" in index and "E92000001.html" in index and "E06000017.html" not in index
    first = [path.read_bytes() for path in written]
    assert [path.read_bytes() for path in write(few, tmp_path, code)] == first


def test_nothing_is_left_where_an_area_is_unknown(few, tmp_path):
    with pytest.raises(LookupError):
        write(few, tmp_path / "pages", "E10000006")
    assert not (tmp_path / "pages").exists()
