"""Run the whole product on one machine: web server, worker and clock, until Ctrl-C."""

import errno
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts import demonstration
from config import processes
from config.supervisor import Child, Supervisor

PORTS_TRIED = 50
READY_SECONDS = 90


def listen(port: int) -> list[socket.socket]:
    """Listening sockets for `localhost` on this port, IPv4 and IPv6; OSError when it is taken."""
    sockets = [_listen(socket.AF_INET, "127.0.0.1", port)]
    if socket.has_ipv6:
        try:
            sockets.append(_listen(socket.AF_INET6, "::1", sockets[0].getsockname()[1]))
        except OSError as error:
            if _is_taken(error):
                sockets[0].close()
                raise
    return sockets


def free_port(port: int) -> int:
    """The first port from this one on that nobody listens on just now."""
    for candidate in range(port, port + PORTS_TRIED):
        try:
            _listen(socket.AF_INET, "127.0.0.1", candidate).close()
        except OSError:
            continue
        return candidate
    raise CommandError(f"No port between {port} and {candidate} is free.")


def _listen(family: int, host: str, port: int) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def _is_taken(error: OSError) -> bool:
    return error.errno in {errno.EADDRINUSE, errno.EACCES}


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument(
            "--port", type=int, default=8000, help="the next free one is taken when it is busy"
        )
        parser.add_argument(
            "--tied", action="store_true", help="stop when the process that started this one ends"
        )

    def handle(self, *, port, tied, **options):
        if tied:
            processes.die_with_parent()
        listeners, chosen = self.listen_near(port)
        site_url = os.environ.get("SITE_URL") or f"http://localhost:{chosen}"
        self.stdout.write(
            f"Starting web server, worker and clock; their logs are in {settings.VAR_DIR / 'log'}"
        )
        self.announcement = self.announce(site_url, chosen)
        simulated, esign = self.simulated_esp(chosen, site_url)
        Supervisor(
            [*self.children(listeners, chosen), *simulated],
            env={**os.environ, **esign, "SITE_URL": site_url, "PYTHONUNBUFFERED": "1"},
            say=self.stderr.write,
        ).run(each_tick=lambda: next(self.announcement, None))
        self.stdout.write("Stopped.")

    def listen_near(self, port: int) -> tuple[list[socket.socket], int]:
        for candidate in range(port, port + PORTS_TRIED):
            try:
                listeners = listen(candidate)
            except OSError as error:
                if not _is_taken(error):
                    raise CommandError(f"Cannot listen on port {candidate}: {error.strerror}") from error
                continue
            if candidate != port:
                self.stdout.write(f"Port {port} is taken on this machine: using {candidate}.")
            return listeners, candidate
        raise CommandError(f"No port between {port} and {candidate} is free: give another with PORT=.")

    def children(self, listeners: list[socket.socket], port: int) -> list[Child]:
        log = settings.VAR_DIR / "log"
        celery = [sys.executable, "-m", "celery", "-A", "config"]
        descriptors = [listener.fileno() for listener in listeners]
        binds = [word for number in descriptors for word in ("--bind", f"fd://{number}")]
        web = [sys.executable, "-m", "gunicorn", "config.wsgi", *binds, "--worker-class", "gthread"]
        web += ["--workers", "1", "--threads", "8", "--graceful-timeout", "10", "--no-control-socket"]
        worker = [*celery, "worker", "--pool", "prefork", "--concurrency", "2", "--loglevel", "INFO"]
        worker += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        beat = [*celery, "beat", "--schedule", str(settings.VAR_DIR / f"beat-{port}.schedule"), "--pidfile="]
        return [
            Child("web", web, log / "web.log", pass_fds=descriptors),
            Child("worker", worker, log / "worker.log"),
            Child("beat", beat, log / "beat.log"),
        ]

    def simulated_esp(self, port: int, site_url: str) -> tuple[list[Child], dict[str, str]]:
        """In a demonstration without a provider of eSign: a simulated one, and the settings that name it.

        Browsers elsewhere would not reach it: it is left out where the site has another name than this machine.
        """
        is_local = urlsplit(site_url).hostname in {"localhost", "127.0.0.1"}
        if not settings.DEMONSTRATION or settings.ESIGN_URL or not is_local:
            return [], {}
        own = free_port(port + 1)
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "simulate_esp", "--port", str(own)]
        named = {"ESIGN_URL": f"http://127.0.0.1:{own}/esign", "ESIGN_NAME": "Simulated eSign"}
        return [Child("esp", command, settings.VAR_DIR / "log" / "esp.log")], named

    def announce(self, site_url: str, port: int) -> Iterator[None]:
        """Ask for the first answer, once per step; then say where to go and as whom, and end."""
        deadline = time.monotonic() + READY_SECONDS
        while not self.answers(port):
            if time.monotonic() > deadline:
                self.stderr.write(f"The web server has not answered for {READY_SECONDS} s; see its log.")
                return
            yield
        lines = ["", f"  Open {site_url}/", "", *self.people(), "  Ctrl-C stops everything.", ""]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()

    def answers(self, port: int) -> bool:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=1).close()
        except (urllib.error.URLError, OSError):
            return False
        return True

    def people(self) -> list[str]:
        """The demonstration people, each once, with what they are in each organisation."""
        if not settings.DEMONSTRATION:
            return []
        people = {person[0]: person for person in demonstration.PEOPLE}.values()
        width = max(len(name) for _, name, *_ in people)
        return [
            "  Demonstration people (sign in with one click on the first page):",
            *(f"    {name:<{width}}  {designation}, {email}" for email, name, _, _, designation in people),
            "",
        ]
