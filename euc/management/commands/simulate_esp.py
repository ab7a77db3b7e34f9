"""`simulate_esp --port N`: plays the provider of Aadhaar eSign on this machine. Demonstration only."""

import socketserver
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts import demonstration
from accounts.roles import Role
from documents import keys
from documents.esigning import provider
from documents.esigning.simulated_pages import Pages

HOST = "127.0.0.1"


class Server(socketserver.ThreadingMixIn, WSGIServer):
    """One slow answer keeps nobody waiting."""

    daemon_threads = True


class Command(BaseCommand):
    help = "Plays the eSign provider, well or badly on demand, with invented keys. Refuses in production."

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=8090)
        parser.add_argument("--person", help="whom it certifies unless another name is typed")

    def handle(self, *, port: int, person: str | None, **options):
        try:
            pages = Pages(
                keys.simulated_esp(),
                person=person or self.signatory(),
                answer_field=settings.ESIGN_ANSWER_FIELD,
            )
            server = make_server(HOST, port, pages, Server, WSGIRequestHandler)
        except (OSError, RuntimeError, provider.Unusable) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"ESIGN_URL=http://{HOST}:{server.server_port}/esign")
        self.stdout.flush()
        with server:
            server.serve_forever()

    def signatory(self) -> str:
        """The first signatory of the demonstration, who can then sign without typing a name."""
        return next(name for _, name, _, roles, _ in demonstration.PEOPLE if Role.SIGNATORY in roles)
