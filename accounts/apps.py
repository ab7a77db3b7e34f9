from django.apps import AppConfig
from django.contrib.admin.apps import SimpleAdminConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
    default = True

    def ready(self):
        from accounts import notices
        from workflow import events

        events.recorded.connect(notices.on_event, dispatch_uid="accounts.notices")


class BackOfficeConfig(SimpleAdminConfig):
    """Django admin with our own gate instead of its own login page."""

    default_site = "accounts.back_office.BackOffice"

    def ready(self):
        super().ready()
        self.module.autodiscover()
