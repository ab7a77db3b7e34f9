"""What may be sent in JSON, described for the OpenAPI schema from the forms themselves; `euc.shapes` reads it."""

from typing import Any

from django import forms as django_forms
from rest_framework import serializers

from accounts.fields import KilogramField, StrictDateField, StrictDecimalField, StrictIntegerField
from euc import drafting_forms
from euc.kinds import EvidenceKind
from euc.models import Party

MOST_MG = 10**15


def described(field: django_forms.Field) -> serializers.Field:
    """One input of a form as one member of a JSON object."""
    given: dict[str, Any] = {"required": False, "allow_null": True, "help_text": _help(field)}
    if isinstance(field, django_forms.BooleanField):
        return serializers.BooleanField(required=False, help_text=_help(field))
    if isinstance(field, django_forms.TypedChoiceField):
        return serializers.BooleanField(**given)
    if isinstance(field, KilogramField):
        given["help_text"] = f"{field.label}: whole milligrams.".replace(" in kg", "").replace(", in kg", "")
        return serializers.IntegerField(min_value=1, max_value=MOST_MG, **given)
    if isinstance(field, StrictIntegerField):
        return serializers.IntegerField(min_value=int(field.least), max_value=int(field.most), **given)
    if isinstance(field, StrictDecimalField):
        places = field.decimal_places
        digits = len(str(int(field.most))) + places
        return serializers.DecimalField(max_digits=digits, decimal_places=places, min_value=0, **given)
    if isinstance(field, StrictDateField):
        return serializers.DateField(**given)
    most = {"max_length": field.most} if hasattr(field, "most") else {}
    return serializers.CharField(allow_blank=True, **most, **given)


def _help(field: django_forms.Field) -> str:
    choices = [str(value) for value, _label in getattr(field, "choices", ()) if value]
    said = f"{field.label}. {field.help_text}".strip()
    return f"{said} One of {', '.join(choices)}." if 0 < len(choices) < 40 else said


def _object(name: str, fields: dict[str, serializers.Field]) -> type[serializers.Serializer]:
    return type(name, (serializers.Serializer,), fields)


def _of_form(name: str, form: django_forms.Form) -> type[serializers.Serializer]:
    return _object(name, {key: described(field) for key, field in form.fields.items()})


def _parties() -> type[serializers.Serializer]:
    form, roles = drafting_forms.PartiesForm(), {}
    for role in (value.lower() for value in Party.Role.values):
        own = {name: field for name, field in form.fields.items() if name.startswith(f"{role}-")}
        columns = {name.removeprefix(f"{role}-"): described(field) for name, field in own.items()}
        roles[role] = _object(f"{role.title().replace('_', '')}Input", columns)(required=False)
    return _object("PartiesInput", roles)


class NamedPartyInput(serializers.Serializer):
    name = serializers.CharField(max_length=200)
    number = serializers.CharField(max_length=20)


class UndertakingsInput(serializers.Serializer):
    clauses = serializers.ListField(
        child=serializers.CharField(), help_text="Codes of the offered clauses to give besides the required."
    )
    named = serializers.DictField(child=NamedPartyInput(), help_text="By clause, the party that it names.")
    relies_on = serializers.CharField(help_text="Reference of an undertaking for a period.")
    addressed_to = serializers.IntegerField(help_text="The authority, where there are several.")


LineInput = _of_form("LineInput", drafting_forms.LineForm())

DraftInput = _object(
    "DraftInput",
    {
        "parties": _parties()(required=False),
        "order": _of_form("OrderInput", drafting_forms.OrderForm())(required=False),
        "end_use": _of_form("EndUseInput", drafting_forms.EndUseForm())(required=False),
        "undertakings": UndertakingsInput(required=False),
    },
)
NewDraftInput = _object("NewDraftInput", {"goods": LineInput(many=True, required=False)})
NewDraftInput = type("NewDraftInput", (DraftInput, NewDraftInput), {})


class EvidenceInput(serializers.Serializer):
    kind = serializers.CharField(help_text=f"One of {', '.join(EvidenceKind.values)}.")
    line = serializers.IntegerField(
        required=False, help_text="The number of the goods line it is of; of all of them without."
    )
    file = serializers.FileField(help_text="PDF, PNG, JPEG or XLSX, at most 10 MB.")


class LineShown(LineInput):
    number = serializers.IntegerField()


class EvidenceShown(serializers.Serializer):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    line = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()
    sha256 = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")


class ProblemSerializer(serializers.Serializer):
    """Problem details, RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    fields = serializers.DictField(
        child=serializers.ListField(child=serializers.DictField(child=serializers.CharField())),
        help_text="By the path of the input, such as goods.1.grade: code and message of each fault.",
    )
