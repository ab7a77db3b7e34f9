"""Certificates, a licence and a voyage as in the shipments' tests; figures are read of them."""

from tests.shipments.conftest import certificate, clock, licence, life, own_files, received, voyage

__all__ = ["certificate", "clock", "licence", "life", "own_files", "received", "voyage"]
