"""The clock: beat runs management commands, never services directly."""

from celery import shared_task
from django.core.management import call_command


@shared_task(name="config.tasks.run_command")
def run_command(name: str, *arguments: str) -> None:
    call_command(name, *arguments)
