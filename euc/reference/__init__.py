"""Reference data that ships with the product: dated, sourced rows that officers maintain afterwards."""

import json
from datetime import date
from pathlib import Path

from django.db import transaction

from euc.models import Clause

CLAUSES = Path(__file__).with_name("clauses.json")


@transaction.atomic
def load() -> int:
    """Add the clauses that are not there yet; how many. Rows that exist are never changed."""
    added = 0
    for row in json.loads(CLAUSES.read_text(encoding="utf-8")):
        row["effective_from"] = date.fromisoformat(row["effective_from"])
        _clause, is_new = Clause.objects.get_or_create(code=row.pop("code"), version=1, defaults=row)
        added += is_new
    return added
