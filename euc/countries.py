"""Countries and currencies as choices, in the reader's language, from Babel's tables."""

from functools import lru_cache

from babel import Locale
from django.utils.translation import get_language

# Codes Babel lists that are no country of a postal address.
NOT_COUNTRIES = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "CQ"}
CURRENCIES = ("INR", "USD", "CNY", "EUR", "JPY", "HKD")


@lru_cache(maxsize=8)
def _choices(language: str) -> list[tuple[str, str]]:
    names = Locale.parse(language.replace("-", "_"), sep="_").territories
    two_letters = {code: name for code, name in names.items() if len(code) == 2 and code.isalpha()}
    named = [(code, name) for code, name in two_letters.items() if code not in NOT_COUNTRIES]
    return [("", ""), *sorted(named, key=lambda pair: pair[1])]


def choices() -> list[tuple[str, str]]:
    return _choices(get_language() or "en")


def name(code: str) -> str:
    return dict(choices()).get(code, code)
