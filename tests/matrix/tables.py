"""Every row of the product's own tables, and what a request changed of them."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models

OWN_APPS = {"accounts", "documents", "euc", "licensing", "shipments", "workflow"}
LIBRARY_APPS = {"account", "mfa"}


@cache
def own_models() -> tuple[type[models.Model], ...]:
    kept = OWN_APPS | LIBRARY_APPS
    found = apps.get_models(include_auto_created=True)
    return tuple(model for model in found if model._meta.app_label in kept and not model._meta.proxy)


def rows(tables: set[str] | None = None) -> dict[tuple, dict[str, Any]]:
    """Every row of these tables (else of every one that holds the product's data), by (model, key)."""
    return {
        (model._meta.label, row[model._meta.pk.attname]): row
        for model in own_models()
        if tables is None or model._meta.db_table in tables
        for row in model._base_manager.values()
    }


@dataclass
class Change:
    """One row that a request added, changed or deleted."""

    label: str
    pk: Any
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    def columns(self) -> dict[str, Any]:
        """The columns that differ, with their new values; everything for a new row."""
        if self.before is None or self.after is None:
            return self.after or {}
        return {name: value for name, value in self.after.items() if value != self.before[name]}


def differences(before: dict, after: dict) -> list[Change]:
    keys = [key for key in before.keys() | after.keys() if before.get(key) != after.get(key)]
    return [Change(*key, before.get(key), after.get(key)) for key in sorted(keys, key=str)]


def foreign_keys(label: str) -> list[tuple[str, str]]:
    """(column, model it points at) of one table."""
    fields = apps.get_model(label)._meta.concrete_fields
    return [(f.attname, f.related_model._meta.label) for f in fields if f.is_relation]
