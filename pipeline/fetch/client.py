"""Well-behaved requests to the declared publishers: https only, in no hurry, tried again, never half; not what for."""

import hashlib
import json
import os
import random
import re
import shutil
import time
import urllib.parse
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import httpx
import stamina
import stamina.instrumentation
from hishel import CacheOptions, SqliteStorage
from hishel.httpx import CacheClient, CacheTransport

from pipeline import releases
from pipeline.fetch import kinds
from pipeline.fetch.answers import Received, Unanswered

CONTACT = "NCDOF_CONTACT"
STAND_IN = "NCDOF_PUBLISHERS"

# Seconds between two requests to one host, that an answer may take in all, and that a publisher may ask us to wait.
PACE = 1.0
SLOWEST = 900.0
PATIENCE = 300.0
_ATTEMPTS = 5
_REDIRECTS = 5
_TIMEOUT = httpx.Timeout(30, connect=10)
_LARGEST_LIST = 50 * 2**20

_Answer = TypeVar("_Answer")

# To read all the certificates there are takes longer than a request.
_trusted = cache(httpx.create_ssl_context)

# What is tried again is no news: what fails at last is said.
stamina.instrumentation.set_on_retry_hooks([])


class _Again(Exception):
    """An answer that may be better the next time; `after` are the seconds that the publisher asks us to wait."""

    def __init__(self, sentence: str, after: float | None = None) -> None:
        super().__init__(sentence)
        self.after = after


class Client:
    """One run's requests. Lists are asked for once, and answered by the copy in `folder` where nothing has changed.

    A stand-in for all publishers may be named by its address on loopback in NCDOF_PUBLISHERS: then the client
    `rehearses`, which needs no manners, and what it receives is made up.
    """

    def __init__(self, folder: Path, hosts: Collection[str], pace: float | None = None, slowest: float = SLOWEST):
        stand_in = _stand_in()
        self.rehearses = bool(stand_in)
        self.requests = self.unchanged = 0
        self.folder = folder
        self._hosts = frozenset(hosts)
        self._pace = (0.0 if stand_in else PACE) if pace is None else pace
        self._slowest = slowest
        self._last: dict[str, float] = {}
        self._down: set[str] = set()
        self._lists: dict[str, Any] = {}
        folder.mkdir(parents=True, exist_ok=True)
        cached: dict[str, Any] = {
            "storage": SqliteStorage(database_path=folder / "lists.sqlite"),
            "rfc": CacheOptions(shared=False),
        }
        said: dict[str, Any] = {
            "headers": {"User-Agent": _user_agent()},
            "verify": _trusted(),
            "timeout": _TIMEOUT,
            "follow_redirects": True,
            "max_redirects": _REDIRECTS,
            "event_hooks": {"request": [self._admit]},
        }
        for_all = _StandIn(stand_in) if stand_in else None
        kept = CacheTransport(for_all, **cached) if for_all else None
        self._plain = httpx.Client(**said, mounts={"https://": for_all} if for_all else None)
        self._cached = CacheClient(**said, **cached, mounts={"https://": kept} if kept else None)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *error: object) -> None:
        self._plain.close()
        self._cached.close()

    def list(self, address: str, *needed: str) -> Any:
        """The JSON at an address, which must hold the `needed` fields. Raises Unanswered.

        An answer without them is no empty list: publishers answer so when something is wrong with them.
        """
        if address not in self._lists:
            clients = iter([self._cached, *[self._plain] * _ATTEMPTS])  # a damaged answer may have been kept
            self._lists[address] = self._until(address, lambda: self._list(next(clients), address, needed))
        return self._lists[address]

    def file(
        self,
        address: str,
        name: str,
        formats: Collection[str],
        most: int,
        size: int | None = None,
        etag: str = "",
        last_modified: str = "",
        said: Callable[[int, int], object] = lambda received, of: None,
    ) -> Received | None:
        """The file at an address, whole and of one of the formats; None where it is the one with these validators.

        What was received of it before is not asked for again. `most` and `size` are in bytes; `said` is told how many
        were received and how many there are, 0 where nobody says. Raises Unanswered.
        """
        headers = {"Accept-Encoding": "identity"}
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        return self._until(address, lambda: self._file(address, name, formats, most, size, headers, said))

    # --- manners ---------------------------------------------------------------------------------------------

    def _admit(self, request: httpx.Request) -> None:
        """Let no request out, a redirected one neither, but to a declared host in its turn."""
        url = request.url
        if url.scheme != "https" or url.host not in self._hosts:
            raise Unanswered(f"{url} is not an address at a declared publisher: nothing was asked for there")
        wait = self._last.get(url.host, float("-inf")) + self._pace - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        self._last[url.host] = time.monotonic()
        self.requests += 1

    def _until(self, address: str, attempt: Callable[[], _Answer]) -> _Answer:
        """What an attempt gives at last. Raises Unanswered when none does, and at once of a host that cannot be had."""
        try:
            host = httpx.URL(address).host
        except httpx.InvalidURL as error:
            raise Unanswered(f"{address!r} is no address: {error}") from error
        if host in self._down:
            raise Unanswered(f"{address} cannot be had: {host} did not answer before")
        try:
            for context in stamina.retry_context(
                on=_wait, attempts=_ATTEMPTS, timeout=None, wait_initial=self._pace, wait_max=60, wait_jitter=self._pace
            ):
                with context:
                    return attempt()
        except _Again as error:
            raise Unanswered(f"{address} {error}") from error
        except httpx.InvalidURL as error:
            raise Unanswered(f"{address} leads to what is no address: {error}") from error
        except httpx.HTTPError as error:
            if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
                self._down.add(host)
            raise Unanswered(f"{address} cannot be had: {error or type(error).__name__}") from error
        raise AssertionError("an attempt neither answers nor fails")

    @contextmanager
    def _asked(self, client: httpx.Client, address: str, headers: dict[str, str]) -> Iterator[httpx.Response]:
        with client.stream("GET", address, headers=headers) as response:
            if response.extensions.get("caching", {}).get("revalidated") or response.status_code == 304:
                self.unchanged += 1
            if response.status_code in (429, 500, 502, 503, 504, 408):
                raise _Again(f"answers {response.status_code} {response.reason_phrase}", _retry_after(response))
            if response.status_code not in (200, 206, 304, 416):
                raise Unanswered(f"{address} answers {response.status_code} {response.reason_phrase}")
            yield response

    def _bytes(self, response: httpx.Response, most: int) -> Iterator[bytes]:
        """The bytes of an answer, within the limits of size and time."""
        began, received = time.monotonic(), 0
        for chunk in response.iter_bytes():
            received += len(chunk)
            if received > most:
                raise Unanswered(f"{response.request.url} is larger than {most >> 20:,} MB")
            if time.monotonic() - began > self._slowest:
                raise _Again(f"is not received within {self._slowest:,.0f} seconds")
            yield chunk

    # --- answers ---------------------------------------------------------------------------------------------

    def _list(self, client: httpx.Client, address: str, needed: tuple[str, ...]) -> Any:
        with self._asked(client, address, {"Accept": "application/json", "Cache-Control": "no-cache"}) as response:
            raw = b"".join(self._bytes(response, _LARGEST_LIST))
            kind = response.headers.get("Content-Type", "nothing said of its kind")
        try:
            said = json.loads(raw)
        except ValueError:
            raise _Again(f"answers with {len(raw):,} bytes that are no JSON ({kind})") from None
        if missing := [name for name in needed if not isinstance(said, dict) or name not in said]:
            raise _Again(f"answers without {', '.join(missing)}: that is no list")
        return said

    def _file(
        self,
        address: str,
        name: str,
        formats: Collection[str],
        most: int,
        size: int | None,
        headers: dict[str, str],
        said: Callable[[int, int], object],
    ) -> Received | None:
        place = self.folder / "arriving" / hashlib.sha256(address.encode()).hexdigest()[:16]
        part, note = place / ".part", place / ".part.json"
        place.mkdir(parents=True, exist_ok=True)
        there = _validators_of(note) if part.exists() else {}
        if there:
            headers = headers | {"Range": f"bytes={part.stat().st_size}-", "If-Range": there["etag"]}
        with self._asked(self._plain, address, headers) as response:
            if response.status_code == 304:
                return None
            resumed = response.status_code == 206
            if response.status_code == 416 or (resumed and not _continues(response, part)):
                shutil.rmtree(place)
                raise _Again("does not go on where it broke off")
            kind = response.headers.get("Content-Type", "")
            before = part.stat().st_size if resumed else 0
            length = int(response.headers.get("Content-Length") or 0)
            if before + length > most:
                raise Unanswered(f"{address} is larger than {most >> 20:,} MB")
            etag, changed = response.headers.get("ETag", ""), response.headers.get("Last-Modified", "")
            if not resumed:
                note.unlink(missing_ok=True)
                if etag and not etag.startswith("W/") and response.headers.get("Accept-Ranges") == "bytes":
                    note.write_text(json.dumps({"etag": etag}))
            final = harmless(_name_given(response) or name)
            with part.open("ab" if resumed else "wb") as file:
                for chunk in self._bytes(response, most - before):
                    file.write(chunk)
                    said(file.tell(), before + length)
        note.unlink(missing_ok=True)
        received = part.stat().st_size
        fault = kinds.fault(part, final, formats, kind)
        if not fault and size is not None and received != size:
            fault = f"has {received:,} bytes where the publisher's list says {size:,}"
        if fault:
            part.unlink()
            raise _Again(fault)
        whole = part.rename(place / final)
        return Received(whole, releases.checksum(whole), received, etag, changed)


class _StandIn(httpx.BaseTransport):
    """Sends what is for any publisher to one address, which is told whom it was for."""

    def __init__(self, address: str) -> None:
        self._address = httpx.URL(address)
        self._through = httpx.HTTPTransport(verify=_trusted())

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        to = request.url.copy_with(scheme=self._address.scheme, host=self._address.host, port=self._address.port)
        return self._through.handle_request(
            httpx.Request(
                request.method, to, headers=request.headers, stream=request.stream, extensions=request.extensions
            )
        )

    def close(self) -> None:
        self._through.close()


def _stand_in() -> str:
    """The address of a stand-in for the publishers, or an empty text. Raises ValueError for one that is not here."""
    address = os.environ.get(STAND_IN, "")
    if address and httpx.URL(address).host not in ("127.0.0.1", "localhost", "::1"):
        raise ValueError(f"{STAND_IN} takes an address on loopback, not {address!r}")
    return address


def _user_agent() -> str:
    contact = os.environ.get(CONTACT, "")
    return f"ncdof/{version('ncdof')} ({contact or f'no contact given in {CONTACT}'})"


def _wait(error: Exception) -> bool | float:
    """Whether to try again, or after how many seconds."""
    if isinstance(error, _Again):
        if error.after is None:
            return True
        # A little later than asked, so that many who wait do not come at once.
        return error.after + random.random() if error.after <= PATIENCE else False
    return isinstance(error, httpx.TransportError) and not isinstance(error, httpx.UnsupportedProtocol)


def _retry_after(response: httpx.Response) -> float | None:
    said = response.headers.get("Retry-After", "").strip()
    if said.isdigit():
        return float(said)
    try:
        return max(0.0, (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def _validators_of(note: Path) -> dict[str, str]:
    """What identifies the bytes of which a part is here, where anything does."""
    try:
        said: dict[str, str] = json.loads(note.read_text())
        return said
    except (OSError, ValueError):
        return {}


def _continues(response: httpx.Response, part: Path) -> bool:
    return re.match(rf"bytes {part.stat().st_size}-", response.headers.get("Content-Range", "")) is not None


def _name_given(response: httpx.Response) -> str:
    message = Message()
    message["Content-Disposition"] = response.headers.get("Content-Disposition", "")
    return message.get_filename() or ""


def harmless(name: str) -> str:
    """A name that is a file's own and nothing else on any system: no folders, no leading dots, 150 characters."""
    last = re.split(r"[/\\]", urllib.parse.unquote(name))[-1]
    plain = re.sub(r"[^\w .,()+&'-]", "_", last).strip(" ._-")
    stem, dot, ending = plain.rpartition(".")
    made = f"{stem[: 149 - len(ending)]}{dot}{ending}" if len(ending) < 10 else plain[:150]
    return made if made and releases.is_published(made) else f"file-{made or 'without-name'}"
