"""Loading what the actor may see; what they may not see and what does not exist are the same 404."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from euc.models import Certificate, Undertaking


def certificate(request: HttpRequest, reference: str) -> Certificate:
    mine = Certificate.objects.visible_to(request.actor)
    return get_object_or_404(
        mine.select_related(
            "importer", "end_use", "document", "original__step__rule", "supersedes", "repeats", "relies_on"
        ),
        reference=reference,
    )


def undertaking(request: HttpRequest, reference: str) -> Undertaking:
    mine = Undertaking.objects.visible_to(request.actor)
    related = ("importer", "certificate__end_use", "addressed_to", "document", "approving_authority")
    return get_object_or_404(mine.select_related(*related), reference=reference)
