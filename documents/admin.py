"""Back office: looking at stored files and documents, never changing them."""

from django.contrib import admin

from documents.models import Document, StoredFile


class ReadOnlyAdmin(admin.ModelAdmin):
    def has_add_permission(self, request, obj=None):
        return False

    has_change_permission = has_delete_permission = has_add_permission


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
