"""The back office (Django admin): for administrators of the platform only, entered through the common sign-in."""

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models.base import ModelBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role

# Tables of libraries (addresses, second factors, groups) would be a way into other people's accounts.
OWN_APPS = {"accounts", "documents", "euc", "workflow"}


class BackOffice(AdminSite):
    site_header = _("Back office")
    site_title = _("Back office")
    index_title = _("Organisations and people")
    site_url = "/"

    def register(self, model_or_iterable, admin_class=None, **options):
        """Take only tables of our own apps; what libraries bring along is left out."""
        models = [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else model_or_iterable
        own = [model for model in models if model._meta.app_label in OWN_APPS]
        super().register(own, admin_class, **options)

    def has_permission(self, request):
        """Only while acting as an administrator: the role is not carried over from another organisation."""
        actor = getattr(request, "actor", None)
        return actor is not None and actor.has(Role.ADMINISTRATOR)

    def login(self, request, extra_context=None):
        """No second door: anonymous people go to the common sign-in, others are refused."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.GET.get("next", reverse("admin:index")))
        if not self.has_permission(request):
            raise PermissionDenied
        return redirect("admin:index")
