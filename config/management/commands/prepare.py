"""Make this installation ready to start: keys, database, reference and demonstration data."""

import io

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = __doc__

    def handle(self, *, verbosity, **options):
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
        quiet = {} if verbosity > 1 else {"verbosity": 0, "stdout": io.StringIO()}
        if settings.DEMONSTRATION:
            call_command("make_keys", **quiet)
        call_command("migrate", interactive=False, **quiet)
        call_command("load_reference", **quiet)
        call_command("load_calendar", **quiet)
        call_command("raise_signals", only_limits=True, **quiet)
        if settings.DEMONSTRATION:
            call_command("load_demonstration", **quiet)
        call_command("rebuild_figures", if_outgrown=True, **quiet)
