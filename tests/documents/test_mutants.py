"""Changed in every way we could think of, no file is called genuine; 10,000 of them in `make bench ONLY=mutants`."""

import pytest

from benchmarks import mutants
from documents import bounded, verifying

EACH = 23
pytestmark = pytest.mark.django_db


def test_are_at_most_three_hundred_here():
    assert 250 < EACH * len(mutants.KINDS) <= 300


@pytest.mark.parametrize("kind", mutants.KINDS)
class TestMutants:
    def test_are_never_genuine(self, registered, sealed, monkeypatch, kind):
        assert verifying.examine(sealed.content).is_genuine
        monkeypatch.setattr(bounded, "read", lambda *args, **kwargs: {"signatures": []})
        found = list(mutants.mutants(sealed.content, kind, EACH))
        assert len(found) == EACH
        assert not [one for one in found if verifying.examine(one).is_genuine]

    def test_are_never_genuine_when_looked_into(self, registered, sealed, sealing_key, kind):
        """What the signature says beside it: only where signatures do not look may it still say yes."""
        (changed,) = mutants.mutants(sealed.content, kind, 1)
        finding = verifying.examine(changed)
        assert not finding.is_genuine
        good = [all(getattr(one, name) for name in mutants.GOOD) for one in finding.signatures]
        assert not any(good) or mutants.is_in_the_room_of_the_seal(sealed.content, changed)
