"""The clock: beat runs commands, never services directly. Errands that draft or plan are done here, above them."""

from celery import shared_task
from django.core.management import call_command

from euc import draft_files
from euc.models import DraftFile
from shipments import import_files
from shipments.models import ImportFile
from workflow import errands


@shared_task(name="config.tasks.run_command")
def run_command(name: str, *arguments: str) -> None:
    call_command(name, *arguments)


def draft_some(errand, _nothing) -> None:
    """A few orders of a file, inside the fenced transaction."""
    draft_files.draft_some(DraftFile.objects.select_related("importer").get(pk=errand.subject_id))


errands.handle(draft_files.DRAFT, work=lambda errand: None, settle=draft_some)


def import_some(errand, _nothing) -> None:
    """A slice of a file of consignments, inside the fenced transaction."""
    import_files.work(ImportFile.objects.select_related("importer").get(pk=errand.subject_id))


errands.handle(import_files.WORK, work=lambda errand: None, settle=import_some)
