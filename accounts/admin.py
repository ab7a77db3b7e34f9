"""Organisations, sites and people in the back office. Roles are given by invitation, never here."""

from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _

from accounts import forms, services
from accounts.models import ApiToken, Invitation, Membership, Organisation, Site, User
from workflow.admin import ReadOnlyAdmin
from workflow.engine import NotAllowed


class NeverDeleted:
    """Rows stay: what was done by or for them refers to them."""

    def has_delete_permission(self, request, obj=None):
        return False


class Noted(NeverDeleted):
    """Every saved change is an event, in the same transaction."""

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        verb = "change" if change else "add"
        services.note_change(subject=obj, by=request.actor, verb=verb, details={"fields": form.changed_data})


class SiteInline(NeverDeleted, admin.StackedInline):
    model = Site
    form = forms.SiteForm
    extra = 0


@admin.register(Organisation)
class OrganisationAdmin(Noted, admin.ModelAdmin):
    form = forms.OrganisationForm
    inlines = [SiteInline]
    list_display = ["name", "kind", "iec", "gstin", "is_active"]
    list_filter = ["kind", "is_active", "is_demonstration"]
    search_fields = ["name", "iec", "pan", "gstin"]


@admin.register(User)
class UserAdmin(Noted, admin.ModelAdmin):
    fields = ["email", "full_name", "language", "is_active", "joined_at", "last_login"]
    readonly_fields = ["email", "joined_at", "last_login"]
    list_display = ["email", "full_name", "is_active", "last_login"]
    search_fields = ["email", "full_name"]

    actions = ["reset_second_factors"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(is_system=False)

    @admin.action(description=_("Remove second factors (lost telephone or key)"))
    def reset_second_factors(self, request, queryset):
        for person in queryset:
            try:
                services.reset_second_factors(person=person, by=request.actor)
            except NotAllowed as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
            else:
                self.message_user(request, _("%(person)s sets up anew.") % {"person": person})

    def has_add_permission(self, request):
        return False


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    list_display = ["person", "organisation", "role", "designation", "is_active"]
    list_filter = ["role", "is_active"]
    list_select_related = ["person", "organisation"]
    search_fields = ["person__email", "person__full_name", "organisation__name"]


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ["email", "organisation", "role", "invited_by", "invited_at", "expires_at", "accepted_at"]
    list_select_related = ["organisation", "invited_by"]
    exclude = ["token_hash"]


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    list_display = ["name", "person", "organisation", "scope", "expires_at", "last_used_at", "revoked_at"]
    list_select_related = ["person", "organisation"]
    exclude = ["secret_hash"]
