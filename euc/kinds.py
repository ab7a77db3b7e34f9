"""Closed lists of words that several models and the law share."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class EvidenceKind(models.TextChoices):
    COMPOSITION_REPORT = "COMPOSITION_REPORT", _("Composition report")
    BOARD_RESOLUTION = "BOARD_RESOLUTION", _("Board resolution")
    PRODUCTION_PHOTOGRAPHS = "PRODUCTION_PHOTOGRAPHS", _("Production photographs")
    PRODUCT_DRAWING = "PRODUCT_DRAWING", _("Drawing of the magnet in the product")
    COMPANY_PROFILE = "COMPANY_PROFILE", _("Company profile")
    TRADE_HISTORY = "TRADE_HISTORY", _("Trade history")
    CONTRACT = "CONTRACT", _("Contract or purchase order")
    OTHER = "OTHER", _("Other")


class Template(models.TextChoices):
    """The kinds of paper, each in the version that is drafted now."""

    CERTIFICATE = "CN-MOFCOM/1", _("End-user certificate for China")
    UNDERTAKING = "NRU/1", _("Undertaking for a period")
