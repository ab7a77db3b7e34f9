"""Two addresses for the machines that watch: is the process alive, and can it serve."""

import logging
import os

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

log = logging.getLogger(__name__)


@require_safe
@never_cache
def livez(request):
    """The process answers; nothing else is asked, so that a slow database restarts no web server."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request):
    """200 when the database answers and files can be written, else 503 naming what is missing.

    The broker is not asked: without it approvals are still accepted and their work is owed.
    """
    checks = {"database": _database_answers(), "files": _files_are_writable()}
    return JsonResponse(checks, status=200 if all(checks.values()) else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
    except DatabaseError:
        log.exception("The database does not answer")
        return False
    return True


def _files_are_writable() -> bool:
    folder = settings.FILES_DIR if settings.FILES_DIR.exists() else settings.VAR_DIR
    return os.access(folder, os.W_OK)


urlpatterns = [
    path("livez", livez, name="livez"),
    path("readyz", readyz, name="readyz"),
]
