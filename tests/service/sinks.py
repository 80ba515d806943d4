"""Where alarms of a rehearsal go: an HTTP and an SMTP server on loopback that keep what they are sent."""

import contextlib
import email
import email.policy
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller

from tests.service.processes import free_port


@dataclass
class Sinks:
    """What was received, and the addresses as Apprise takes them."""

    posted: list[dict[str, Any]] = field(default_factory=list)
    mailed: list[tuple[str, str]] = field(default_factory=list)
    addresses: str = ""

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        body = message.get_body(("plain", "html"))
        self.mailed.append((str(message["Subject"]), body.get_content() if body else ""))
        return "250 kept"


@contextlib.contextmanager
def listening() -> Iterator[Sinks]:
    """Both servers at work."""
    sinks = Sinks()

    class Post(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sinks.posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *said: object) -> None:
            """What is posted is kept, and not printed."""

    mail = Controller(sinks, hostname="127.0.0.1", port=free_port())
    with ThreadingHTTPServer(("127.0.0.1", 0), Post) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        mail.start()
        sender = f"mailto://127.0.0.1:{mail.port}?from=ncdof@example.org&to=team@example.org&mode=insecure"
        sinks.addresses = f"json://127.0.0.1:{web.server_address[1]}/ {sender}"
        try:
            yield sinks
        finally:
            mail.stop()
            web.shutdown()
