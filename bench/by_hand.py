"""The peer of every measurement: a murder configured by hand, as the Cyrus Murder manual says, from the same packages.

One MUPDATE master, `backends` backends with two partitions each and `frontends` frontends, on 127.NETWORK.x.y; names and
ports by a private mount namespace for each server. Needs root.
"""

import os
import pathlib
import signal
import socket
import subprocess
import time

CYRUS = "/usr/lib/cyrus/bin"
DOMAIN = "hand.test"


class MurderByHand:
    def __init__(self, root, network=37, backends=2, frontends=2, users=("alice", "bob")):
        self.root = pathlib.Path(root)
        self.network = network
        self.users = users
        self.backends = [f"be{i + 1}" for i in range(backends)]
        self.frontends = [f"fe{i + 1}" for i in range(frontends)]
        self.nodes = ["m1", *self.backends, *self.frontends]
        self.processes = []

    def address(self, node):
        if node == "m1":
            return f"127.{self.network}.0.1"
        kind, number = (1, self.backends.index(node)) if node in self.backends else (2, self.frontends.index(node))
        return f"127.{self.network}.{kind}.{number + 1}"

    def configure(self):
        """What an administrator would have written before; not part of any measurement."""
        for node in self.nodes:
            base = self.root / node
            for folder in ("conf/db", "conf/socket", "conf/proc", "conf/log", "conf/msg", "conf/ptclient", "conf/lock",
                           "run/proc", "run/lock", "spool/p1", "spool/p2", "sieve"):
                (base / folder).mkdir(parents=True, exist_ok=True)
            (base / "imapd.conf").write_text(self.imapd_conf(node))
            (base / "cyrus.conf").write_text(self.cyrus_conf(node))
            (base / "hosts").write_text("127.0.0.1 localhost\n" + "".join(
                f"{self.address(other)} {other}.{DOMAIN}\n" for other in self.nodes))
            (base / "services").write_text("".join(f"{name} {port}/tcp\n" for name, port in (
                ("imap", 143), ("imaps", 993), ("pop3", 110), ("sieve", 4190), ("lmtp", 2003), ("mupdate", 3905))))
            for user, password in self.accounts(node):
                subprocess.run(["saslpasswd2", "-p", "-c", "-f", base / "sasldb2", "-u", f"{node}.{DOMAIN}", user],
                               input=password.encode(), check=True)
            subprocess.run(["chown", "-R", "cyrus:mail", base], check=True)

    def accounts(self, node):
        if node == "m1":
            return [("cyrus", "cyruspw"), ("mupdate", "mupdatepw")]
        if node in self.backends:
            return [("cyrus", "cyruspw"), ("mailproxy", "proxypw"), ("xfer", "xferpw")]
        return [("cyrus", "cyruspw"), *((user, f"{user}pw") for user in self.users)]

    def imapd_conf(self, node):
        base = self.root / node
        lines = [f"configdirectory: {base}/conf", f"proc_path: {base}/run/proc", f"mboxname_lockpath: {base}/run/lock",
                 f"servername: {node}.{DOMAIN}", f"syslog_prefix: {node}",
                 f"sievedir: {base}/sieve", "sasl_pwcheck_method: auxprop", "sasl_auxprop_plugin: sasldb",
                 f"sasl_sasldb_path: {base}/sasldb2", "sasl_mech_list: PLAIN LOGIN", "allowplaintext: yes", "umask: 077",
                 "hashimapspool: yes", "altnamespace: no", "unixhierarchysep: no", "virtdomains: off"]
        if node == "m1":
            lines += ["admins: cyrus mupdate", f"partition-default: {base}/spool/p1"]
            return "\n".join(lines) + "\n"
        lines += [f"mupdate_server: m1.{DOMAIN}:3905", "mupdate_username: mupdate", "mupdate_authname: mupdate",
                  "mupdate_password: mupdatepw", f"lmtpsocket: {base}/run/lmtp", f"idlesocket: {base}/run/idle"]
        if node in self.backends:
            lines += ["admins: cyrus xfer", "defaultpartition: p1", f"partition-p1: {base}/spool/p1",
                      f"partition-p2: {base}/spool/p2", "proxyservers: mailproxy", "lmtp_admins: mailproxy",
                      "proxy_authname: xfer", "proxy_password: xferpw", "allowallsubscribe: yes", "allowusermoves: yes"]
        else:
            lines += ["admins: cyrus", f"partition-default: {base}/spool/p1", "proxy_authname: mailproxy",
                      "serverlist: " + " ".join(f"{backend}.{DOMAIN}" for backend in self.backends)]
            lines += [f"{backend}_password: proxypw" for backend in self.backends]
        return "\n".join(lines) + "\n"

    def cyrus_conf(self, node):
        conf = f"-C {self.root}/{node}/imapd.conf"
        address = self.address(node)
        start = [f'recover cmd="{CYRUS}/ctl_cyrusdb {conf} -r"']
        if node == "m1":
            services = [f'mupdate cmd="{CYRUS}/mupdate {conf} -m" listen="{address}:3905" prefork=1']
        else:
            services = [f'imap cmd="{CYRUS}/imapd {conf}" listen="{address}:143" prefork=5',
                        f'pop3 cmd="{CYRUS}/pop3d {conf}" listen="{address}:110" prefork=0',
                        f'sieve cmd="{CYRUS}/timsieved {conf}" listen="{address}:4190" prefork=0']
            if node in self.backends:
                start.append(f'mupdatepush cmd="{CYRUS}/ctl_mboxlist {conf} -m"')
                services.append(f'lmtp cmd="{CYRUS}/lmtpd {conf}" listen="{address}:2003" prefork=0')
            else:
                services.insert(0, f'mupdate cmd="{CYRUS}/mupdate {conf}" listen="{address}:3905" prefork=1')
                services.append(f'lmtp cmd="{CYRUS}/lmtpd {conf} -a" listen="{address}:2003" prefork=0')
        events = [f'checkpoint cmd="{CYRUS}/ctl_cyrusdb {conf} -c" period=30']
        sections = {"START": start, "SERVICES": services, "EVENTS": events}
        return "".join(f"{name} {{\n" + "".join(f"  {line}\n" for line in lines) + "}\n"
                       for name, lines in sections.items())

    def start(self):
        self._start("m1")
        wait_for_banner(self.address("m1"), 3905)
        for node in [*self.backends, *self.frontends]:
            self._start(node)
        for node in [*self.backends, *self.frontends]:
            wait_for_banner(self.address(node), 143)
        for node in self.frontends:
            wait_for_banner(self.address(node), 3905)  # a slave says nothing until its list is complete

    def _start(self, node):
        base = self.root / node
        script = (f"mount --bind {base}/hosts /etc/hosts && mount --bind {base}/services /etc/services && "
                  f"exec {CYRUS}/master -C {base}/imapd.conf -M {base}/cyrus.conf -p {base}/run/master.pid")
        self.processes.append(subprocess.Popen(["unshare", "--mount", "sh", "-c", script], start_new_session=True,
                                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                               stderr=subprocess.DEVNULL))

    def stop(self):
        for process in reversed(self.processes):
            process.send_signal(signal.SIGQUIT)
        for process in self.processes:
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.processes.clear()

    def __enter__(self):
        self.configure()
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()


def wait_for_banner(address, port, seconds=30):
    """Returns when a server greets. Cyrus accepts before it can serve, so a connection alone proves nothing."""
    deadline = time.monotonic() + seconds
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"{address}:{port} does not greet within {seconds} s")
        try:
            with socket.create_connection((address, port), timeout=left) as connection:
                connection.settimeout(left)
                if connection.recv(1):
                    return
        except (ConnectionRefusedError, ConnectionResetError):
            time.sleep(0.01)
