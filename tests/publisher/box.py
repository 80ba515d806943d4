"""The box itself: a server on loopback that answers for all publishers, and misbehaves where a test asks it to."""

import asyncio
import contextlib
import hashlib
import re
import threading
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from email.utils import format_datetime
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.publisher import listings
from tests.publisher.shelf import Shelf

FAULTS = {
    "500": "an error of the server",
    "429": "too many requests, with the seconds to wait",
    "cut": "the connection ends in the middle of the file",
    "short": "fewer bytes than announced",
    "long": "more bytes than the publisher's list says",
    "slow": "a body that never ends, byte by byte",
    "html": "a web page in place of a file",
    "empty": "an empty answer that says all is well",
    "elsewhere": "a redirect to another host",
    "plain http": "a redirect to an address without TLS",
    "moved": "a redirect to another address of the same host",
    "loop": "redirects that never end",
    "huge": "three gigabytes, as announced",
    "endless": "three gigabytes, of which nobody says so",
    "flipped": "a byte of the file is another",
    "gone": "no such page",
}


@dataclass
class Box:
    """A publisher in a box. `faults` are those that the next requests for a path meet, one each, by a part of it."""

    shelf: Shelf = field(default_factory=Shelf)
    faults: dict[str, list[str]] = field(default_factory=dict)
    asked: list[tuple[str, str, int]] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    address: str = ""

    async def answer(self, request: Request) -> Response:
        response = await self._answer(request)
        self.asked.append((request.headers.get("host", ""), request.url.path, response.status_code))
        self.agents.add(request.headers.get("user-agent", ""))
        return response

    async def _answer(self, request: Request) -> Response:
        host = request.headers.get("host", "").partition(":")[0]
        path = request.url.path
        whole = f"{path}?{request.url.query}"
        waiting = next((faults for part, faults in self.faults.items() if part in whole and faults), None)
        fault = waiting.pop(0) if waiting else ""
        if fault == "moved":
            # To the same address: the next request meets no fault.
            return RedirectResponse(f"https://{host}{whole}")
        if failed := _failed(fault, host):
            return failed
        found = await asyncio.to_thread(listings.answer, self.shelf, host, path, dict(request.query_params))
        if found is None:
            return Response("not found", 404)
        if isinstance(found, dict | list):
            return _conditional(request, JSONResponse(found))
        raw, since = self.shelf.read(found) if isinstance(found, Path) else (found.raw, found.since)
        headers = {}
        if since:
            said = {"ETag": f'"{hash_of(raw)}"', "Last-Modified": format_datetime(since, usegmt=True)}
            headers = said | {"Accept-Ranges": "bytes"}
        if isinstance(found, Path):
            headers["Content-Disposition"] = f'inline; filename="{found.name}"'
        return _body(request, raw, headers, fault)


def hash_of(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()[:12]


def _failed(fault: str, host: str) -> Response | None:
    """The answer of a fault that needs no file."""
    page = "<!DOCTYPE html><html><body>We are having technical difficulties</body></html>"
    return {
        "500": Response("sorry", 503),
        "429": Response("slower", 429, {"Retry-After": "1"}),
        "html": Response(page, media_type="text/html"),
        "empty": Response(b"", media_type="application/json"),
        "elsewhere": RedirectResponse("https://example.org/file.xlsx"),
        "plain http": RedirectResponse(f"http://{host}/file.xlsx"),
        "loop": RedirectResponse(f"https://{host}/loop"),
        "gone": Response("gone", 410),
        "huge": Response(headers={"Content-Length": str(3 * 2**30)}) if fault == "huge" else None,
        "endless": StreamingResponse(_zeros()) if fault == "endless" else None,
    }.get(fault)


async def _zeros() -> AsyncIterator[bytes]:
    for _ in range(3 * 2**10):
        yield bytes(2**20)


def _conditional(request: Request, response: JSONResponse) -> Response:
    tag = f'W/"{hash_of(bytes(response.body))}"'
    said = {"ETag": tag, "Cache-Control": "max-age=300, public"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=said)
    response.headers.update(said)
    return response


def _body(request: Request, raw: bytes, headers: dict[str, str], fault: str) -> Response:
    """A file, or the rest of it, as far as a fault lets it through."""
    if headers.get("ETag", "none") == request.headers.get("if-none-match"):
        return Response(status_code=304, headers=headers)
    start, status = 0, 200
    asked = re.fullmatch(r"bytes=(\d+)-", request.headers.get("range", ""))
    if asked and request.headers.get("if-range") == headers.get("ETag", "none"):
        start, status = int(asked[1]), 206
        headers = headers | {"Content-Range": f"bytes {start}-{len(raw) - 1}/{len(raw)}"}
    piece = raw[start:]
    if fault == "flipped":
        middle = len(piece) // 2
        piece = piece[:middle] + bytes([piece[middle] ^ 0xFF]) + piece[middle + 1 :]
    length = len(piece) + (100 if fault == "short" else 0)
    if fault == "long":
        piece, length = piece + b"\n" * 10, length + 10

    async def sent() -> AsyncIterator[bytes]:
        if fault == "slow":
            for byte in piece:
                yield bytes([byte])
                await asyncio.sleep(0.05)
        elif fault == "cut":
            yield piece[: len(piece) // 2]
            await asyncio.sleep(0.05)
            raise ConnectionResetError
        else:
            yield piece

    headers = headers | {"Content-Length": str(length)}
    return StreamingResponse(sent(), status, headers, "application/octet-stream")


class _Quiet(uvicorn.Server):
    def install_signal_handlers(self) -> None:
        """Signals are for whoever runs the box."""


@contextlib.contextmanager
def served(box: Box, port: int = 0) -> Iterator[Box]:
    """The box at work in a thread, at its `address`."""
    app = Starlette(routes=[Route("/{path:path}", box.answer)])
    server = _Quiet(uvicorn.Config(app, port=port, log_level="critical", lifespan="off"))
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.01)
    box.address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield box
    finally:
        # It ends a moment later; nobody waits for it, as nobody asks there any more.
        server.should_exit = server.force_exit = True
