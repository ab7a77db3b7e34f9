"""What must come back, by the policy alone, and what came back in its words."""

from tests.matrix import policy
from tests.matrix.policy import Route
from tests.matrix.targeting import Target
from tests.matrix.world import Visitor


def expected(route: Route, visitor: Visitor, method: str, target: Target) -> str:
    """The policy's answer for one cell."""
    who = route.who(method)
    if route.is_api and route.get is not policy.EVERYBODY:
        return _expected_of_machines(route, visitor, method, target, who)
    if who is None:
        return policy.OK if route.is_api and method == "OPTIONS" else policy.NO_SUCH_METHOD
    if who is not policy.EVERYBODY and route.turned_away == policy.ABSENT and who is policy.NOBODY:
        return policy.ABSENT
    if who is not policy.EVERYBODY and visitor.name not in who:
        if visitor.name == "anonymous":
            return policy.TO_SIGN_IN
        if visitor.name == "undecided":
            return policy.TO_CHOOSE
        if route.looks_first and target.kind != "own":
            return policy.ABSENT
        return route.turned_away
    if target.kind != "own" and not (route.subject == "choice" and method != "POST"):
        return policy.ABSENT
    if target.verb and visitor.name not in policy.VERBS[route.subject][target.verb].who:
        return policy.FORBIDDEN if method == "POST" else policy.CONFLICT
    return {"POST": route.after_post, "PATCH": route.after_patch}.get(method, route.after_get)


def _expected_of_machines(route, visitor, method, target, who) -> str:
    """Who may not read, or not write, is refused before the method and the object are looked at."""
    if visitor.name == "anonymous":
        return policy.UNAUTHORIZED
    writes = method in {"POST", "PUT", "PATCH", "DELETE"}
    if visitor.name not in (route.writers if writes else policy.READERS):
        return policy.FORBIDDEN
    if route.get is not None and visitor.name not in route.get:
        return policy.FORBIDDEN
    if who is None:
        return policy.OK if method == "OPTIONS" else policy.NO_SUCH_METHOD
    if method in {"GET", "HEAD"} and route.after_get == policy.NO_SUCH_METHOD:
        return policy.NO_SUCH_METHOD
    if target.kind != "own":
        return policy.ABSENT
    after = {"POST": route.after_post, "PATCH": route.after_patch, "DELETE": route.after_delete}
    return after.get(method, policy.OK)


def answer(response) -> str:
    """What came back, in the policy's words."""
    location = response.headers.get("Location", "")
    if response.status_code == 302 and location.startswith("/accounts/login/"):
        return policy.TO_SIGN_IN
    if response.status_code == 302 and location.startswith("/organisations/choose/"):
        return policy.TO_CHOOSE
    return str(response.status_code)


def agrees(want: str, got: str) -> bool:
    return got in want.split("/") if "/" in want else got == want
