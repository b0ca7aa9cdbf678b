"""Just enough of mail protocols to measure with: lines over a socket, no client library's cost between us and Cyrus."""

import socket


class Lines:
    def __init__(self, address, port, seconds=30):
        self.socket = socket.create_connection((address, port), timeout=seconds)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb")

    def line(self):
        # Cyrus answers in several segments: with delayed acknowledgements we would measure those, 40 ms each.
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        line = self.file.readline()
        if not line:
            raise ConnectionError("closed by the server")
        return line

    def send(self, text):
        self.socket.sendall(text.encode())

    def close(self):
        self.file.close()
        self.socket.close()


def imap_command(lines, tag, command):
    lines.send(f"{tag} {command}\r\n")
    answer = []
    while True:
        line = lines.line()
        answer.append(line)
        if line.startswith(tag.encode() + b" "):
            if not line.startswith(f"{tag} OK".encode()):
                raise RuntimeError(f"{command.split()[0]}: {line.decode().strip()}")
            return answer


def session(address, port, user, password):
    """A whole session as a web mailer's: connect, log in, select the inbox, log out."""
    lines = Lines(address, port)
    try:
        lines.line()
        imap_command(lines, "1", f"LOGIN {user} {password}")
        imap_command(lines, "2", "SELECT INBOX")
        imap_command(lines, "3", "LOGOUT")
    finally:
        lines.close()


def create(address, port, admin, password, mailbox):
    lines = Lines(address, port)
    try:
        lines.line()
        imap_command(lines, "1", f"LOGIN {admin} {password}")
        imap_command(lines, "2", f"CREATE {mailbox}")
    finally:
        lines.close()


def deliver(address, port, recipient, message=b"From: a@example.org\r\nSubject: hello\r\n\r\nhello\r\n"):
    lines = Lines(address, port)
    try:
        expect(lines, "220")
        for command, code in (("LHLO bench", "250"), ("MAIL FROM:<>", "250"), (f"RCPT TO:<{recipient}>", "250"),
                              ("DATA", "354")):
            lines.send(command + "\r\n")
            expect(lines, code)
        lines.socket.sendall(message + b".\r\n")
        expect(lines, "250")
        lines.send("QUIT\r\n")
        expect(lines, "221")
    finally:
        lines.close()


def expect(lines, code):
    while True:
        line = lines.line().decode()
        if not line.startswith(code):
            raise RuntimeError(f"{code} expected: {line.strip()}")
        if line[3:4] != "-":
            return
