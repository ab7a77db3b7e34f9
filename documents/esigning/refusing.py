"""Why an answer of the ESP is not taken, in the reader's words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

REFUSALS = {
    "EMPTY": gettext_lazy("No answer of the eSign provider came."),
    "TOO_LARGE": gettext_lazy("The answer is larger than any answer of an eSign provider can be."),
    "UNREADABLE": gettext_lazy("The answer cannot be read as one of an eSign provider."),
    "FORGED": gettext_lazy("The answer is not signed by our eSign provider, or was changed on its way."),
    "FOREIGN": gettext_lazy("The answer belongs to no signing that was begun here."),
    "SPENT": gettext_lazy("This signing was settled already; the answer changed nothing."),
    "LATE": gettext_lazy("The answer came too late: the time for this signing is over."),
    "STALE": gettext_lazy("The answer says that it was made at another time than this signing."),
    "NOT_NOW": gettext_lazy(
        "The signature cannot be judged just now. Load this page again in a minute; nothing is lost yet."
    ),
    "NO_SIGNATURE": gettext_lazy("The answer does not carry exactly one signature for our document."),
    "HASH": gettext_lazy("The signature in the answer belongs to another document."),
    "CERTIFICATE": gettext_lazy("The certificate in the answer is not the one that signed."),
    "SIGNATURE": gettext_lazy("The signature in the answer cannot be read."),
    "NO_FIELD": gettext_lazy(
        "The sealed document has no place for a signature by eSign. Sign it with the company's DSC."
    ),
    "REBUILT": gettext_lazy("The document cannot be put together again as it was when the signing began."),
}


class Refused(ValueError):
    """The answer is not taken; `code` names why and `message` says it."""

    def __init__(self, code: str):
        self.code = code
        super().__init__(code)

    @property
    def message(self) -> str:
        return str(REFUSALS[self.code])
