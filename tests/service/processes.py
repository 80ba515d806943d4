"""The processes of service/compose.yaml on one machine, with PostgreSQL of their own; what for is the test's."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import yaml

from pipeline.releases import PROJECT

SERVICE = PROJECT / "service"
COMPOSE = yaml.safe_load((SERVICE / "compose.yaml").read_text())
BIN = Path(sys.executable).parent
NAMES = ("code", "daemon", "web", "pages")


def postgres_folder() -> Path | None:
    """Where the programs of PostgreSQL are, or None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin")) or [
        Path(path).parent for path in [shutil.which("initdb")] if path
    ]
    return found[-1] if found else None


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


class Service:
    """The database, the code location, the daemon, the web interface and the pages, in a folder.

    Without PostgreSQL the record goes into files. `more` are variables of the environment beside those that compose
    sets.
    """

    def __init__(self, folder: Path, postgres: bool, more: dict[str, str]) -> None:
        self.folder, self.postgres = folder, postgres
        self.data, self.home = folder / "data", folder / "dagster"
        self.ports = {"5432": free_port(), "4000": free_port(), "3000": free_port(), "3001": free_port()}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.interface, self.pages = (f"http://127.0.0.1:{self.ports[port]}" for port in ("3000", "3001"))
        self.environment = os.environ | {
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "NCDOF_DATA": str(self.data),
            "DAGSTER_HOME": str(self.home),
            "NCDOF_LOGS": str(self.home / "logs"),
            "NCDOF_SERVICE": "1",
            "NCDOF_DB_HOST": "127.0.0.1",
            "NCDOF_DB_PORT": str(self.ports["5432"]),
            "NCDOF_DB_NAME": "postgres",
            "NCDOF_DB_USER": "ncdof",
            "NCDOF_DB_PASSWORD": "a password",
            "NCDOF_CODE_HOST": "127.0.0.1",
            "NCDOF_CODE_PORT": str(self.ports["4000"]),
            "NCDOF_INTERFACE": self.interface,
            "NCDOF_PAGES": self.pages,
            **more,
        }

    def __enter__(self) -> "Service":
        for made in (self.data / "exports" / "pages", self.home):
            made.mkdir(parents=True, exist_ok=True)
        if self.postgres:
            shutil.copyfile(SERVICE / "dagster.yaml", self.home / "dagster.yaml")
            self._database()
        else:
            (self.home / "dagster.yaml").write_text("telemetry: {enabled: false}\nnux: {enabled: false}\n")
        for name in NAMES:
            self.start(name)
            if name == "code":
                self._until(lambda: self._answers(self.ports["4000"]), 120, "the code location does not answer")
        self._until(lambda: self._answers(self.ports["3000"]), 120, "the web interface does not answer")
        return self

    def __exit__(self, *error: object) -> None:
        for name in reversed(list(self.running)):
            self.stop(name)

    def start(self, name: str) -> None:
        """Start a process as compose.yaml declares it."""
        command = [self._here(word) for word in COMPOSE["services"][name]["command"]]
        log = (self.folder / f"{name}.log").open("ab")
        self.running[name] = subprocess.Popen(
            [str(BIN / command[0]), *command[1:]],
            cwd=PROJECT,
            env=self.environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

    def stop(self, name: str, how: int = signal.SIGTERM) -> None:
        """Stop a process and all that it started."""
        process = self.running.pop(name)
        try:
            os.killpg(process.pid, signal.SIGINT if name == "database" else how)
        except ProcessLookupError:
            return
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The answer of the web interface to a GraphQL query."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(f"{self.interface}/graphql", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as response:
            said = json.load(response)
        assert "errors" not in said, said["errors"]
        return dict(said["data"])

    def _here(self, word: str) -> str:
        if word in self.ports:
            return str(self.ports[word])
        return {"0.0.0.0": "127.0.0.1"}.get(word, word.replace("/data", str(self.data)))

    def _database(self) -> None:
        programs = postgres_folder()
        assert programs, "there is no PostgreSQL on this machine"
        place = self.folder / "database"
        place.mkdir()
        # PostgreSQL runs as nobody's root.
        other: list[str] = []
        if os.geteuid() == 0:
            shutil.chown(place, "postgres")
            for parent in [self.folder, *self.folder.parents][:-2]:
                parent.chmod(parent.stat().st_mode | 0o011)
            other = ["runuser", "-u", "postgres", "--"]
        password = self.folder / "password"
        password.write_text(self.environment["NCDOF_DB_PASSWORD"])
        password.chmod(0o644)
        made = ["-D", str(place), "-U", "ncdof", "-A", "scram-sha-256", f"--pwfile={password}"]
        subprocess.run([*other, str(programs / "initdb"), *made], check=True, capture_output=True, cwd=place)
        said = ["-D", str(place), "-p", str(self.ports["5432"]), "-h", "127.0.0.1", "-k", str(place)]
        log = (self.folder / "database.log").open("ab")
        self.running["database"] = subprocess.Popen(
            [*other, str(programs / "postgres"), *said], stdout=log, stderr=log, start_new_session=True, cwd=place
        )
        self._until(lambda: self._answers(self.ports["5432"]), 60, "the database does not answer")

    @staticmethod
    def _answers(port: int) -> bool:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return False
        return True

    @staticmethod
    def _until(holds: Any, seconds: float, otherwise: str) -> None:
        until(holds, seconds, otherwise)


def until(holds: Any, seconds: float, otherwise: str) -> Any:
    """Wait until something holds, and give it back."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := holds():
            return found
        time.sleep(0.5)
    raise AssertionError(otherwise)
