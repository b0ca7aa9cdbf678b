"""What people and their programs do with a murder: real mail clients, and the command `murder` itself."""

import json
import os
import pty
import select
import subprocess
import time

import pytest
from local_murder import LocalMurder, manifests, wait_for

DOMAIN = "clients.murder.test"


@pytest.fixture(scope="module")
def murder():
    murder = LocalMurder(manifests("clients"), "clients", network=38)
    try:
        murder.report = json.loads(murder.up("-o", "json").stdout)
        # Each on a backend of their own, so that what is proxied crosses the murder.
        with murder.imap("fe1", "cyrus") as admin:
            assert admin.create("user.bob " + location(other_backend(murder, home(murder, "user.alice"))))[0] == "OK"
        wait_for("bob's inbox is known", lambda: where(murder, "user.bob")["agreed"])
        yield murder
        unexpected_errors(murder)
    finally:
        murder.remove()


def location(backend):
    return f"{backend}.{DOMAIN}!p1"


def where(murder, mailbox):
    done = murder.murder("where", "--state", murder.top, mailbox, "-o", "json", check=False)
    assert done.returncode in (0, 4), done.stderr
    return json.loads(done.stdout)


def home(murder, mailbox):
    said = next(row for row in where(murder, mailbox)["nodes"] if row["role"] == "master")
    return said["location"].split(".")[0]


def other_backend(_, backend):
    return "be1" if backend == "be2" else "be2"


def run(*command, stdin=None, timeout=60):
    done = subprocess.run([str(part) for part in command], input=stdin, capture_output=True, text=True, timeout=timeout)
    assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def on_terminal(command, dialogue, seconds=60):
    """Runs a program that wants a terminal: waits for each text and types the answer. Returns all that it showed."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp("sh", ["sh", "-c", command])
    shown, looked_at = "", 0
    deadline = time.monotonic() + seconds
    try:
        for expected, answer in [*dialogue, (None, None)]:
            while expected is None or expected not in shown[looked_at:]:
                left = deadline - time.monotonic()
                assert left > 0 and select.select([terminal], [], [], left)[0], f"{expected!r} did not come: {shown}"
                try:
                    read = os.read(terminal, 4096)
                except OSError:  # what Linux says of a terminal whose program has ended
                    read = b""
                if not read:
                    assert expected is None, f"{expected!r} did not come: {shown}"
                    return shown
                shown += read.decode()
            looked_at = len(shown)
            os.write(terminal, f"{answer}\n".encode())
    finally:
        os.close(terminal)
        os.waitpid(pid, 0)


# Cyrus says these of things that are as they should be.
EXPECTED = (
    "cannot set caps",
    "successful mupdate connection",
    "Could not delete local mailbox",
    "unable to reserve mailbox on mupdate server",
    # 3.6.1: after the LOGOUT of a proxied session that stored a script a backend's timsieved ends so; the script is there.
    "process type:SERVICE name:sieve path:/usr/lib/cyrus/bin/timsieved",
)


def unexpected_errors(murder):
    for file in murder.state.glob("nodes/*/log/*.jsonl"):
        for line in file.read_text().splitlines():
            record = json.loads(line)
            if record["level"] in ("error", "critical", "alert", "emergency"):
                assert any(text in record["msg"] for text in EXPECTED), f"{file.name}: {line}"


def test_up_says_what_there_is(murder):
    report = murder.report
    assert [node["node"] for node in report["nodes"]] == ["mupdate", "be1", "be2", "fe1", "fe2"]
    assert report["proof"]["deliveredThrough"] != report["proof"]["readThrough"]
    assert {account["account"] for account in report["accounts"]} >= {"cyrus", "alice", "bob", "mailproxy"}
    secrets = json.loads(open(report["passwords"]).read())
    assert all(account["secret"] in secrets for account in report["accounts"])


def test_the_commands_that_up_suggests_work(murder):
    cyradm, curl, mbsync = murder.report["try"]
    listed = on_terminal(cyradm, [("Password:", murder.passwords()["admin.cyrus"]), (">", "listmailbox user.*"),
                                  ("user.alice", "quit")])
    assert "user.bob" in listed
    read = subprocess.run(curl, shell=True, capture_output=True, text=True, timeout=60)
    assert read.returncode == 0 and f"To: alice@{DOMAIN}" in read.stdout, read
    synced = subprocess.run(mbsync, shell=True, capture_output=True, text=True, timeout=60)
    assert synced.returncode == 0, synced
    assert list((murder.state / "mbsync/INBOX").glob("*/*")), "mbsync brought no message"


def test_imaplib_works_on_shared_folders_of_another_backend(murder):
    far = other_backend(murder, home(murder, "user.alice"))
    with murder.imap("fe1", "cyrus") as admin:
        assert admin.create(f"shared {location(far)}")[0] == "OK"
        assert admin.setacl("shared", "alice", "lrswipkxte")[0] == "OK"
        assert admin.setacl("shared", "anyone", "lrs")[0] == "OK"
    with murder.imap("fe2", "alice") as alice:
        wait_for("shared is listed", lambda: any(b"shared" in line for line in alice.list()[1] if line))
        assert alice.append("INBOX", r"(\Flagged)", None, b"Subject: to be copied\r\n\r\nhello\r\n")[0] == "OK"
        alice.select("INBOX")
        _, found = alice.search(None, "SUBJECT", '"to be copied"')
        kind, answer = alice.copy(found[0].split()[-1].decode(), "shared")
        assert kind == "OK", answer
        assert alice.select("shared")[0] == "OK"
        _, parts = alice.fetch("1", "(FLAGS BODY.PEEK[])")
        assert b"to be copied" in parts[0][1] and b"Flagged" in parts[0][0]
    with murder.imap("fe1", "bob") as bob:
        assert bob.select("shared", readonly=True)[0] == "OK"
        assert bob.append("shared", None, None, b"Subject: no\r\n\r\n")[0] == "NO"


@pytest.mark.parametrize("door", ["tcp", "unix"])
def test_swaks_delivers(murder, door):
    server = (["--socket", murder.state / "nodes/fe1/run/lmtp"] if door == "unix"
              else ["--server", f"{murder.address('fe1')}:2003"])
    run("swaks", "--protocol", "LMTP", *server, "--from", "mta@example.org", "--to", "bob",
        "--header", f"Subject: by {door}", "--silent", "1")
    assert f"by {door}" in murder.subjects("fe2", "bob")


def test_lmtp_refuses_who_is_unknown(murder):
    done = subprocess.run(["swaks", "--protocol", "LMTP", "--server", f"{murder.address('fe2')}:2003", "--from",
                           "mta@example.org", "--to", "nobody", "--quit-after", "RCPT"], capture_output=True, text=True,
                          timeout=60)
    assert "550 5.1.1 User unknown" in done.stdout, done.stdout


@pytest.mark.parametrize("scheme, port", [("imaps", 993), ("pop3s", 995)])
def test_curl_reads_over_verified_tls(murder, scheme, port):
    url = f"{scheme}://fe2.{DOMAIN}:{port}/" + ("INBOX;MAILINDEX=1" if scheme == "imaps" else "1")
    netrc = murder.top / "netrc"
    netrc.write_text(f"machine fe2.{DOMAIN} login alice password {murder.password('alice')}\n")
    read = run("curl", "--silent", "--show-error", "--netrc-file", netrc, "--cacert", murder.state / "pki/ca.crt",
               "--resolve", f"fe2.{DOMAIN}:{port}:{murder.address('fe2')}", url)
    netrc.unlink()
    assert "From: murder@" in read


def test_sieveshell_puts_a_script_through_a_frontend(murder):
    script = murder.top / "vacation"
    script.write_text('require "fileinto";\nkeep;\n')
    said = on_terminal(f"sieveshell --user alice --authname alice {murder.address('fe1')}:4190",
                       [("password:", murder.password("alice")), (">", f"put {script}"), (">", "activate vacation"),
                        (">", "list"), ("active script", "quit")])
    script.unlink()
    assert "vacation  <- active script" in said


def test_status_is_one_screen(murder):
    wait_for("all is in sync", lambda: murder.murder("status", "--state", murder.top, check=False).returncode == 0)
    text = murder.murder("status", "--state", murder.top).stdout
    assert "clients, Cyrus 3." in text and "in sync" in text and "pushed" in text
    status = json.loads(murder.murder("status", "--state", murder.top, "-o", "json").stdout)
    held = {node["node"]: int(node["mailboxes"]) for node in status["nodes"]}
    assert held["be1"] + held["be2"] == held["mupdate"] == held["fe1"] == held["fe2"]


def test_where_tells_what_each_node_says(murder):
    told = where(murder, "user.bob")
    assert told["agreed"] and told["verdict"].startswith(f"On {home(murder, 'user.bob')}.{DOMAIN}")
    assert where(murder, "user.nobody")["verdict"] == "No such mailbox."


def test_two_backends_that_hold_one_mailbox_lose_nothing(murder):
    near = home(murder, "user.alice")
    far = other_backend(murder, near)
    for backend, command in ((near, "CREATE"), (far, "LOCALCREATE")):
        with murder.imap(backend, "cyrus") as admin:
            assert admin.xatom(command, "twice")[0] == "OK" if command == "LOCALCREATE" else admin.create("twice")[0] == "OK"
            admin.setacl("twice", "cyrus", "lrswipkxtecda")
    for backend in (near, far):
        with murder.imap(backend, "cyrus") as admin:
            assert admin.append("twice", None, None, f"Subject: of {backend}\r\n\r\n".encode())[0] == "OK"

    # Whichever of them the master names now, a push of the other is held.
    other = other_backend(murder, home(murder, "twice"))
    held = murder.murder("push", "--state", murder.top, other, check=False)
    assert held.returncode == 4 and "MailboxConflict" in held.stdout and "twice" in held.stdout
    seen = murder.murder("status", "--state", murder.top, check=False)
    assert seen.returncode == 4 and f"murder push {other} --local-is-right twice" in seen.stdout
    assert "Two backends hold it" in where(murder, "twice")["verdict"]

    murder.murder("push", "--state", murder.top, other, "--local-is-right", "twice")
    assert home(murder, "twice") == other
    first = other_backend(murder, other)
    murder.murder("push", "--state", murder.top, first, "--master-is-right", "twice")
    wait_for("they agree", lambda: where(murder, "twice")["agreed"])
    with murder.imap(first, "cyrus") as admin:
        kept = [line for line in admin.list('""', "DELETED.*")[1] if line and b"DELETED.twice" in line]
        assert kept, "the copy that lost is not kept"


def test_completion_knows_the_verbs(murder):
    script = murder.murder("completion", "bash").stdout
    completed = run("bash", "-c", f"{script}\nCOMP_WORDS=(murder local u); COMP_CWORD=2; _murder; echo \"${{COMPREPLY[@]}}\"")
    assert completed.strip() == "up"
