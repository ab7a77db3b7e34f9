from django.core.management.base import BaseCommand, CommandError

from workflow import events
from workflow.models import Event


class Command(BaseCommand):
    help = "Check every hash chain of the history; exit 1 and name the rows when one does not hold."

    def handle(self, *args, **options):
        found = list(events.faults())
        for fault in found:
            self.stdout.write(f"{fault.book} #{fault.number}: {fault.problem}")
        if found:
            raise CommandError(f"The history does not hold: {len(found)} faults.")
        self.stdout.write(f"The history holds: {Event.objects.count()} events.")
