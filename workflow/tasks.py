"""Celery's doors into the outbox: do one errand, and sweep for those whose hint was lost."""

from celery import shared_task

from workflow import errands


@shared_task(name="workflow.tasks.run_errand")
def run_errand(errand_id: int) -> None:
    errands.run(errand_id)


@shared_task(name="workflow.tasks.sweep_errands", expires=30)
def sweep_errands() -> None:
    errands.sweep()
