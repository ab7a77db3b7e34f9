from django.apps import AppConfig


class EucConfig(AppConfig):
    name = "euc"
    default_auto_field = "django.db.models.BigAutoField"
