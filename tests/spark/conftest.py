"""A Spark cluster of two workers in processes of their own, Spark Connect, and made-up records for both engines."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyspark
import pytest

from assets.samples import records

ROWS = int(float(os.environ.get("ROWS", 100_000)))
HOME = Path(pyspark.__file__).parent


@pytest.fixture(scope="session")
def made_up(tmp_path_factory):
    folder = tmp_path_factory.mktemp("records")
    records.make(ROWS, folder)
    return folder


def _free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _answers(port: int, seconds: int = 60) -> None:
    for _ in range(10 * seconds):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"nothing listens on port {port}")


@contextmanager
def _running(folder: Path, *commands: list[str]) -> Iterator[None]:
    environment = os.environ | {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable,
                                "SPARK_WORKER_DIR": str(folder)}  # fmt: skip
    processes = []
    try:
        for number, command in enumerate(commands):
            log = (folder / f"{number}.log").open("w")
            processes.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
        yield
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait(30)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    """The address of a master with two workers."""
    port, start = _free(), str(HOME / "bin" / "spark-class")
    address = f"spark://127.0.0.1:{port}"
    master = [
        start,
        "org.apache.spark.deploy.master.Master",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--webui-port",
        "0",
    ]
    worker = [
        start,
        "org.apache.spark.deploy.worker.Worker",
        "--cores",
        "1",
        "--memory",
        "2g",
        "--webui-port",
        "0",
        address,
    ]
    folder = tmp_path_factory.mktemp("cluster")
    with _running(folder, master):
        _answers(port)
        with _running(tmp_path_factory.mktemp("workers"), worker, worker):
            yield address


@pytest.fixture(scope="session")
def connect(tmp_path_factory):
    """The address of a server of Spark Connect."""
    port = _free()
    server = [
        str(HOME / "bin" / "spark-submit"), "--class", "org.apache.spark.sql.connect.service.SparkConnectServer",
        "--conf", f"spark.connect.grpc.binding.port={port}", "--conf", "spark.ui.enabled=false", "--master", "local[2]",
        "spark-internal",
    ]  # fmt: skip
    with _running(tmp_path_factory.mktemp("connect"), server):
        _answers(port)
        yield f"sc://127.0.0.1:{port}"
