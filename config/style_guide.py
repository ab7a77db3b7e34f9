"""The specimens of the style guide. Every name and number here is invented for demonstration."""

import datetime

from django import forms
from django.utils.translation import gettext as _

NOW = datetime.datetime(2026, 11, 20, 6, 10, tzinfo=datetime.UTC)


class SpecimenForm(forms.Form):
    """One field of each kind, two of them wrong."""

    reference = forms.CharField(label="Purchase order number", help_text="As printed on the order.")
    ordered_on = forms.CharField(label="Order date", help_text="Day-month-year, for example 02-11-2026.")
    family = forms.ChoiceField(
        label="Magnet family",
        choices=[("", "Choose…"), ("S", "NdFeB, sintered"), ("B", "NdFeB, bonded"), ("C", "SmCo")],
    )
    sector = forms.ChoiceField(
        label="Destination of the product",
        widget=forms.RadioSelect,
        choices=[("IN", "India only"), ("OTHER", "Another country")],
    )
    evidence = forms.MultipleChoiceField(
        label="Evidence attached",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("A", "Composition report"), ("B", "Production photographs")],
    )
    purpose = forms.CharField(
        label="Purpose",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Name the machine, the part and the place of assembly.",
    )
    drawing = forms.FileField(
        label="Product drawing", required=False, help_text="PDF, PNG or JPEG, up to 10 MB."
    )
    is_civil = forms.BooleanField(
        label="The product has civil use only", help_text="Answer for every model named above."
    )


class FilterForm(forms.Form):
    q = forms.CharField(label="Search", required=False)
    status = forms.ChoiceField(label="Status", required=False, choices=[("", "Any"), ("ISSUED", "Issued")])


def _form() -> SpecimenForm:
    form = SpecimenForm(
        {"reference": "", "ordered_on": "31-02-2026", "family": "S", "sector": "IN", "is_civil": "on"},
        auto_id="specimen_%s",
    )
    form.is_valid()
    form.add_error("ordered_on", "31-02-2026 is not a day of the calendar.")
    return form


def _goods() -> list[dict]:
    return [
        {
            "line": 1,
            "description": "Rotor segment, demonstration",
            "grade": "N42UH",
            "weight_mg": 1_200_000_000,
            "pieces": 24000,
            "value": "84000.00",
        },
        {
            "line": 2,
            "description": "Sensor ring, demonstration",
            "grade": "SmCo 2:17",
            "weight_mg": 123_456_000_123,
            "pieces": 150000,
            "value": "1234567.50",
        },
    ]


def _events() -> list[dict]:
    step = datetime.timedelta(hours=5)
    return [
        {
            "at": NOW + 3 * step,
            "label": "Issued",
            "by": "Demo Senior",
            "designation": "Joint Director",
            "organisation": "Demonstration Authority",
            "tone": "success",
            "icon": "seal",
        },
        {
            "at": NOW + 2 * step,
            "label": "Approved",
            "by": "Demo Officer",
            "organisation": "Demonstration Authority",
            "tone": "info",
            "icon": "check",
        },
        {
            "at": NOW + step,
            "label": "Returned",
            "by": "Demo Officer",
            "organisation": "Demonstration Authority",
            "tone": "warning",
            "icon": "return",
            "note": "Name the plant where the rotor is assembled.",
        },
        {
            "at": NOW,
            "label": "Submitted",
            "by": "Demo Signatory",
            "organisation": "Demonstration Motors",
            "icon": "send",
        },
    ]


def _tasks() -> list[dict]:
    states = [
        ("Parties", "complete", ""),
        ("Purchase order", "complete", ""),
        ("Goods", "attention", "2 things to mend"),
        ("End use", "in_progress", ""),
        ("Undertakings", "not_started", ""),
        ("Check and submit", "locked", "When all steps are complete"),
    ]
    return [
        {"label": label, "url": "#", "state": state, "hint": hint, "is_current": label == "End use"}
        for label, state, hint in states
    ]


def specimens() -> dict:
    """Everything `config/style.html` shows."""
    return {
        "form": _form(),
        "filter_form": FilterForm(auto_id="filter_%s"),
        "goods": _goods(),
        "events": _events(),
        "tasks": _tasks(),
        "statuses": [
            "DRAFT",
            "SUBMITTED",
            "RETURNED",
            "APPROVED",
            "ISSUED",
            "EXPIRED",
            "REVOKED",
            "SUPERSEDED",
        ],
        "steps": [
            {"label": "Approve", "url": "#", "tone": "primary", "icon": "check"},
            {"label": "Return", "url": "#", "tone": "secondary", "icon": "return"},
            {"label": "Revoke", "url": "#", "tone": "danger", "icon": "stop"},
        ],
        "stats": [
            {"label": "In force", "value": "128", "hint": "3,06,400.000 kg", "url": "#"},
            {
                "label": "Waiting for you",
                "value": "7",
                "hint": "oldest 4 days",
                "url": "#",
                "tone": "warning",
            },
            {"label": "Returned", "value": "2", "hint": "to be mended", "url": "#"},
            {"label": "Revoked", "value": "1", "hint": "this month", "tone": "danger"},
        ],
        "rows": [
            {"label": "Exporter", "value": "Demonstration Magnetics Co., Ltd."},
            {"label": "Exporter, in Chinese", "value": "示范磁材有限公司", "lang": "zh-Hans"},
            {"label": "Net weight", "value": "1,200.000 kg", "change_url": "#"},
            {"label": "Valid until", "value": "20-11-2027", "change_url": "#"},
        ],
        "changes": [
            {"label": "Plant", "old": "Pune", "new": "Plot 12, Chakan, Pune 410501"},
            {"label": "Model", "old": "", "new": "Demo Hub Motor 48 V"},
        ],
        "comment": {"by": "Demo Officer", "at": NOW, "text": "Name the plant where the rotor is assembled."},
        "crumbs": [{"label": _("Certificates"), "url": "#"}, {"label": "EUC/0388000001/2026-27/0001"}],
        "swatches": ["brand", "copper", "ink", "paper", "surface", "info", "success", "warning", "danger"],
    }
