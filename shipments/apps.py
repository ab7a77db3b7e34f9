from django.apps import AppConfig


class ShipmentsConfig(AppConfig):
    name = "shipments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from shipments import receivers

        receivers.listen()
