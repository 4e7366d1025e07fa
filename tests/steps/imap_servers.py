"""Two IMAP servers for tests: Dovecot where this machine has it, and a small one of our own that can be told to misbehave."""

import base64
import contextlib
import imaplib
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

PASSWORD = "pä55 wörd"


class Small:
    """One mailbox, IMAP4rev1 as far as the product speaks it, each connection in a thread.

    `breaks_at` hangs up at the first command that contains these words; `literal` overrides the size told of a mail.
    """

    def __init__(self, *mails, plain=True, breaks_at=None, literal=None, search=None):
        self.mails = {number: [content, False] for number, content in enumerate(mails, 1)}
        self.plain, self.breaks_at, self.literal, self.search = plain, breaks_at, literal, search
        self.said = []
        self.folder = None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def put(self, content):
        self.mails[max(self.mails, default=0) + 1] = [content, False]

    def unseen(self):
        return [number for number, (_, seen) in self.mails.items() if not seen]

    def close(self):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _serve(self):
        while True:
            try:
                one, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(one,), daemon=True).start()

    def _talk(self, one):
        with contextlib.suppress(OSError):
            self._converse(one)

    def _converse(self, one):
        with one, one.makefile("rwb") as wire:

            def say(*lines):
                for line in lines:
                    wire.write((line if isinstance(line, bytes) else line.encode()) + b"\r\n")
                wire.flush()

            say("* OK small")
            while line := wire.readline():
                tag, _, command = line.decode("utf-8", "replace").strip().partition(" ")
                self.said.append(command)
                if self.breaks_at and self.breaks_at in command:
                    self.breaks_at = None
                    return
                self._answer(tag, command, say, wire)
                if command.startswith("LOGOUT"):
                    return

    def _answer(self, tag, command, say, wire):
        if command.startswith("CAPABILITY"):
            say(f"* CAPABILITY IMAP4rev1{' AUTH=PLAIN' if self.plain else ''}", f"{tag} OK done")
        elif command.startswith("AUTHENTICATE"):
            say("+ ")
            given = base64.b64decode(wire.readline().strip()).decode()
            say(f"{tag} OK done" if given == f"\0help\0{PASSWORD}" else f"{tag} NO no")
        elif command.startswith("LOGIN"):
            say(f"{tag} OK done" if command == 'LOGIN help "ascii"' else f"{tag} NO no")
        elif command.startswith("SELECT"):
            self.folder = command.partition(" ")[2]
            say(*(("* OK [UIDVALIDITY 77] x", f"{tag} OK done") if "Nowhere" not in command else (f"{tag} NO no folder",)))
        elif command.startswith("UID SEARCH"):
            listed = self.search or ["* SEARCH " + " ".join(map(str, self.unseen()))]
            say(*listed, f"{tag} {'NO' if self.search else 'OK'} done")
        elif found := re.match(r"UID FETCH (\d+) \((RFC822.SIZE|BODY)", command):
            self._fetch(tag, int(found[1]), found[2], say)
        elif found := re.match(r"UID STORE ([\d,]+) \+FLAGS.SILENT \(\\Seen\)", command):
            for number in found[1].split(","):
                self.mails[int(number)][1] = True
            say(f"{tag} OK done")
        else:
            say(f"{tag} OK done" if command.startswith("LOGOUT") else f"{tag} BAD what")

    def _fetch(self, tag, number, what, say):
        content = self.mails[number][0]
        if what == "RFC822.SIZE":
            say(f"* {number} FETCH (UID {number} RFC822.SIZE {len(content)})", f"{tag} OK done")
        else:
            size = self.literal if self.literal is not None else len(content)
            say(f"* {number} FETCH (UID {number} BODY[]<0> {{{size}}}", content + b")", f"{tag} OK done")


@contextmanager
def dovecot():
    """A real Dovecot with one mailbox; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="dovecot-") as name:
        folder = Path(name)
        mails = folder / "mails"
        mails.mkdir()
        shutil.chown(mails, "nobody", "nogroup")
        folder.chmod(0o755)
        (folder / "dovecot.conf").write_text(f"""
base_dir = {folder}/run
log_path = {folder}/log
protocols = imap
ssl = no
disable_plaintext_auth = no
first_valid_uid = 1
mail_location = maildir:{mails}/%u
mail_privileged_group =
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/passwords
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={mails}/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
""")
        (folder / "passwords").write_text(f"help:{{PLAIN}}{PASSWORD}\n")
        (folder / "passwords").chmod(0o644)
        running = subprocess.Popen(["dovecot", "-F", "-c", str(folder / "dovecot.conf")])
        try:
            for _ in range(100):
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    time.sleep(0.05)
            yield port
        finally:
            running.terminate()
            running.wait(10)


def has_dovecot():
    return shutil.which("dovecot") is not None and os.geteuid() == 0


class Real:
    """The same questions, asked of Dovecot."""

    def __init__(self, port, *mails):
        self.port = port
        self.imap = imaplib.IMAP4("127.0.0.1", port, 10)
        self.imap.authenticate("PLAIN", lambda _: f"\0help\0{PASSWORD}".encode())
        self.imap.create('"R&AOk-pondus &-"')
        for content in mails:
            self.put(content)

    def put(self, content, folder="INBOX"):
        assert self.imap.append(folder, None, None, content)[0] == "OK"

    def unseen(self):
        self.imap.select("INBOX", readonly=True)
        return self.imap.uid("SEARCH", "UNSEEN")[1][0].split()

    def close(self):
        self.imap.logout()
