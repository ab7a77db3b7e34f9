"""What machines meet first: `Authorization: Token <secret>`, how often they may ask, bodies, Idempotency-Key."""

import json
import re
from functools import wraps
from hashlib import sha256
from io import BytesIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import (
    authentication,
    exceptions,
    parsers,
    permissions,
    renderers,
    serializers,
    throttling,
)
from rest_framework.response import Response

from accounts import answers, tokens
from accounts import text as texts
from accounts.roles import Scope


class TokenAuthentication(authentication.TokenAuthentication):
    """Sets `request.actor` to the token's person as they stand now; a token that only reads changes nothing."""

    def authenticate(self, request):
        found = super().authenticate(request)
        if found is None:
            return None
        person, token = found
        actor = tokens.speaker(token)
        if actor is None:
            raise exceptions.AuthenticationFailed(_("The person of this token may not act any more."))
        only_reads = getattr(request.parser_context.get("view"), "only_reads", False)
        if request.method not in permissions.SAFE_METHODS and token.scope != Scope.DRAFT and not only_reads:
            raise exceptions.PermissionDenied(_("This token may only read."), code="read_only_token")
        tokens.note_use(token)
        request._request.actor = actor
        return person, token

    def authenticate_credentials(self, key):
        token = tokens.find(key)
        if token is None:
            raise exceptions.AuthenticationFailed(_("This token is unknown, expired or revoked."))
        return token.person, token


class TokenThrottle(throttling.SimpleRateThrottle):
    """So many requests a minute for each token; people in browsers are not counted."""

    scope = "token"

    def get_cache_key(self, request, view):
        return f"throttle-{request.auth.reference}" if request.auth else None


class BoundedJSONParser(parsers.JSONParser):
    """JSON of bounded size that can be stored: no half characters, no endless nesting."""

    def parse(self, stream, media_type=None, parser_context=None):
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(most + 1)
        if len(body) > most:
            raise TooLarge
        try:
            found = super().parse(BytesIO(body), media_type, parser_context)
            json.dumps(found, ensure_ascii=False).encode()
        except RecursionError:
            raise exceptions.ParseError(_("This JSON is nested too deeply.")) from None
        except UnicodeError:
            raise exceptions.ParseError(_("This JSON holds half of a character.")) from None
        return found


class TooLarge(exceptions.APIException):
    status_code = 413
    default_detail = gettext_lazy("The request is too large.")
    default_code = "too_large"


class InFlight(exceptions.APIException):
    status_code = 409
    default_code = "in_flight"


class OtherRequest(exceptions.APIException):
    status_code = 422
    default_code = "key_of_another_request"


class AnyFile(renderers.BaseRenderer):
    """Files come as they are, whatever is accepted; refusals stay problem details."""

    media_type = "*/*"
    format = "file"

    def render(self, data, *_context, **_given):
        return renderers.JSONRenderer().render(data)


class KnownInputs(serializers.Serializer):
    """An object that is read member by member; one that nobody asks for is refused, not passed over."""

    def to_internal_value(self, data):
        if isinstance(data, dict) and (strange := set(data) - set(self.fields)):
            said = exceptions.ErrorDetail(_("There is no such input."), code="unknown")
            raise exceptions.ValidationError({str(name)[:200]: [said] for name in strange})
        return super().to_internal_value(data)


class LineOfText(serializers.CharField):
    """Text as the forms take it: one line, without signs that cannot be seen."""

    clean = staticmethod(texts.clean_line)

    def __init__(self, *, max_length, **given):
        self.most = max_length
        super().__init__(trim_whitespace=False, max_length=max_length, **given)

    def to_internal_value(self, data):
        text = super().to_internal_value(data)
        try:
            return self.clean(text, max_length=self.most) if text else text
        except ValidationError as problem:
            raise exceptions.ValidationError(serializers.get_error_detail(problem)) from None


class LinesOfText(LineOfText):
    """The same in several lines."""

    clean = staticmethod(texts.clean_text)


KEY = re.compile(r"[\x21-\x7e]{1,255}")


def once(handler):
    """Do a changing request in one transaction; with an Idempotency-Key once, and again gives the same answer."""

    @wraps(handler)
    def guarded(self, request, *args, **given):
        key = request.headers.get("Idempotency-Key")
        if key is None:
            with transaction.atomic():
                return handler(self, request, *args, **given)
        if not KEY.fullmatch(key):
            raise exceptions.ParseError(_("An Idempotency-Key has 1 to 255 signs of ASCII, without spaces."))
        answer = _turn(request, key)
        if answer.status is not None:
            return _again(answer)
        try:
            with transaction.atomic():
                response = handler(self, request, *args, **given)
                _keep(answer, response)
        except Exception as error:
            return _refused(self, answer, error)
        return response

    return guarded


def _turn(request, key):
    try:
        return answers.begin(
            organisation=request.actor.organisation, key=key, request_hash=_fingerprint(request)
        )
    except answers.OtherRequest as refusal:
        raise OtherRequest(str(refusal)) from None
    except answers.InFlight as refusal:
        raise InFlight(str(refusal)) from None


def _fingerprint(request) -> str:
    """Who asks for what with which body; a file by its bytes, for the boundaries of a form differ each time."""
    found = sha256(f"{request.method} {request.get_full_path()} {request.user.pk}\n".encode())
    data = request.data
    if hasattr(data, "lists"):
        data = {name: values for name, values in data.lists() if name not in request.FILES}
    found.update(json.dumps(data, sort_keys=True).encode())
    for name, file in sorted(request.FILES.items()):
        found.update(f"\n{name} {file.name} ".encode(errors="replace"))
        found.update(sha256(file.read()).digest())
        file.seek(0)
    return found.hexdigest()


def _keep(answer, response):
    body = renderers.JSONRenderer().render(response.data).decode()
    location = response.headers.get("Location", "")
    answers.keep(answer, status=response.status_code, body=body, location=location)


def _refused(view, answer, error):
    """A refusal is an answer and is kept; a failure is none, and leaves the key free."""
    try:
        if isinstance(error, answers.InFlight):
            raise error
        response = view.handle_exception(error)
        _keep(answer, response)
    except answers.InFlight as lost:
        return view.handle_exception(InFlight(str(lost)))
    except Exception:
        answers.give_up(answer)
        raise
    return response


def _again(answer):
    headers = {"Idempotent-Replayed": "true"} | ({"Location": answer.location} if answer.location else {})
    kind = "application/problem+json" if answer.status >= 400 else None
    body = json.loads(answer.body) if answer.body else None
    return Response(body, status=answer.status, headers=headers, content_type=kind)
