"""Middleware that belongs to no app: caching rules for private pages."""


class NoStoreMiddleware:
    """Pages shown to a signed-in person are never stored by a shared or private cache."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if getattr(request, "user", None) and request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response
