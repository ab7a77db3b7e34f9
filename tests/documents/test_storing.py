"""Stored bytes: written once, found again, and refused when they changed."""

import hashlib

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from documents import storing
from documents.models import Document, StoredFile
from workflow.append_only import WriteOnce

pytestmark = pytest.mark.django_db


def stored(content=b"a report", book="org-7", name="report.txt"):
    return storing.store(content=content, name=name, media_type="text/plain", book=book)


def registered(content=b"%PDF-sealed", revision=1):
    return storing.register(
        content=content,
        kind="euc.certificate",
        reference="EUC/0388000001/2026-27/0001",
        revision=revision,
        content_hash="0" * 64,
        signer_subject="CN=Demonstration seal",
        signed_at=timezone.now(),
        page_count=3,
        book="org-7",
        name="certificate.pdf",
    )


class TestStore:
    def test_keeps_the_bytes_under_their_hash(self):
        file = stored()
        assert file.sha256 == hashlib.sha256(b"a report").hexdigest()
        assert file.size == 8
        assert storing.read(file) == b"a report"

    def test_gives_the_same_row_for_the_same_bytes(self):
        assert stored().pk == stored(name="copy.txt").pk

    def test_keeps_the_books_apart(self):
        assert stored().pk != stored(book="org-8").pk

    def test_leaves_no_temporary_file(self):
        file = stored()
        folder = storing.path_of(file.book, file.sha256).parent
        assert [path.name for path in folder.iterdir()] == [file.sha256]

    @pytest.mark.parametrize("book", ["../org-7", "org/7", "", "Org-7", "org-7\n", ".."])
    def test_refuses_a_book_that_is_no_plain_name(self, book):
        with pytest.raises(Exception, match="hyphens"):
            stored(book=book)

    def test_refuses_to_write_over_other_bytes(self):
        file = stored()
        _spoil(file)
        with pytest.raises(storing.Corrupted):
            stored()


class TestRead:
    def test_refuses_bytes_that_changed(self):
        file = stored()
        _spoil(file)
        with pytest.raises(storing.Corrupted, match="changed"):
            storing.read(file)

    def test_refuses_bytes_that_are_gone(self):
        file = stored()
        storing.path_of(file.book, file.sha256).unlink()
        with pytest.raises(storing.Corrupted, match="missing"):
            storing.read(file)


class TestRegister:
    def test_enters_the_document_once_per_revision(self):
        first = registered()
        assert registered(content=b"%PDF-another") == first
        assert Document.objects.count() == StoredFile.objects.count() == 1

    def test_enters_every_revision(self):
        assert registered() != registered(content=b"%PDF-next", revision=2)


@pytest.mark.parametrize("make", [stored, registered])
class TestWriteOnce:
    def test_refuses_to_save_again(self, make):
        with pytest.raises(WriteOnce):
            make().save()

    def test_refuses_to_delete(self, make):
        with pytest.raises(WriteOnce):
            make().delete()

    def test_refuses_to_change_or_delete_many(self, make):
        rows = type(make()).objects.all()
        for change in (
            lambda: rows.update(sha256="1" * 64),
            rows.delete,
            lambda: rows.bulk_update([], ["sha256"]),
        ):
            with pytest.raises(WriteOnce):
                change()

    @pytest.mark.parametrize("sql", ["UPDATE {} SET sha256 = sha256", "DELETE FROM {}"])
    def test_refuses_in_the_database_too(self, make, sql):
        table = make()._meta.db_table
        with (
            pytest.raises(DatabaseError, match="written once"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql.format(table))


def _spoil(file):
    path = storing.path_of(file.book, file.sha256)
    path.chmod(0o600)
    path.write_bytes(b"something else")
