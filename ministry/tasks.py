"""Errands of this app: the slices of exports, the overview by mail."""

from django.utils import timezone

from ministry import digesting, emails, exporting
from ministry.models import DigestChoice, Export
from workflow import errands


def write_export(errand) -> exporting.Slice:
    return exporting.write(Export.objects.get(pk=errand.subject_id), errand.lease_token.hex)


def keep_slice(errand, written: exporting.Slice) -> None:
    exporting.keep(Export.objects.get(pk=errand.subject_id), written)


errands.handle(exporting.WRITE, work=write_export, settle=keep_slice)


def send_digest(errand) -> None:
    """Nothing for who wants none any more, or may not read it."""
    choice = DigestChoice.objects.select_related("person", "organisation").get(pk=errand.subject_id)
    if digesting.reader_of(choice):
        emails.send_digest(choice, key=f"figures-{errand.pk}", at=timezone.now())


errands.handle(digesting.SEND, work=send_digest, settle=lambda errand, result: None)
