"""A mail server for tests: the part of IMAP that reading needs, over a real socket, with faults."""

import re
import socketserver
import ssl
import threading
import time
from contextlib import contextmanager

USER, PASSWORD = "cases@euc.test", 'se"cret\\1'


class Post:
    """What lies in the mailbox and how the server behaves; `heard` keeps every command."""

    def __init__(self):
        self.messages = {}
        self.uid_validity = 7
        self.fault = ""
        self.faulty_uid = None
        self.heard = []
        self.sizes = {}

    def add(self, content, uid=None, moment="20-Nov-2026 10:00:00 +0000"):
        uid = uid or max(self.messages, default=0) + 1
        self.messages[uid] = (content, moment)
        return uid


class Session(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True  # or each answer of two writes waits 40 ms for the client

    def handle(self):
        post = self.server.post
        if post.fault == "silent":
            time.sleep(5)
            return
        self.say(b"* OK ready" if post.fault != "garbage" else b"220 smtp.test ESMTP")
        while line := self.rfile.readline(10_000):
            tag, _space, command = line.strip().partition(b" ")
            post.heard.append(command.decode("utf-8", "replace"))
            if not self.answer(post, tag, command):
                return

    def answer(self, post, tag, command):
        verb = command.upper()
        if verb.startswith(b"CAPABILITY"):
            self.say(b"* CAPABILITY IMAP4rev1")
        elif verb.startswith(b"LOGIN"):
            said = re.fullmatch(rb'LOGIN (\S+) "((?:[^"\\]|\\.)*)"', command)
            given = re.sub(rb"\\(.)", rb"\1", said[2]).decode() if said else ""
            if said is None or said[1].strip(b'"').decode() != USER or given != PASSWORD:
                self.say(tag + b" NO wrong " + (said[2] if said else b""))
                return True
        elif verb.startswith((b"EXAMINE", b"SELECT")):
            if post.fault == "no_folder":
                self.say(tag + b" NO no such folder")
                return True
            self.say(b"* %d EXISTS" % len(post.messages), b"* OK [UIDVALIDITY %d] fine" % post.uid_validity)
        elif verb.startswith(b"UID SEARCH"):
            self.search(post, int(re.search(rb"UID (\d+):\*", verb)[1]))
        elif verb.startswith(b"UID FETCH"):
            return self.fetch(post, tag, verb)
        elif verb.startswith(b"LOGOUT"):
            self.say(b"* BYE", tag + b" OK bye")
            return False
        else:
            self.say(tag + b" BAD unknown")
            return True
        self.say(tag + b" OK done")
        return True

    def search(self, post, first):
        found = [uid for uid in post.messages if uid >= first]
        if not found and post.messages:  # as the standard has it: * is the last one, whatever its number
            found = [max(post.messages)]
        self.say(b"* SEARCH " + b" ".join(str(uid).encode() for uid in found))

    def fetch(self, post, tag, verb):
        uid = int(re.match(rb"UID FETCH (\d+)", verb)[1])
        if uid not in post.messages:
            self.say(tag + b" OK none")
            return True
        content, moment = post.messages[uid]
        size = post.sizes.get(uid, len(content))
        fault = post.fault if post.faulty_uid in (None, uid) else ""
        if b"HEADER" in verb:
            if fault == "no_size":
                self.say(b"* 1 FETCH (UID %d)" % uid, tag + b" OK done")
                return True
            part = content.partition(b"\r\n\r\n")[0][: 64 * 1024] + b"\r\n\r\n"
            said = b'* 1 FETCH (UID %d RFC822.SIZE %d INTERNALDATE "%s" BODY[HEADER]<0> ' % (
                uid, size, moment.encode(),
            )  # fmt: skip
            self.literal(said, part)
        elif fault == "drop":
            self.wfile.write(
                b"* 1 FETCH (UID %d BODY[] {%d}\r\n" % (uid, len(content)) + content[: len(content) // 2]
            )
            return False
        elif fault == "announces_much":
            self.wfile.write(b"* 1 FETCH (UID %d BODY[] {%d}\r\n" % (uid, 10**9))
            try:
                for _ in range(2000):
                    self.wfile.write(b"x" * 65536)
            except OSError:
                pass
            return False
        elif fault == "drip":
            self.wfile.write(b"* 1 FETCH (UID %d BODY[] {%d}\r\n" % (uid, len(content)))
            try:
                for _ in range(100):
                    self.wfile.write(b"x")
                    time.sleep(0.1)
            except OSError:
                pass
            return False
        elif fault == "other_uid":
            self.literal(b"* 1 FETCH (UID %d BODY[] " % (uid + 1), content)
        else:
            self.literal(b"* 1 FETCH (UID %d BODY[] " % uid, content)
        self.say(tag + b" OK done")
        return True

    def literal(self, said, content):
        self.wfile.write(said + b"{%d}\r\n" % len(content) + content + b")\r\n")

    def say(self, *lines):
        for line in lines:
            self.wfile.write(line + b"\r\n")


class Server(socketserver.ThreadingTCPServer):
    daemon_threads, allow_reuse_address = True, True

    def handle_error(self, request, client_address):
        """A client that hangs up is no error of ours."""


@contextmanager
def imap_server(context: ssl.SSLContext | None = None):
    """A running server with what lies in its mailbox; behind TLS with an SSL context."""
    with Server(("127.0.0.1", 0), Session) as server:
        server.post = Post()
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        server.post.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server.post
        finally:
            server.shutdown()
