"""The Celery application. Tasks are declared in each app's tasks.py."""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
TRANSPORT_ALIASES["eucfs"] = "config.broker:Transport"

app = Celery("euc")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
