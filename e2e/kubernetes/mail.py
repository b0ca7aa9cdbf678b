"""imap HOST USER PASSWORD STEP… and lmtp HOST USER SUBJECT…: run in the network of the cluster, by murder.py."""

import email.message
import errno
import imaplib
import json
import re
import smtplib
import sys
import time


def connected(connect):
    """kube-proxy takes up to a second to send a Service's connections to a pod that has become ready, and no more to one
    that has gone."""
    deadline = time.monotonic() + 5
    while True:
        try:
            return connect()
        except OSError as error:
            if error.errno not in (errno.ECONNREFUSED, errno.EHOSTUNREACH) or time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def imap(host, user, password, *steps):
    session = connected(lambda: imaplib.IMAP4(host, timeout=20))
    session.login(user, password)
    answers = []
    for step in steps:
        command, *arguments = re.findall(r"\([^)]*\)|\S+", step)
        status, data = getattr(session, command)(*arguments)
        if command == "xatom":
            data = session.response("METADATA")[1]
        if status != "OK":
            sys.exit(f"{step}: {status} {data}")
        answers.append([part.decode() if isinstance(part, bytes) else part and part[1].decode() for part in data])
    session.logout()
    print(json.dumps(answers))


def lmtp(host, user, *subjects):
    for subject in subjects:
        deliver(host, user, subject)


def deliver(host, user, subject):
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Subject"] = "mta@example.org", f"{user}@example.org", subject
    message.set_content("Hello.\n")
    # As an MTA does: what is answered with 4xx (a user who is just moved), or by no frontend, is tried again.
    deadline = time.monotonic() + 90
    while not accepted(host, user, message):
        if time.monotonic() > deadline:
            sys.exit(f"{user}: not accepted in time")
        time.sleep(0.2)


def accepted(host, user, message):
    try:
        session = smtplib.LMTP(host, 2003)
    except OSError:
        return False
    with session:
        try:
            session.send_message(message, to_addrs=[user])
        except smtplib.SMTPRecipientsRefused as refused:
            if not 400 <= refused.recipients[user][0] < 500:
                raise
            return False
        except smtplib.SMTPResponseException as refused:
            if not 400 <= refused.smtp_code < 500:
                raise
            return False
        except smtplib.SMTPServerDisconnected:
            return False
    return True


if __name__ == "__main__":
    {"imap": imap, "lmtp": lmtp}[sys.argv[1]](*sys.argv[2:])
