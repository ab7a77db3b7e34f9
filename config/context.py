"""What every template may know: the product's name, the mode, the acting person."""

from django.conf import settings


def site(request):
    return {
        "product_name": settings.PRODUCT_NAME,
        "demonstration": settings.DEMONSTRATION,
        "site_url": settings.SITE_URL,
        "actor": getattr(request, "actor", None),
    }
