"""The law of a life cycle: statuses, and one table of steps. Pure Python, no database."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol


class Actor(Protocol):
    """A person acting in one organisation; `accounts.actors.Actor` is the real one."""

    @property
    def roles(self) -> frozenset[str]: ...

    @property
    def person(self) -> Any: ...

    @property
    def organisation(self) -> Any: ...

    @property
    def token(self) -> str:
        """Names the API token a machine acts by; empty for the person themselves."""


@dataclass(frozen=True)
class Miss:
    """One thing that is missing or wrong, and where it can be mended.

    `page` names the drafting page, `field` the input on it, `line` the goods line where there is one.
    """

    page: str
    field: str
    message: Any
    line: int | None = None


Need = Callable[[Any], Iterable[Miss]]
Bar = Callable[[Any, Actor], Any]


@dataclass(frozen=True)
class Step:
    """One verb of a life cycle: from which statuses, to which, who may take it, on what conditions.

    `needs` return what is still missing; `unless` return a sentence that bars this person, or nothing;
    `asks` name the questions whose answers must come with the step. A `binding` step asks for a fresh proof of
    who takes it; an `inner` one is taken along with another thing's step and has no button of its own.
    """

    verb: str
    sources: frozenset[str]
    target: str
    roles: frozenset[str]
    label: Any
    needs: tuple[Need, ...] = ()
    unless: tuple[Bar, ...] = ()
    asks: tuple[str, ...] = ()
    tone: str = "primary"
    explains: Any = ""
    binding: bool = False
    inner: bool = False

    def is_for(self, by: Actor) -> bool:
        """Whether a role of this person takes the step. A token takes none: a step is a person's own word."""
        return not by.token and bool(self.roles & by.roles)

    def misses(self, subject: Any) -> list[Miss]:
        return [miss for need in self.needs for miss in need(subject)]

    def bar(self, subject: Any, by: Actor) -> Any:
        """The sentence that refuses this person, or an empty string."""
        return next((reason for bar in self.unless if (reason := bar(subject, by))), "")


REGISTRY: dict[str, Workflow] = {}


@dataclass(frozen=True)
class Workflow:
    """The whole life of one kind of thing. Registered by name so that it can be drawn and tested."""

    name: str
    initial: str
    statuses: tuple[str, ...]
    steps: tuple[Step, ...]
    labels: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = set(self.statuses)
        for step in self.steps:
            unknown = (step.sources | {step.target}) - known
            if unknown:
                raise ValueError(f"{self.name}.{step.verb} names unknown statuses {sorted(unknown)}.")
        verbs = [step.verb for step in self.steps]
        if len(verbs) != len(set(verbs)):
            raise ValueError(f"{self.name} declares a verb twice.")
        REGISTRY[self.name] = self

    def step(self, verb: str) -> Step:
        """The step of that name. Raises KeyError when the life has no such verb."""
        return next((step for step in self.steps if step.verb == verb), None) or self._unknown(verb)

    def _unknown(self, verb: str) -> Step:
        raise KeyError(f"{self.name} has no verb {verb!r}.")

    def open_to(self, subject: Any, by: Actor | None) -> list[Step]:
        """The steps this person may take now; unmet needs do not hide a step, they explain it."""
        if by is None:
            return []
        return [
            step
            for step in self.steps
            if not step.inner
            and subject.status in step.sources
            and step.is_for(by)
            and not step.bar(subject, by)
        ]

    def diagram(self) -> str:
        """The life as a Mermaid state diagram."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial}"]
        for step in self.steps:
            for source in sorted(step.sources, key=self.statuses.index):
                who = ", ".join(sorted(step.roles)).lower()
                lines.append(f"    {source} --> {step.target}: {step.verb} ({who})")
        ends = [s for s in self.statuses if not any(s in step.sources for step in self.steps)]
        lines.extend(f"    {end} --> [*]" for end in ends)
        return "\n".join(lines)
