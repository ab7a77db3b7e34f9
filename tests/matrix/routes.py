"""Every address the product answers, read from the URL configuration itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import get_resolver
from django.urls.resolvers import RegexPattern, URLPattern, URLResolver
from django.utils.regex_helper import normalize

PARAMETER = re.compile(r"<(?:[^>:]+:)?([^>]+)>")


@dataclass(frozen=True)
class Address:
    """One URL pattern: its full name, and its path with %(parameter)s for each parameter."""

    name: str
    template: str
    parameters: tuple[str, ...]

    def path(self, values: dict[str, object]) -> str:
        return "/" + self.template % values


def walk(patterns=None, namespaces: tuple[str, ...] = (), prefix: str = "") -> Iterator[Address]:
    """Every URL pattern, those of libraries included."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        text = prefix + _template(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = (*namespaces, entry.namespace) if entry.namespace else namespaces
            yield from walk(entry.url_patterns, inner, text)
        elif isinstance(entry, URLPattern):
            name = ":".join((*namespaces, entry.name or "unnamed"))
            yield Address(name, text, tuple(re.findall(r"%\((\w+)\)s", text)))


def _template(pattern) -> str:
    if isinstance(pattern, RegexPattern):
        return normalize(str(pattern))[0][0]
    return PARAMETER.sub(r"%(\1)s", str(pattern).replace("%", "%%"))
