"""Asking addresses: bounded in time and size, nothing followed, nothing private."""

import socket
import ssl
import time
import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from licensing import feed_fetching, feed_records
from licensing.feed_fetching import NotFetched
from tests.licensing.feed_server import feed_server


@pytest.fixture
def server():
    with feed_server() as found:
        yield found


def why(url, **given):
    with pytest.raises(NotFetched) as refused:
        feed_fetching.fetch(url, **given)
    return refused.value.code


class TestFetch:
    def test_gives_the_body_and_what_it_is_called(self, server):
        found = feed_fetching.fetch(server.url)
        assert (found.content, found.last_modified) == (server.body, "Thu, 26 Nov 2026 04:00:00 GMT")
        again = feed_fetching.fetch(server.url, etag=found.etag, last_modified=found.last_modified)
        assert (again.content, again.etag) == (None, found.etag)
        assert server.seen[1]["If-Modified-Since"] == found.last_modified

    @pytest.mark.parametrize(
        ("fault", "code"),
        [("failing", "STATUS"), ("redirect", "REDIRECT"), ("cut", "CUT"), ("zipped", "CODED"), ("huge", "TOO_LARGE")],
    )  # fmt: skip
    def test_refuses(self, server, fault, code):
        server.fault = fault
        assert why(server.url) == code

    @pytest.mark.parametrize("fault", ["drip", "silent"])
    def test_ends_in_time(self, server, monkeypatch, fault):
        monkeypatch.setattr(feed_fetching, "TOTAL_SECONDS", 1)
        monkeypatch.setattr(feed_fetching, "CONNECT_SECONDS", 3)
        server.fault, began = fault, time.monotonic()
        assert why(server.url) == "TOO_SLOW"
        assert time.monotonic() - began < 3

    @pytest.mark.parametrize(("fault", "code"), [("endless", "TOO_LARGE"), ("million", "TOO_MANY_ROWS")])
    def test_stops_while_it_streams_in_bounded_memory(self, server, fault, code):
        server.fault = fault
        tracemalloc.start()
        try:
            assert why(server.url) == code
            assert tracemalloc.get_traced_memory()[1] < 4 * feed_records.MOST_BYTES
        finally:
            tracemalloc.stop()
        assert server.sent < 2 * feed_records.MOST_BYTES

    def test_says_when_nobody_answers(self, server):
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            assert why(f"http://127.0.0.1:{closed.getsockname()[1]}/") == "UNREACHABLE"


def certificate_of(name, folder):
    """A self-signed certificate of a server with its key, as one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem = key.private_bytes(serialization.Encoding.PEM, *plain)
    file = folder / "server.pem"
    file.write_bytes(pem + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return file


class TestTls:
    @pytest.fixture
    def file(self, tmp_path):
        return certificate_of("feed.example", tmp_path)

    @pytest.fixture
    def secure(self, file):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        with feed_server(context) as found:
            found.url = found.url.replace("http://127.0.0.1", "https://feed.example")
            yield found

    @pytest.fixture(autouse=True)
    def names(self, monkeypatch):
        def resolve(host, port, *given, **more):
            return [(2, 1, 6, "", ("127.0.0.1", port))]

        monkeypatch.setattr(socket, "getaddrinfo", resolve)

    def test_a_certificate_that_nobody_vouches_for_is_refused(self, secure):
        assert why(secure.url) == "UNREACHABLE"
        assert not secure.seen

    def test_the_name_that_was_entered_is_what_is_checked(self, secure, file, monkeypatch):
        trusting = ssl.create_default_context(cafile=str(file))
        monkeypatch.setattr(ssl, "create_default_context", lambda: trusting)
        assert feed_fetching.fetch(secure.url).content == secure.body
        assert secure.seen[0]["Host"].startswith("feed.example:")
        assert why(secure.url.replace("feed.example", "other.example")) == "UNREACHABLE"


class TestAddress:
    @pytest.mark.parametrize(
        "url",
        [
            *(
                "",
                "ftp://example.org/",
                "http://example.org/",
                "file:///etc/passwd",
                "https://",
                "https://u:p@example.org/",
            ),
            *(
                "https://example.org/#x",
                "https://example.org:99999/",
                "https://exämple.org/",
                "https://example.org/a b",
            ),
            *(
                "https://example.org/\r\nX: y",
                "//example.org/",
                "javascript:1",
                "http://localhost.example.org/",
            ),
        ],
    )
    def test_refuses(self, url):
        assert why(url) == "ADDRESS"

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
    def test_this_machine_only_in_trials(self, settings, host):
        feed_fetching.checked(f"http://{host}/")
        settings.PRODUCTION = True
        assert why(f"http://{host}/") == why(f"https://{host}/") == "ADDRESS"

    @pytest.mark.parametrize(
        "address",
        [
            *(
                "127.0.0.1",
                "10.1.2.3",
                "172.16.0.1",
                "192.168.0.1",
                "169.254.169.254",
                "100.64.0.1",
                "0.0.0.0",
            ),
            *(
                "224.0.0.1",
                "255.255.255.255",
                "192.0.2.1",
                "198.18.0.1",
                "::1",
                "::",
                "fe80::1",
                "fe80::1%eth0",
            ),
            *(
                "fc00::1",
                "ff02::1",
                "::ffff:10.0.0.1",
                "::ffff:8.8.8.8",
                "64:ff9b::a00:1",
                "2002:a00:1::",
                "2001::1",
                "x",
            ),
        ],
    )
    def test_never_asks_in_production(self, settings, address):
        settings.PRODUCTION = True
        assert not feed_fetching.may_ask(address)

    @pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111"])
    def test_asks_public_ones(self, settings, address):
        settings.PRODUCTION = True
        assert feed_fetching.may_ask(address)

    @pytest.mark.parametrize("url", ["https://2130706433/", "https://0x7f.1/", "https://127.1/"])
    def test_numbers_in_disguise_are_resolved_before_they_are_judged(self, settings, url):
        settings.PRODUCTION = True
        assert why(url) in {"ADDRESS", "NO_NAME"}

    def test_one_private_address_refuses_the_name(self, settings, monkeypatch):
        settings.PRODUCTION = True
        both = [(2, 1, 6, "", ("8.8.8.8", 443)), (2, 1, 6, "", ("10.0.0.1", 443))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *given, **more: both)
        assert why("https://feed.example/") == "ADDRESS"

    def test_connects_to_the_address_that_was_judged(self, settings, monkeypatch):
        """A name that means another machine the second time is never asked a second time."""
        settings.PRODUCTION, asked, went = True, [], []

        def resolve(host, *given, **more):
            asked.append(host)
            return [(2, 1, 6, "", ("8.8.8.8" if len(asked) == 1 else "10.0.0.1", 443))]

        def connect(address, timeout):
            went.append(address)
            raise ConnectionRefusedError

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        monkeypatch.setattr(socket, "create_connection", connect)
        assert why("https://feed.example/") == "UNREACHABLE"
        assert (asked, went) == (["feed.example"], [("8.8.8.8", 443)])
