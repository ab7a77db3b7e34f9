"""References in addresses: LIC-0388000001-2026-27-0001 stands for LIC/0388000001/2026-27/0001."""

from django.urls import register_converter
from django.urls.converters import StringConverter

from euc.converters import ReferenceConverter


class CaseConverter(ReferenceConverter):
    regex = "LIC-[0-9A-Z]{10}-[0-9]{4}-[0-9]{2}-[0-9]{4,9}"


class FeedConverter(StringConverter):
    """The key of a feed: 30 hexadecimal digits."""

    regex = "[0-9a-f]{30}"


register_converter(CaseConverter, "case")
register_converter(FeedConverter, "feed")
