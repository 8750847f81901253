"""``kubik serve``: serve the installation, in the foreground, until a signal ends it."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path
from typing import Any

import click

from core.cli.common import opened, say, settings
from core.errors import KubikError
from core.settings import Settings
from core.web.starting import import_everything, no_collecting
from metamodel.messages import message

KILL_AFTER = 3
"""Seconds that a worker may take to end, an open event stream included."""

MOST_WORKERS = 64


@click.command(short_help="Serve the installation.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on."
)
@click.option("--workers", type=click.IntRange(1, MOST_WORKERS), help="Processes; 1 is best with SQLite.")
@click.option("--lan", is_flag=True, help="Listen on the office network and print the address.")
@click.option(
    "--tls",
    nargs=2,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="CERT KEY",
    help="Serve https with this certificate and key.",
)
def serve(host: str, port: int, workers: int | None, lan: bool, tls: tuple[Path, Path] | None) -> None:
    """Serve the installation until SIGTERM or Ctrl+C."""
    given = settings()
    with no_collecting(), opened(given) as workspace:
        count = workers or (1 if workspace.database.dialect == "sqlite" else default_workers())
    if lan:
        host = "0.0.0.0"
    run_server(given, host, port, count, tls, announce=lan)


def default_workers() -> int:
    """Processes on PostgreSQL: as many as processors, four at most."""
    return min(4, os.cpu_count() or 1)


def run_server(
    given: Settings,
    host: str,
    port: int,
    workers: int,
    tls: tuple[Path, Path] | None = None,
    *,
    announce: bool = False,
    log_level: str | None = None,
) -> None:
    """Serve in this process and its children; returns when it was told to end."""
    with no_collecting():
        from granian.constants import Interfaces
        from granian.log import LogLevels
        from granian.server import Server

        import_everything()  # children are forked with it
    check_free(host, port)
    os.environ["KUBIK_LOG_LEVEL"] = log_level or given.log_level
    server = Server(
        "core.web.serving:application",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=workers,
        workers_kill_timeout=KILL_AFTER,
        websockets=False,
        backlog=1024,
        log_level=LogLevels.warning,
        ssl_cert=tls[0] if tls else None,
        ssl_key=tls[1] if tls else None,
    )
    scheme = "https" if tls else "http"

    def started(*_: Any) -> None:
        shown = lan_address() if announce else ("localhost" if host in ("0.0.0.0", "::") else host)
        address = given.url or f"{scheme}://{f'[{shown}]' if ':' in shown else shown}:{port}"
        say(message("Kubik is served at {address}", address=address))
        if announce:
            print_code(address)

    server.on_startup(started)
    server.serve()


def check_free(host: str, port: int) -> None:
    """Refuse with one line when the port is taken or the address is not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            if os.name != "nt":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            why = message("port {port} is taken by another program; choose one with --port", port=port)
        else:
            why = message(
                "cannot listen on {host}:{port}: {why}",
                host=host,
                port=port,
                why=error.strerror or str(error),
            )
        raise KubikError("KBK6001", why) from error


def lan_address() -> str:
    """The address of this machine in its network: that of the way out, no packet is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1 of RFC 5737
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def print_code(address: str) -> None:
    """A QR code of the address, for telephones."""
    import segno

    segno.make(address, micro=False).terminal(compact=True)
