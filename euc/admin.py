"""Back office: looking at certificates, undertakings and clauses, never changing them."""

from django.contrib import admin

from euc.models import Certificate, Clause, Undertaking
from workflow.admin import ReadOnlyAdmin


@admin.register(Certificate)
class CertificateAdmin(ReadOnlyAdmin):
    list_display = ["reference", "importer", "status", "submitted_at", "approved_at", "issued_at"]
    list_filter = ["status"]
    list_select_related = ["importer"]
    search_fields = ["reference", "importer__name"]
    fields = list_display


@admin.register(Undertaking)
class UndertakingAdmin(ReadOnlyAdmin):
    list_display = ["reference", "importer", "status", "signed_at", "approved_at"]
    list_filter = ["status"]
    list_select_related = ["importer"]
    search_fields = ["reference", "importer__name"]
    fields = list_display


@admin.register(Clause)
class ClauseAdmin(ReadOnlyAdmin):
    list_display = ["code", "version", "title", "status", "effective_from", "effective_until", "confidence"]
    list_filter = ["status"]
