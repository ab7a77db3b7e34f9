"""Who may do what at which address. An address that is not listed here, or not covered by a rule, fails by name.

`get` and `post` name the visitors who get in; a method that is not named is 405 for everybody. Wrong visitors
meet 403 before anything is looked up, or 404 where the page itself decides by what one may see. Other
organisations' objects and absent ones are the same 404.
"""

from dataclasses import dataclass

from euc import examples

EVERYBODY = frozenset({"anonymous", "undecided"})  # stands for no condition at all
DRAFTERS = frozenset({"drafter", "signatory", "broker", "stranger"})
SIGNATORIES = frozenset({"signatory", "stranger"})
REVIEWERS = frozenset({"officer", "senior"})
SCREENERS = REVIEWERS | {"auditor"}
RECORDERS = DRAFTERS | REVIEWERS
READERS = DRAFTERS | REVIEWERS | {"auditor", "analyst"}
OVERSEERS = SCREENERS | {"analyst"}
ADMINISTRATOR = frozenset({"administrator"})
ACTORS = READERS | ADMINISTRATOR  # signed in and acting for an organisation
SIGNED_IN = ACTORS | {"undecided"}
KEEPERS = REVIEWERS | ADMINISTRATOR
NOBODY: frozenset[str] = frozenset()

OK, SEE_OTHER, FORBIDDEN, ABSENT, NO_SUCH_METHOD = "200", "302", "403", "404", "405"
UNAUTHORIZED = "401"
TO_SIGN_IN, TO_CHOOSE, CONFLICT = "to sign in", "to choose an organisation", "409"
ANSWERED = "200/302/422"


@dataclass(frozen=True)
class Route:
    """The policy of one address."""

    get: frozenset[str] | None = None
    post: frozenset[str] | None = None
    subject: str = ""  # what its parameters name; `harness.SUBJECTS` finds own, other's and absent ones
    at: str = ""  # the stage of the certificate for which it must succeed
    turned_away: str = FORBIDDEN
    after_post: str = SEE_OTHER
    after_get: str = OK
    head: bool = True
    is_bearer: bool = False  # whoever holds the address may read `shows` and nothing more
    is_shared: bool = False  # visitors who get in may handle every organisation's objects
    shows: frozenset[str] = frozenset()
    query: str = ""
    takes_file: bool = False
    is_scoped: bool = True  # carries data of an organisation: the control run must catch it
    looks_first: bool = False  # finds the organisation before it asks for the role
    patch: frozenset[str] | None = None
    delete: frozenset[str] | None = None
    json: dict | None = None  # what a machine sends
    writers: frozenset[str] = DRAFTERS  # which machines' owners may change something
    after_patch: str = OK
    after_delete: str = "204"
    is_signed: bool = False  # no session speaks here, so no form's token is asked for
    is_api: bool = (
        False  # refuses with 401 or 403 before it looks at the method, and knows no page to sign in
    )

    def who(self, method: str) -> frozenset[str] | None:
        if method == "GET" or (method == "HEAD" and self.head):
            return self.get
        return {"POST": self.post, "PATCH": self.patch, "DELETE": self.delete}.get(method)


def _open(**given) -> Route:
    return Route(is_scoped=False, **given)


def _room(**given) -> Route:
    return _open(subject="room-token", at="ISSUED", is_bearer=True, **given)


ROUTES = {
    "home": Route(get=ACTORS | {"anonymous"}),
    "accessibility": _open(get=EVERYBODY),
    "style": _open(get=EVERYBODY),
    "theme": _open(post=EVERYBODY),
    "livez": _open(get=EVERYBODY),
    "readyz": _open(get=EVERYBODY),
    "notice-list": Route(get=ACTORS),
    "notice-read": _open(post=ACTORS),
    "notice-settings": _open(get=ACTORS, post=ACTORS, after_post=ANSWERED),
    "search": Route(get=ACTORS, query="?q=knry"),
    "deliveries": _open(get=KEEPERS),
    "delivery-retry": Route(post=KEEPERS, subject="errand", is_shared=True, is_scoped=False),
    # Certificates
    "euc:certificate-list": Route(get=READERS),
    "euc:certificate-create": _open(post=DRAFTERS),
    "euc:queue": _open(get=REVIEWERS),
    "euc:queue-assign": _open(post=REVIEWERS),
    "euc:queue-filter-keep": _open(post=REVIEWERS),
    "euc:queue-filter-remove": _open(post=REVIEWERS),
    "euc:certificate-detail": Route(get=READERS, subject="certificate", at="ISSUED"),
    "euc:certificate-copy": Route(post=DRAFTERS, subject="certificate", at="ISSUED"),
    "euc:certificate-preview": Route(get=READERS, subject="certificate", at="SUBMITTED"),
    "euc:certificate-changes": Route(get=READERS, subject="certificate", at="SUBMITTED"),
    "euc:certificate-progress": Route(get=READERS, subject="certificate", at="ISSUED"),
    "euc:certificate-document": Route(get=READERS, subject="certificate", at="ISSUED"),
    "euc:certificate-json": Route(get=READERS, subject="certificate", at="ISSUED"),
    "euc:certificate-evidence": Route(get=READERS - {"analyst"}, subject="evidence", at="SUBMITTED"),
    "euc:evidence-view": Route(get=READERS - {"analyst"}, subject="evidence", at="SUBMITTED"),
    "euc:evidence-picture": Route(get=READERS - {"analyst"}, subject="evidence-page", at="SUBMITTED"),
    "euc:certificate-review": Route(get=REVIEWERS, subject="certificate", at="SUBMITTED"),
    "euc:countersign": Route(
        get=SIGNATORIES,
        post=SIGNATORIES,
        subject="certificate",
        at="ISSUED",
        after_get="200/409",
        after_post="409",
    ),
    "euc:esign": Route(
        get=SIGNATORIES,
        post=SIGNATORIES,
        subject="certificate",
        at="ISSUED",
        after_get="409",
        after_post="409",
    ),
    "euc:esign-answer": _open(post=EVERYBODY, is_signed=True, after_post=ABSENT),
    "euc:countersigned": Route(get=READERS, subject="certificate", at="ISSUED"),
    "euc:dossier": Route(get=READERS - {"analyst"}, subject="certificate", at="ISSUED"),
    "euc:dossier-progress": Route(get=READERS - {"analyst"}, subject="certificate", at="ISSUED"),
    "euc:dossier-fetch": Route(post=RECORDERS, subject="certificate", at="ISSUED"),
    "euc:certificate-comment": Route(
        get=REVIEWERS,
        post=REVIEWERS,
        subject="certificate",
        at="SUBMITTED",
        query="?page=order&field=po_number",
    ),
    "euc:certificate-step": Route(get=READERS, post=READERS, subject="certificate-step", turned_away=ABSENT),
    # The paper original
    "euc:original-list": Route(get=READERS),
    "euc:original": Route(get=READERS, subject="certificate", at="ISSUED"),
    "euc:original-record": Route(
        get=RECORDERS, post=RECORDERS, subject="original-kind", at="ISSUED", after_post=ANSWERED
    ),
    "euc:original-correct": Route(
        get=RECORDERS, post=RECORDERS, subject="original-entry", at="ISSUED", after_post=ANSWERED
    ),
    "euc:original-reverse": Route(
        get=RECORDERS, post=RECORDERS, subject="original-entry", at="ISSUED", after_post=ANSWERED
    ),
    "euc:true-copy-make": Route(post=RECORDERS, subject="certificate", at="ISSUED"),
    "euc:true-copy": Route(get=READERS, subject="true-copy", at="ISSUED"),
    "euc:original-scan": Route(get=RECORDERS | {"auditor"}, subject="original-entry", at="ISSUED"),
    "euc:original-station-add": Route(post=RECORDERS, subject="original-rule", at="ISSUED"),
    "euc:original-station-remove": Route(post=RECORDERS, subject="original-station", at="ISSUED"),
    "euc:give-up": Route(get=SIGNATORIES, post=SIGNATORIES, subject="line", at="ISSUED", after_post=ANSWERED),
    "euc:attestation-list": _open(get=READERS),
    "euc:attestation-detail": _open(get=READERS, subject="attestation", is_shared=True),
    "euc:attestation-propose": _open(get=REVIEWERS, post=REVIEWERS, after_post=ANSWERED),
    "euc:attestation-step": _open(
        get=REVIEWERS, post=REVIEWERS, subject="attestation-step", is_shared=True, after_post=ANSWERED
    ),
    # Drafting
    "euc:draft": Route(
        get=DRAFTERS, post=DRAFTERS, subject="draft-page", at="DRAFT", after_post=ANSWERED, takes_file=True
    ),
    "euc:draft-line-add": Route(post=DRAFTERS, subject="certificate", at="DRAFT"),
    "euc:draft-line": Route(get=DRAFTERS, post=DRAFTERS, subject="line", at="DRAFT"),
    "euc:draft-line-change": Route(post=DRAFTERS, subject="line", at="DRAFT"),
    "euc:evidence-begin": Route(
        post=DRAFTERS, subject="certificate", at="DRAFT", after_post="400", is_scoped=False
    ),
    "euc:evidence-part": Route(
        get=DRAFTERS,
        patch=DRAFTERS,
        subject="arriving-part",
        at="DRAFT",
        after_patch="400",
        is_scoped=False,
    ),
    "euc:draft-evidence-remove": Route(post=DRAFTERS, subject="evidence", at="DRAFT"),
    # Files of orders
    "euc:draft-file-list": Route(get=DRAFTERS, post=DRAFTERS, after_post="422"),
    "euc:draft-file-template": _open(get=DRAFTERS, subject="ending", is_shared=True),
    "euc:draft-file": Route(get=DRAFTERS, subject="draft-file"),
    "euc:draft-file-progress": _open(get=DRAFTERS, subject="draft-file"),
    "euc:draft-file-start": Route(post=DRAFTERS, subject="draft-file"),
    "euc:draft-file-reasons": Route(get=DRAFTERS, subject="draft-file"),
    "euc:comment-settle": Route(post=DRAFTERS, subject="comment", at="RETURNED"),
    # Undertakings
    "euc:undertaking-list": Route(get=READERS),
    "euc:undertaking-detail": Route(get=READERS, subject="undertaking", at="ISSUED"),
    "euc:undertaking-create": _open(post=DRAFTERS),
    "euc:undertaking-draft": Route(
        get=DRAFTERS, post=DRAFTERS, subject="pledge", at="NRU-DRAFT", after_post=ANSWERED
    ),
    "euc:undertaking-preview": Route(get=READERS, subject="undertaking", at="ISSUED"),
    "euc:undertaking-changes": Route(get=READERS, subject="undertaking", at="ISSUED"),
    "euc:undertaking-progress": Route(get=READERS, subject="undertaking", at="ISSUED"),
    "euc:undertaking-document": Route(get=READERS, subject="undertaking", at="ISSUED"),
    "euc:undertaking-countersign": Route(
        get=SIGNATORIES,
        post=SIGNATORIES,
        subject="undertaking",
        at="ISSUED",
        after_get="200/409",
        after_post="409",
    ),
    "euc:undertaking-countersigned": Route(get=READERS, subject="undertaking", at="ISSUED"),
    "euc:undertaking-step": Route(get=READERS, post=READERS, subject="undertaking-step", turned_away=ABSENT),
    # Chinese export licences
    "licensing:case-list": Route(get=READERS),
    "licensing:register": Route(get=READERS),
    "licensing:calendar": _open(get=READERS),
    "licensing:calendar-correct": _open(get=REVIEWERS, post=REVIEWERS, after_post=ANSWERED),
    "licensing:case-open": Route(post=RECORDERS, subject="certificate", at="ISSUED"),
    "licensing:case-detail": Route(get=READERS, subject="case", at="ISSUED"),
    "licensing:report-create": Route(
        get=RECORDERS, post=RECORDERS, subject="case", at="ISSUED", after_post=ANSWERED
    ),
    "licensing:report-withdraw": Route(
        get=RECORDERS, post=RECORDERS, subject="report", at="ISSUED", after_post=ANSWERED
    ),
    "licensing:report-decide": Route(
        get=RECORDERS, post=RECORDERS, subject="report", at="ISSUED", after_post=ANSWERED
    ),
    "licensing:report-evidence": Route(get=RECORDERS | {"auditor"}, subject="report", at="ISSUED"),
    "licensing:brief": Route(get=READERS, post=RECORDERS, subject="case", at="ISSUED", after_post=ANSWERED),
    "licensing:brief-file": Route(get=RECORDERS | {"auditor"}, subject="brief", at="ISSUED"),
    # Mail of a case; what belongs to none is the authority's
    "licensing:mail-list": Route(get=RECORDERS | {"auditor"}, query="?show=ALL"),
    "licensing:mail": Route(get=RECORDERS | {"auditor"}, subject="mail", at="ISSUED"),
    "licensing:mail-file": Route(get=RECORDERS | {"auditor"}, subject="mail", at="ISSUED"),
    "licensing:mail-match": Route(
        post=REVIEWERS, subject="mail", at="ISSUED", after_post="422", is_scoped=False
    ),
    "licensing:mail-confirm": Route(
        get=RECORDERS, post=RECORDERS, subject="mail-suggestion", at="ISSUED", after_post=ANSWERED
    ),
    "licensing:mail-dismiss": Route(post=RECORDERS, subject="mail-suggestion", at="ISSUED"),
    "licensing:room-invite": Route(
        get=DRAFTERS, post=DRAFTERS, subject="case", at="ISSUED", after_post=ANSWERED
    ),
    "licensing:room-revoke": Route(get=DRAFTERS, post=DRAFTERS, subject="room-invitation", at="ISSUED"),
    # Feeds are their own organisation's, whichever it is
    "licensing:feed-list": Route(get=RECORDERS | {"auditor"}),
    "licensing:feed-add": _open(get=RECORDERS, post=RECORDERS, after_post=ANSWERED),
    "licensing:feed": Route(get=RECORDERS | {"auditor"}, subject="feed"),
    "licensing:feed-change": Route(get=RECORDERS, post=RECORDERS, subject="feed", after_post=ANSWERED),
    "licensing:feed-pause": Route(post=RECORDERS, subject="feed"),
    "licensing:feed-resume": Route(post=RECORDERS, subject="feed", is_scoped=False),
    "licensing:feed-read": Route(post=RECORDERS, subject="feed", is_scoped=False),
    "licensing:feed-remove": Route(get=RECORDERS, post=RECORDERS, subject="feed"),
    "licensing:feed-secret": Route(post=RECORDERS, subject="feed", after_post=OK),
    "licensing:feed-upload": Route(
        post=RECORDERS, subject="feed", after_post="422", takes_file=True, is_scoped=False
    ),
    "licensing:feed-refused": Route(get=RECORDERS | {"auditor"}, subject="feed-run"),
    "api-feed": _open(post=EVERYBODY, subject="feed-hook", is_bearer=True, is_signed=True, after_post=ABSENT),
    "api:feed-source-list": Route(get=RECORDERS | {"auditor"}, is_api=True),
    "api:feed-source-detail": Route(get=RECORDERS | {"auditor"}, subject="feed", is_api=True),
    # The exporter's room: the link shows nothing but its door, whatever is asked of it without a code
    "licensing:room": _room(get=EVERYBODY),
    "licensing:room-code": _room(post=EVERYBODY, after_post="429"),  # ten were sent today
    "licensing:room-enter": _room(post=EVERYBODY, after_post="422"),
    "licensing:room-leave": _room(post=EVERYBODY),
    "licensing:room-report": _room(get=EVERYBODY, post=EVERYBODY, after_get=SEE_OTHER),
    "licensing:room-correction": _room(get=EVERYBODY, post=EVERYBODY, after_get=SEE_OTHER),
    "licensing:room-files": _room(get=EVERYBODY, after_get=SEE_OTHER),
    "licensing:room-fetch": _room(post=EVERYBODY),
    # Consignments, stock and mass balances
    "shipments:consignment-list": Route(get=READERS),
    "shipments:shippable": Route(get=DRAFTERS),
    "shipments:import-list": Route(get=DRAFTERS, post=DRAFTERS, after_post="422"),
    "shipments:import-template": _open(get=DRAFTERS, subject="ending", is_shared=True),
    "shipments:import-file": Route(get=DRAFTERS, post=DRAFTERS, subject="import-file", after_post=ANSWERED),
    "shipments:import-progress": _open(get=DRAFTERS, subject="import-file"),
    "shipments:import-cancel": Route(post=DRAFTERS, subject="import-file"),
    "shipments:import-reasons": Route(get=DRAFTERS, subject="import-file"),
    "shipments:arriving-list": Route(get=DRAFTERS, post=DRAFTERS, after_post="422"),
    "shipments:arriving-confirm": Route(post=DRAFTERS),
    "shipments:arriving-example": _open(get=DRAFTERS, subject="ending", is_shared=True),
    "shipments:arriving": Route(get=DRAFTERS, post=DRAFTERS, subject="arriving", after_post=CONFLICT),
    "shipments:arriving-aside": Route(get=DRAFTERS, post=DRAFTERS, subject="arriving", after_post=ANSWERED),
    "shipments:arriving-take-up": Route(post=DRAFTERS, subject="arriving"),
    "shipments:consignment-create": Route(
        get=DRAFTERS, post=DRAFTERS, subject="certificate", at="ISSUED", after_post=ANSWERED
    ),
    "shipments:consignment-detail": Route(get=READERS, subject="consignment", at="RECEIVED"),
    "shipments:consignment-change": Route(
        get=DRAFTERS, post=DRAFTERS, subject="consignment", at="PLANNED", after_post=ANSWERED
    ),
    "shipments:consignment-step": Route(
        get=DRAFTERS, post=DRAFTERS, subject="consignment-step", after_post=ANSWERED
    ),
    "shipments:delivery": Route(get=READERS, subject="consignment", at="RECEIVED"),
    "shipments:delivery-ask": Route(post=RECORDERS, subject="consignment", at="RECEIVED"),
    "shipments:delivery-progress": _open(get=READERS, subject="consignment", at="RECEIVED"),
    "shipments:delivery-paper": _open(
        get=READERS, subject="delivery-paper", at="RECEIVED", after_get=ABSENT
    ),  # none sealed
    "shipments:stock": Route(get=READERS),
    "shipments:stock-load": Route(get=DRAFTERS, post=DRAFTERS, after_post="422"),
    "shipments:stock-example": _open(get=DRAFTERS, subject="ending", is_shared=True),
    "shipments:lot": Route(get=READERS, subject="lot", at="ISSUED"),
    "shipments:lot-labels": Route(get=READERS, subject="lot", at="ISSUED"),
    "shipments:count": Route(
        get=DRAFTERS, post=DRAFTERS, subject="holding", at="ISSUED", after_post=ANSWERED
    ),
    "shipments:move": Route(get=DRAFTERS, post=DRAFTERS, subject="move", after_post=ANSWERED),
    "shipments:oldest-first": Route(get=DRAFTERS, post=DRAFTERS, subject="move", after_post=ANSWERED),
    "shipments:posting-reverse": Route(
        get=DRAFTERS, post=DRAFTERS, subject="issue-posting", at="ISSUED", after_post=ANSWERED
    ),
    "shipments:posting-evidence": Route(get=RECORDERS | {"auditor"}, subject="posting", at="ISSUED"),
    "shipments:watch": _open(get=SCREENERS),
    "shipments:watch-load": _open(get=REVIEWERS, post=REVIEWERS, after_post=ANSWERED),
    "shipments:export": _open(get=SCREENERS, subject="export", is_shared=True),
    "shipments:export-step": _open(get=REVIEWERS, post=REVIEWERS, subject="export-step", is_shared=True),
    "shipments:signal-list": _open(get=SCREENERS),
    "shipments:signal": _open(get=SCREENERS, subject="signal", is_shared=True),
    "shipments:signal-step": _open(get=REVIEWERS, post=REVIEWERS, subject="signal-step", is_shared=True),
    "shipments:signal-limit-list": _open(get=SCREENERS),
    "shipments:signal-limit-detail": _open(get=SCREENERS, subject="signal-limit", is_shared=True),
    "shipments:signal-limit-propose": _open(get=REVIEWERS, post=REVIEWERS, after_post=ANSWERED),
    "shipments:signal-limit-step": _open(
        get=REVIEWERS, post=REVIEWERS, subject="signal-limit-step", is_shared=True, after_post=ANSWERED
    ),
    # Visits: whoever oversees sees every one; officers hold them, importers answer
    "shipments:visit-list": Route(get=READERS),
    "shipments:visit-schedule": _open(
        get=REVIEWERS, post=REVIEWERS, subject="certificate", at="ISSUED", after_post=ANSWERED
    ),
    "shipments:visit": Route(get=READERS, subject="visit", at="ANSWERED"),
    "shipments:visit-sample": _open(
        get=REVIEWERS, post=REVIEWERS, subject="visit-holding", at="SCHEDULED", after_post=ANSWERED
    ),
    "shipments:visit-add-file": Route(post=RECORDERS, subject="visit", at="SCHEDULED", after_post="422"),
    "shipments:visit-file": Route(get=RECORDERS | {"auditor"}, subject="visit-file", at="SCHEDULED"),
    "shipments:visit-picture": _open(
        get=RECORDERS | {"auditor"}, subject="visit-file", at="SCHEDULED", after_get="200/404"
    ),
    "shipments:visit-step": Route(get=RECORDERS, post=RECORDERS, subject="visit-step", after_post=ANSWERED),
    "shipments:incident-list": Route(get=READERS),
    "shipments:incident-report": Route(
        get=RECORDERS, post=RECORDERS, subject="certificate", at="ISSUED", after_post="422"
    ),
    "shipments:incident": Route(get=READERS, subject="incident", at="OPEN"),
    "shipments:incident-step": _open(
        get=REVIEWERS, post=REVIEWERS, subject="incident-step", after_post=ANSWERED
    ),
    "shipments:balance": Route(get=READERS, subject="certificate", at="ISSUED"),
    "shipments:balance-paper-ask": Route(post=RECORDERS, subject="certificate", at="ISSUED"),
    "shipments:balance-paper-progress": _open(get=READERS, subject="certificate", at="ISSUED"),
    "shipments:balance-paper": _open(
        get=READERS, subject="line", at="ISSUED", after_get=ABSENT
    ),  # none sealed
    "shipments:own-statement": Route(get=DRAFTERS),
    "shipments:own-statement-file": _open(get=DRAFTERS, subject="ending", is_shared=True),
    "shipments:statement": Route(get=READERS, subject="certificate", at="ISSUED"),
    "shipments:statement-file": Route(get=READERS, subject="statement-file", at="ISSUED"),
    "shipments:consumption-ask": Route(post=RECORDERS, subject="certificate", at="ISSUED"),
    "shipments:consumption-progress": _open(get=READERS, subject="certificate", at="ISSUED"),
    "shipments:consumption": _open(get=READERS, subject="line", at="ISSUED", after_get=ABSENT),  # none sealed
    "shipments:balance-csv": Route(get=READERS, subject="certificate", at="ISSUED"),
    "shipments:balance-json": Route(get=READERS, subject="certificate", at="ISSUED"),
    # Figures: importers see what is published of all together
    "ministry:overview": _open(get=READERS),
    "ministry:figure": _open(get=READERS, subject="figure", is_shared=True),
    "ministry:figure-csv": _open(get=READERS, subject="figure", is_shared=True),
    "ministry:rows": _open(get=OVERSEERS, subject="figure", is_shared=True),
    "ministry:exports": _open(get=OVERSEERS),
    "ministry:views": _open(get=OVERSEERS),
    "ministry:view": _open(get=OVERSEERS, subject="figure-view", after_get=SEE_OTHER),
    "ministry:view-keep": _open(post=OVERSEERS, subject="figure", is_shared=True),
    "ministry:view-remove": _open(post=OVERSEERS, subject="figure-view"),
    "ministry:rules": _open(get=OVERSEERS),
    "ministry:rule": _open(get=OVERSEERS, post=OVERSEERS, subject="figure-rule", after_post=ANSWERED),
    "ministry:rule-make": _open(
        get=OVERSEERS, post=OVERSEERS, subject="figure", is_shared=True, after_post=ANSWERED
    ),
    "ministry:rule-remove": _open(post=OVERSEERS, subject="figure-rule"),
    "ministry:export-ask": _open(post=OVERSEERS, subject="figure", is_shared=True),
    "ministry:export-file": _open(get=OVERSEERS, subject="figure-export"),
    "ministry:rows-csv": _open(get=OVERSEERS, subject="figure", is_shared=True),
    # Control rules are the same for all; proposals are the authority's
    "euc:rule-list": _open(get=READERS),
    "euc:rule-detail": _open(get=READERS, subject="rule", is_shared=True),
    "euc:rule-propose": _open(get=REVIEWERS, post=REVIEWERS, after_post=ANSWERED),
    "euc:rule-step": _open(
        get=REVIEWERS, post=REVIEWERS, subject="rule-step", is_shared=True, after_post=ANSWERED
    ),
    # Lists are the same for all; hits are the authority's to judge
    "euc:screening": _open(get=SCREENERS),
    "euc:screening-load": _open(get=REVIEWERS, post=REVIEWERS, after_post=ANSWERED, takes_file=True),
    "euc:screening-list": _open(get=SCREENERS, subject="list", is_shared=True),
    "euc:screening-hit": _open(get=SCREENERS, subject="hit", is_shared=True),
    "euc:screening-hit-step": _open(get=REVIEWERS, post=REVIEWERS, subject="hit-step", is_shared=True),
    "licensing:limit-list": _open(get=READERS),
    "licensing:limit-detail": _open(get=READERS, subject="limit", is_shared=True),
    "licensing:limit-propose": _open(get=REVIEWERS, post=REVIEWERS, after_post=ANSWERED),
    "licensing:limit-step": _open(
        get=REVIEWERS, post=REVIEWERS, subject="limit-step", is_shared=True, after_post=ANSWERED
    ),
    "euc:quality-list": _open(get=READERS),
    "euc:quality-detail": _open(get=READERS, subject="quality", is_shared=True),
    "euc:quality-propose": _open(get=REVIEWERS, post=REVIEWERS, after_post=ANSWERED),
    "euc:quality-step": _open(
        get=REVIEWERS, post=REVIEWERS, subject="quality-step", is_shared=True, after_post=ANSWERED
    ),
    # Clauses and policies are the same for all; who gave a clause is told of one's own
    "euc:clause-list": _open(get=READERS),
    "euc:clause-detail": Route(get=READERS, subject="clause", is_shared=True),
    "euc:clause-propose": _open(get=REVIEWERS, post=REVIEWERS, after_post=ANSWERED),
    "euc:clause-step": _open(
        get=REVIEWERS, post=REVIEWERS, subject="clause-step", is_shared=True, after_post=ANSWERED
    ),
    "euc:policy-detail": _open(get=READERS, subject="policy", is_shared=True),
    "euc:policy-propose": _open(get=REVIEWERS, post=REVIEWERS, after_post=ANSWERED, query="?clause=NO_WMD"),
    "euc:policy-step": _open(
        get=REVIEWERS, post=REVIEWERS, subject="policy-step", is_shared=True, after_post=ANSWERED
    ),
    # Verification: the token is 160 random bits and printed on the paper
    "euc:verify": _open(get=EVERYBODY, post=EVERYBODY, after_post="422"),
    "euc:verify-file": _open(get=EVERYBODY),
    "euc:verify-token": Route(
        get=EVERYBODY,
        subject="token",
        at="ISSUED",
        is_bearer=True,
        is_scoped=False,
        shows=frozenset({"public", "firm"}),
    ),
    # The same in JSON
    "api:certificate-list": Route(
        get=READERS, post=DRAFTERS, is_api=True, json=examples.DRAFT, after_post="201"
    ),
    "api:certificate-detail": Route(
        get=READERS,
        patch=DRAFTERS,
        subject="certificate",
        at="ISSUED",
        is_api=True,
        json=examples.CHANGE,
        after_patch=CONFLICT,
    ),
    "api:certificate-lines": Route(
        post=DRAFTERS, subject="certificate", at="DRAFT", is_api=True, json=examples.LINE, after_post="201"
    ),
    "api:certificate-line": Route(
        patch=DRAFTERS,
        delete=DRAFTERS,
        subject="line",
        at="DRAFT",
        is_api=True,
        json=examples.LINE_CHANGE,
    ),
    "api:certificate-evidence": Route(
        post=DRAFTERS, subject="certificate", at="DRAFT", is_api=True, after_post="201", takes_file=True
    ),
    "api:licence-case-list": Route(get=READERS, is_api=True),
    "api:licence-case-detail": Route(get=READERS, subject="case", at="ISSUED", is_api=True),
    "api-suggestions": Route(get=RECORDERS | {"auditor"}, subject="case", at="ISSUED", is_api=True),
    "api-reports": Route(
        post=DRAFTERS,
        subject="case",
        at="ISSUED",
        is_api=True,
        json={"claimed": "ACCEPTED", "claimed_on": "2020-01-01"},
        after_post="400",  # the certificate was not issued yet on that day
    ),
    "api-briefs": Route(
        get=READERS,
        post=DRAFTERS,
        subject="case",
        at="ISSUED",
        is_api=True,
        json={"asks": "Please ask Beijing"},
        after_post="201",
    ),
    "api-brief-file": Route(get=RECORDERS | {"auditor"}, subject="brief", at="ISSUED", is_api=True),
    "api:consignment-list": Route(get=READERS, is_api=True),
    "api:consignment-detail": Route(get=READERS, subject="consignment", at="RECEIVED", is_api=True),
    "api:arriving-document-list": Route(
        get=DRAFTERS,
        post=DRAFTERS,
        is_api=True,
        json={
            "documents": [{"kind": "PACKING_LIST", "invoice_number": "I-1", "items": [{"weight_kg": "1"}]}]
        },
        after_post="201",
    ),
    "api:arriving-document-detail": Route(get=DRAFTERS, subject="arriving", is_api=True),
    "api:visit-list": Route(get=READERS, is_api=True),
    "api:visit-detail": Route(get=READERS, subject="visit", at="ANSWERED", is_api=True),
    "api:incident-list": Route(get=READERS, is_api=True),
    "api:incident-detail": Route(get=READERS, subject="incident", at="OPEN", is_api=True),
    "api:signal-list": _open(get=SCREENERS, is_api=True),
    "api:signal-detail": _open(get=SCREENERS, subject="signal", is_shared=True, is_api=True),
    "api-delivery": Route(get=READERS, subject="consignment", at="RECEIVED", is_api=True),
    "api-balance": Route(get=READERS, subject="certificate", at="ISSUED", is_api=True),
    "api-figures": _open(get=READERS, is_api=True),
    "api-figure": _open(get=READERS, subject="figure", is_shared=True, is_api=True),
    "api-figure-exports": _open(
        get=OVERSEERS,
        post=OVERSEERS,
        after_get=NO_SUCH_METHOD,
        writers=OVERSEERS,
        subject="figure",
        is_shared=True,
        is_api=True,
        json={"form": "csv"},
        after_post="202",
    ),
    "api-exports": _open(get=OVERSEERS, is_api=True),
    "api-export": _open(get=OVERSEERS, subject="figure-export", is_api=True),
    "api-export-file": _open(get=OVERSEERS, subject="figure-export", is_api=True),
    "api-figure-rows": _open(get=OVERSEERS, subject="figure", is_shared=True, is_api=True),
    "api-verification": Route(
        get=EVERYBODY,
        subject="token",
        at="ISSUED",
        is_bearer=True,
        is_scoped=False,
        is_api=True,
        shows=frozenset({"public", "firm"}),
    ),
    "api-schema": _open(get=EVERYBODY, is_api=True),
    # People and organisations
    "accounts:organisations": _open(get=ADMINISTRATOR),
    "accounts:choose-organisation": Route(get=SIGNED_IN, post=SIGNED_IN, subject="choice", head=False),
    "accounts:organisation-people": Route(get=ACTORS, subject="organisation"),
    "accounts:organisation-invite": Route(
        get=SIGNATORIES | {"senior", "administrator"},
        post=SIGNATORIES | {"senior", "administrator"},
        subject="organisation",
        looks_first=True,
        head=False,
    ),
    "accounts:people": _open(get=ACTORS),
    "accounts:invite": _open(
        get=SIGNATORIES | {"senior", "administrator"},
        post=SIGNATORIES | {"senior", "administrator"},
        head=False,
    ),
    "accounts:remove": Route(
        get=SIGNATORIES | {"senior", "administrator"},
        post=SIGNATORIES | {"senior", "administrator"},
        subject="membership",
        turned_away=ABSENT,
        head=False,
    ),
    "accounts:cancel-invitation": Route(
        post=SIGNATORIES | {"senior", "administrator"}, subject="invitation", turned_away=ABSENT
    ),
    "accounts:token-list": Route(get=READERS),
    "accounts:token-make": _open(get=READERS, post=READERS, after_post="200/422"),
    "accounts:token-revoke": Route(
        post=SIGNATORIES | REVIEWERS | {"drafter"}, subject="api-token", turned_away=ABSENT
    ),
    "accounts:accept-invitation": Route(
        get=EVERYBODY,
        post=EVERYBODY,
        subject="invitation-token",
        after_post=ANSWERED,
        is_bearer=True,
        is_scoped=False,
        shows=frozenset({"people", "person", "firm"}),
        head=False,
    ),
    # Exists only in demonstrations; the suite runs in test mode
    "accounts:demonstration-sign-in": _open(post=NOBODY, turned_away=ABSENT),
}


@dataclass(frozen=True)
class Verb:
    """Who may take a step, on a certificate in which stage; others who may see it are told why not."""

    who: frozenset[str]
    at: str


TWO_OFFICERS = {
    "adopt": Verb(frozenset({"senior"}), "PROPOSED"),  # the officer proposed it
    "withdraw": Verb(REVIEWERS, "PROPOSED"),
    "repeal": Verb(frozenset({"senior"}), "ADOPTED"),
}
VERBS = {
    "certificate-step": {
        "submit": Verb(SIGNATORIES, "RETURNED"),
        "approve": Verb(frozenset({"officer"}), "SUBMITTED"),
        "send-back": Verb(REVIEWERS, "SUBMITTED"),
        "issue": Verb(frozenset({"senior"}), "APPROVED"),
        "reject": Verb(REVIEWERS, "SUBMITTED"),
        "withdraw": Verb(DRAFTERS, "SUBMITTED"),
        "revoke": Verb(frozenset({"senior"}), "ISSUED"),
    },
    "undertaking-step": {
        "sign": Verb(SIGNATORIES, "NRU-RETURNED"),
        "approve": Verb(frozenset({"officer"}), "NRU-SIGNED"),
        "bring-into-force": Verb(frozenset({"senior"}), "NRU-APPROVED"),
        "send-back": Verb(REVIEWERS, "NRU-SIGNED"),
        "reject": Verb(REVIEWERS, "NRU-SIGNED"),
        "withdraw": Verb(DRAFTERS, "NRU-SIGNED"),
        "release": Verb(frozenset({"senior"}), "ISSUED"),
        "declare-breach": Verb(frozenset({"senior"}), "ISSUED"),
        "revoke": Verb(frozenset({"senior"}), "ISSUED"),
    },
    "consignment-step": {
        "book": Verb(DRAFTERS, "PLANNED"),
        "declare": Verb(DRAFTERS, "BOOKED"),
        "query": Verb(DRAFTERS, "DECLARED"),
        "release": Verb(DRAFTERS, "DECLARED"),
        "refuse": Verb(DRAFTERS, "DECLARED"),
        "depart": Verb(DRAFTERS, "RELEASED"),
        "arrive": Verb(DRAFTERS, "DEPARTED"),
        "enter": Verb(DRAFTERS, "DEPARTED"),
        "clear": Verb(DRAFTERS, "ENTERED"),
        "receive": Verb(DRAFTERS, "CLEARED"),
        "lose": Verb(DRAFTERS, "DEPARTED"),
        "reconcile": Verb(SIGNATORIES, "RECEIVED"),
        "cancel": Verb(DRAFTERS, "BOOKED"),
    },
    "visit-step": {
        "conclude": Verb(REVIEWERS, "SCHEDULED"),
        "reschedule": Verb(REVIEWERS, "SCHEDULED"),
        "demand-action": Verb(REVIEWERS, "DONE"),
        "answer": Verb(DRAFTERS, "ACTION_OPEN"),
        "send-back": Verb(REVIEWERS, "ANSWERED"),
        "close": Verb(frozenset({"senior"}), "ANSWERED"),  # the officer held it
        "cancel": Verb(REVIEWERS, "SCHEDULED"),
    },
    "incident-step": {
        "take-up": Verb(REVIEWERS, "OPEN"),
        "close": Verb(frozenset({"senior"}), "UNDER_REVIEW"),  # the officer looked into it
        "lift": Verb(frozenset({"senior"}), "CLOSED"),  # the officer closed it
    },
    "export-step": {
        "explain": Verb(REVIEWERS, "OPEN"),
        "confirm": Verb(frozenset({"senior"}), "OPEN"),
    },
    "signal-step": {
        "explain": Verb(REVIEWERS, "OPEN"),
        "confirm": Verb(frozenset({"senior"}), "OPEN"),
    },
    "signal-limit-step": {
        "adopt": Verb(frozenset({"senior"}), "PROPOSED"),  # the officer proposed it
        "withdraw": Verb(REVIEWERS, "PROPOSED"),
        "retire": Verb(frozenset({"senior"}), "ADOPTED"),
    },
    "move": {"issue": Verb(DRAFTERS, "ISSUED")},
    "hit-step": {
        "dismiss": Verb(REVIEWERS, "OPEN"),
        "suspect": Verb(frozenset({"officer"}), "OPEN"),
        "confirm": Verb(frozenset({"senior"}), "SUSPECTED"),
        "clear": Verb(frozenset({"senior"}), "SUSPECTED"),
    },
    "quality-step": {
        "adopt": Verb(frozenset({"senior"}), "PROPOSED"),  # the officer proposed it
        "withdraw": Verb(REVIEWERS, "PROPOSED"),
        "retire": Verb(frozenset({"senior"}), "ADOPTED"),
    },
    "limit-step": {
        "adopt": Verb(frozenset({"senior"}), "PROPOSED"),  # the officer proposed it
        "withdraw": Verb(REVIEWERS, "PROPOSED"),
        "retire": Verb(frozenset({"senior"}), "ADOPTED"),
    },
    "attestation-step": {
        "adopt": Verb(frozenset({"senior"}), "PROPOSED"),  # the officer proposed it
        "withdraw": Verb(REVIEWERS, "PROPOSED"),
        "retire": Verb(frozenset({"senior"}), "ADOPTED"),
    },
    "rule-step": TWO_OFFICERS,
    "clause-step": TWO_OFFICERS,
    "policy-step": TWO_OFFICERS,
}


@dataclass(frozen=True)
class Rule:
    """Addresses of a library, by prefix: they hold no organisation's data beyond `shows`, and here is why."""

    prefix: str
    reason: str
    answers: frozenset[int]
    shows: frozenset[str] = frozenset()


_ANY = frozenset({200, 302, 400, 401, 403, 404, 405, 422})
RULES = (
    Rule("account_", "allauth: one's own e-mail address and password", _ANY),
    Rule("mfa_", "allauth: one's own second factors", _ANY),
    Rule("usersessions_", "allauth: one's own sessions", _ANY),
    Rule("set_language", "Django: a cookie with the language", frozenset({302})),
)
# The back office is the administrators'; everybody else is refused before any table is read.
BACK_OFFICE = Rule(
    "admin:",
    "Django: organisations, people and the register of files, for administrators of the platform",
    _ANY,
    shows=frozenset({"filename", "draftfile"}),
)


def rule_for(name: str) -> Rule | None:
    return next((rule for rule in (*RULES, BACK_OFFICE) if name.startswith(rule.prefix)), None)
