"""Errands of this app: the slices of exports."""

from ministry import exporting
from ministry.models import Export
from workflow import errands


def write_export(errand) -> exporting.Slice:
    return exporting.write(Export.objects.get(pk=errand.subject_id), errand.lease_token.hex)


def keep_slice(errand, written: exporting.Slice) -> None:
    exporting.keep(Export.objects.get(pk=errand.subject_id), written)


errands.handle(exporting.WRITE, work=write_export, settle=keep_slice)
