"""Looking a value up by a key that is itself a value."""

from django import template

register = template.Library()


@register.filter
def at(mapping, key):
    return mapping.get(key, [])
