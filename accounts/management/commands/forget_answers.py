"""Delete the answers kept by Idempotency-Key for more than a day."""

from django.core.management.base import BaseCommand

from accounts import answers


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args, **options):
        self.stdout.write(f"{answers.forget()} answers forgotten.")
