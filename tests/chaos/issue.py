"""`issue.py PREFIX COUNT`: issue so many certificates through the services."""

import sys

import django

django.setup()

from euc import demonstration  # noqa: E402 - Django must be set up first


def reviewed_people() -> dict:
    """Who it takes to issue a certificate, as `demonstration.issued` names them."""
    people = demonstration.people()
    return {key: people[key] for key in ("drafter", "signatory", "officer", "senior")}


def main(prefix: str, count: int) -> None:
    who = reviewed_people()
    for number in range(count):
        demonstration.issued(**who, po_number=f"{prefix}-{number:04d}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
