"""Watchers learn whether to restart the process and whether to send it work."""

import pytest
from django.db import DatabaseError, connection


class TestLivez:
    def test_answers_without_the_database(self, client):
        answer = client.get("/livez")
        assert (answer.status_code, answer.content) == (200, b"ok\n")
        assert "no-store" in answer["Cache-Control"]

    def test_takes_no_posts(self, client):
        assert client.post("/livez").status_code == 405


@pytest.mark.django_db
class TestReadyz:
    def test_answers_when_database_and_files_can_be_used(self, client):
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()) == (200, {"database": True, "files": True})

    def test_says_that_the_database_does_not_answer(self, client, monkeypatch):
        def fail():
            raise DatabaseError("gone")

        monkeypatch.setattr(connection, "cursor", fail)
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["database"]) == (503, False)

    def test_says_that_files_cannot_be_written(self, client, monkeypatch):
        monkeypatch.setattr("config.health.os.access", lambda folder, mode: False)
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["files"]) == (503, False)
