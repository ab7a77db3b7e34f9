"""Wiring: settings, addresses, home page, Celery, start-up. Nothing about certificates."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
