from django.apps import AppConfig


class MinistryConfig(AppConfig):
    name = "ministry"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from ministry import pointing

        pointing.listen()
