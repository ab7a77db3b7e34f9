"""References in addresses: EUC-0388000001-2026-27-0001 stands for EUC/0388000001/2026-27/0001."""

from django.urls import register_converter

from euc.completeness import PAGES


class ReferenceConverter:
    regex = "(?:EUC|NRU)-[0-9A-Z]{10}-[0-9]{4}-[0-9]{2}-[0-9]{4,9}"

    def to_python(self, value: str) -> str:
        kind, iec, start, end, serial = value.split("-")
        return f"{kind}/{iec}/{start}-{end}/{serial}"

    def to_url(self, value: str) -> str:
        return value.replace("/", "-")


register_converter(ReferenceConverter, "reference")


class DraftPageConverter:
    """One of the drafting pages, by its name."""

    regex = "|".join(PAGES)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(DraftPageConverter, "draftpage")
