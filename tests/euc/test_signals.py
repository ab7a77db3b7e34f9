"""What certificates announce: inside the transaction, so that a listener that fails undoes what it was told."""

import pytest

from euc import services, signals, workflow
from euc.models import Certificate


@pytest.fixture
def heard():
    found = []

    def listen(sender, certificate, status, at, by, **_given):
        found.append((sender, certificate.reference, status, certificate.status, at is not None, by.name))

    signals.certificate_ended.connect(listen)
    yield found
    signals.certificate_ended.disconnect(listen)


class TestCertificateEnded:
    @pytest.mark.parametrize("status", [workflow.REVOKED, workflow.EXHAUSTED, workflow.SUPERSEDED])
    def test_tells_what_became_of_it(self, life, heard, status):
        ended = life.in_status(status)
        by = life.clock if status == workflow.EXHAUSTED else life.senior
        assert heard == [(Certificate, ended.reference, status, status, True, by.name)]

    def test_tells_of_expiry(self, life, expired, heard):
        services.expire(certificate=expired, by=life.clock)
        assert [told[2] for told in heard] == [workflow.EXPIRED]

    def test_that_a_listener_refuses_did_not_happen(self, life):
        def refuse(**_given):
            raise RuntimeError("not now")

        certificate = life.issued()
        signals.certificate_ended.connect(refuse)
        try:
            with pytest.raises(RuntimeError):
                services.revoke(certificate=certificate, by=life.senior, reason="cancelled")
        finally:
            signals.certificate_ended.disconnect(refuse)
        assert Certificate.objects.get(pk=certificate.pk).status == workflow.ISSUED
