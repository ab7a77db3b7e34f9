"""Back office: looking at stored files and documents, never changing them."""

from django.contrib import admin

from documents.models import Document, StoredFile
from workflow.admin import ReadOnlyAdmin


@admin.register(StoredFile)
class StoredFileAdmin(ReadOnlyAdmin):
    list_display = ["name", "media_type", "size", "book", "sha256", "created_at"]
    list_filter = ["media_type"]
    search_fields = ["name", "sha256", "book"]


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    list_display = ["reference", "revision", "kind", "sha256", "signed_at"]
    list_filter = ["kind"]
    search_fields = ["reference", "sha256"]
