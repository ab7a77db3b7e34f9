"""Back office: looking at history and owed work. Nothing of a life cycle is ever changed here."""

from django.contrib import admin

from workflow.models import Errand, Event


class ReadOnlyAdmin(admin.ModelAdmin):
    """A table one may look at; its verbs are elsewhere."""

    show_full_result_count = False

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ["at", "book", "number", "verb", "reference", "person_name", "to_status"]
    search_fields = ["reference", "verb", "person_name"]
    list_select_related = True
    ordering = ["-id"]


@admin.register(Errand)
class ErrandAdmin(ReadOnlyAdmin):
    list_display = ["reference", "kind", "state", "attempts", "created_at", "done_at", "last_error"]
    list_filter = ["state", "kind"]
    search_fields = ["reference"]
