"""Showing a bounded count."""

from django import template

from euc import paging

register = template.Library()
register.filter("shown_count", paging.shown_count)
