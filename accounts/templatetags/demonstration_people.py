"""The demonstration people for the first page."""

from django import template

from accounts import demonstration

register = template.Library()


@register.simple_tag
def demonstration_people():
    return demonstration.cards()
