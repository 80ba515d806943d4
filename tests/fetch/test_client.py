"""Requests: what leaves, how often, what is taken for a file, against a server that misbehaves on demand."""

import hashlib
import socket
import threading
import time
import zipfile

import pytest

from pipeline.fetch import kinds
from pipeline.fetch.client import Client, Unanswered, harmless
from tests.publisher.box import FAULTS

SOURCE = "ons_homicide"
NAME = "homicideyemarch24appendixtables.xlsx"
ADDRESS = (
    "https://www.ons.gov.uk/file?uri=/peoplepopulationandcommunity/crimeandjustice/datasets/"
    f"appendixtableshomicideinenglandandwales/current/{NAME}"
)
MOST = 5 * 2**20


@pytest.fixture
def client(box, tmp_path):
    with Client(tmp_path / "fetch", ["www.ons.gov.uk", "www.gov.uk"], slowest=2) as made:
        yield made


@pytest.fixture
def published(box):
    return next((box.shelf.folder / SOURCE).rglob(NAME))


def received(client, **said):
    return client.file(ADDRESS, NAME, ["xlsx"], MOST, **said)


def test_a_file_arrives_as_published_with_its_checksum(client, published):
    file = received(client)
    assert file.path.read_bytes() == published.read_bytes() and file.path.name == NAME
    assert file.sha256 == hashlib.sha256(published.read_bytes()).hexdigest()
    assert file.size == published.stat().st_size and file.modified.isoformat() == published.parent.name


# A fault that happens once is lived through, and what arrives is the file.
@pytest.mark.parametrize("fault", ["500", "429", "cut", "short", "slow", "html", "moved", "flipped", "empty"])
def test_a_fault_that_passes_leaves_the_file_whole(client, box, published, fault):
    box.faults[NAME] = [fault]
    assert received(client).path.read_bytes() == published.read_bytes()


# And one that lasts ends in a sentence; nothing is taken for the file.
@pytest.mark.parametrize("fault", sorted(set(FAULTS) - {"moved", "429", "slow", "long"}))
def test_a_fault_that_lasts_is_said_and_nothing_is_taken(client, box, tmp_path, fault):
    box.faults[NAME] = [fault] * 20
    with pytest.raises(Unanswered, match=r"^(https://|http://)"):
        received(client)
    assert not list((tmp_path / "fetch").rglob(NAME))


def test_a_file_of_another_size_than_the_list_says_is_not_taken(client, box, published):
    box.faults[NAME] = ["long"] * 20
    with pytest.raises(Unanswered, match="bytes where the publisher's list says"):
        received(client, size=published.stat().st_size)


def test_a_download_goes_on_where_it_broke_off(client, box, published, tmp_path):
    box.faults[NAME] = ["cut"]
    assert received(client).path.read_bytes() == published.read_bytes()
    assert [status for _, path, status in box.asked] == [200, 206]


def test_what_goes_on_is_never_joined_to_other_bytes(client, box, published):
    """The file is replaced between the two halves of its download."""
    raw = published.read_bytes()
    box.faults[NAME] = ["cut"] * 5
    with pytest.raises(Unanswered):
        received(client)
    other = published.parent.parent / "2024-02-08" / "homicideyemarch23appendixtables.xlsx"
    box.shelf.replaced[published] = (other.read_bytes(), box.shelf.now)
    assert received(client).path.read_bytes() == other.read_bytes() != raw


def test_the_wait_that_a_publisher_asks_for_is_kept(client, box):
    box.faults[NAME] = ["429"]
    began = time.monotonic()
    received(client)
    assert time.monotonic() - began >= 1


def test_requests_to_one_host_are_a_pace_apart(box, tmp_path):
    with Client(tmp_path / "fetch", ["www.ons.gov.uk"], pace=0.3) as client:
        began = time.monotonic()
        for _ in range(3):
            client.file(ADDRESS, NAME, ["xlsx"], MOST)
    assert time.monotonic() - began >= 0.6


def test_the_user_agent_names_a_contact(client, box, monkeypatch, tmp_path):
    monkeypatch.setenv("NCDOF_CONTACT", "drugs.data@example.gov.uk")
    with Client(tmp_path / "other", ["www.ons.gov.uk"]) as polite:
        received(polite)
    assert any("drugs.data@example.gov.uk" in agent and agent.startswith("ncdof/") for agent in box.agents)


@pytest.mark.parametrize(
    "address", ["https://example.org/x.xlsx", "http://www.ons.gov.uk/x.xlsx", "ftp://www.ons.gov.uk/x"]
)
def test_nothing_is_asked_but_of_a_declared_host_by_https(client, box, address):
    with pytest.raises(Unanswered, match="is not an address at a declared publisher"):
        client.file(address, "x.xlsx", ["xlsx"], MOST)
    assert box.asked == []


def test_a_list_is_asked_for_once_and_then_only_whether_it_has_changed(box, tmp_path):
    address = "https://www.gov.uk/api/search.json?count=1"
    for number in range(3):
        with Client(tmp_path / "fetch", ["www.gov.uk"]) as client:
            assert client.list(address, "results") is client.list(address, "results")
            assert (client.requests, client.unchanged) == (1, int(number > 0))
    assert [status for *_, status in box.asked] == [200, 304, 304]


@pytest.mark.parametrize("fault", ["empty", "html"])
def test_an_empty_answer_is_no_empty_list(client, box, fault):
    box.faults["search.json"] = [fault] * 20
    with pytest.raises(Unanswered, match="no JSON"):
        client.list("https://www.gov.uk/api/search.json", "results")


def test_a_damaged_list_that_was_kept_is_not_believed_for_ever(box, tmp_path):
    box.faults["search.json"] = ["empty"]
    for _ in range(2):
        with Client(tmp_path / "fetch", ["www.gov.uk"]) as client:
            assert "results" in client.list("https://www.gov.uk/api/search.json", "results")


def test_a_list_without_what_it_must_hold_is_said(client):
    with pytest.raises(Unanswered, match="without documents"):
        client.list("https://www.gov.uk/api/search.json", "documents")


def test_a_host_that_is_not_there_is_waited_for_once(tmp_path, monkeypatch):
    monkeypatch.setenv("NCDOF_PUBLISHERS", "http://127.0.0.1:9")
    with Client(tmp_path / "fetch", ["www.gov.uk"]) as client:
        for address in ("https://www.gov.uk/a", "https://www.gov.uk/b"):
            with pytest.raises(Unanswered, match="cannot be had"):
                client.list(address)
        assert client.requests == 5


def test_a_stand_in_elsewhere_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("NCDOF_PUBLISHERS", "https://example.org")
    with pytest.raises(ValueError, match="loopback"):
        Client(tmp_path, [])


def test_proxies_of_the_environment_are_used(tmp_path, monkeypatch):
    heard = []

    def listen(proxy: socket.socket) -> None:
        while True:
            with proxy.accept()[0] as caller:
                heard.append(caller.recv(1000).partition(b"\r\n")[0])

    with socket.create_server(("127.0.0.1", 0)) as proxy:
        threading.Thread(target=listen, args=(proxy,), daemon=True).start()
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.getsockname()[1]}")
        with Client(tmp_path / "fetch", ["www.gov.uk"], pace=0) as client, pytest.raises(Unanswered):
            client.list("https://www.gov.uk/api/content/x")
    assert set(heard) == {b"CONNECT www.gov.uk:443 HTTP/1.1"}


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("../../etc/passwd.csv", "passwd.csv"),
        ("..%2f..%2fetc%2fpasswd.csv", "passwd.csv"),
        ("C:\\windows\\x.xlsx", "x.xlsx"),
        (".hidden.xlsx", "hidden.xlsx"),
        ("a\nb\0c;d.xlsx", "a_b_c_d.xlsx"),
        ("manifest.json", "file-manifest.json"),
        ("", "file-without-name"),
        ("x" * 300 + ".xlsx", "x" * 145 + ".xlsx"),
        ("Tabellen für März (1).ods", "Tabellen für März (1).ods"),
    ],
)
def test_names_are_made_harmless(name, made):
    assert harmless(name) == made


def test_a_zip_that_is_not_whole_is_no_file(tmp_path):

    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>" * 1000)
    assert kinds.fault(path, path.name, ["xlsx"], "") == ""
    raw = path.read_bytes()
    for byte in range(30, len(raw)):  # in the packed part too, where unpacking itself fails
        path.write_bytes(raw[:byte] + bytes([raw[byte] ^ 0xFF]) + raw[byte + 1 :])
        kinds.fault(path, path.name, ["xlsx"], "")
    for cut in range(0, len(raw), 7):
        path.write_bytes(raw[:cut])
        assert kinds.fault(path, path.name, ["xlsx"], "")
