"""The smallest pods in which Cyrus and its agent do their work: what the operator makes is richer, and no less strict."""

import json

NAMESPACE = "cyrus"
STATE = "/var/lib/cyrus-murder"

NAMESPACE_OBJECT = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {"name": NAMESPACE, "labels": {"pod-security.kubernetes.io/enforce": "restricted"}},
}


def claim(name, storage_class):
    return {
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"storageClassName": storage_class, "accessModes": ["ReadWriteOnce"],
                 "resources": {"requests": {"storage": "1Gi"}}},
    }


def service(name, port):
    return {
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"selector": {"node": name}, "ports": [{"port": port}], "publishNotReadyAddresses": True},
    }


def settings(name, role, port):
    """The files of a node: a master that knows every backend's account, or a backend that knows one password."""
    backend = role == "backend"
    protocol = "imap" if backend else "mupdate"
    imapd_conf = f"""
servername: {name}
configdirectory: {STATE}/conf
proc_path: /run/cyrus/proc
mboxname_lockpath: /run/cyrus/lock
sievedir: {STATE}/sieve
partition-p1: {STATE}/spool
defaultpartition: p1
admins: cyrus murder-agent backend
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: /run/cyrus/sasldb2
sasl_mech_list: PLAIN LOGIN
allowplaintext: yes
"""
    if backend:
        imapd_conf += "mupdate_server: master:3905\nmupdate_username: backend\nmupdate_authname: backend\n"
        imapd_conf += "mupdate_password: not-a-secret\n"
    program = "imapd" if backend else "mupdate -m"
    program = program.replace(" ", " -C /etc/cyrus/imapd.conf ") if " " in program else program + " -C /etc/cyrus/imapd.conf"
    cyrus_conf = f"""
START {{
  recover cmd="/usr/lib/cyrus/bin/ctl_cyrusdb -C /etc/cyrus/imapd.conf -r"
}}
SERVICES {{
  {protocol} cmd="/usr/lib/cyrus/bin/{program}" listen="0.0.0.0:{port}" prefork=1
}}
"""
    agent = {
        "cluster": "test", "node": name, "role": role, "serverName": name,
        "paths": {
            "imapdConf": "/etc/cyrus/imapd.conf", "cyrusConf": "/etc/cyrus/cyrus.conf",
            "accounts": "/etc/cyrus/accounts.json", "sasldb": "/run/cyrus/sasldb2",
            "configDirectory": f"{STATE}/conf", "runDirectory": "/run/cyrus", "sieveDirectory": f"{STATE}/sieve",
            "masterPid": "/run/cyrus/master.pid",
        },
        "partitions": [{"name": "p1", "path": f"{STATE}/spool"}] if backend else [],
        "services": [{"name": protocol, "protocol": protocol, "endpoint": f"127.0.0.1:{port}", "tls": False}],
        "mupdate": {
            "endpoint": "master:3905", "username": "backend" if backend else "",
            "passwordFile": "/etc/cyrus/mupdate-password" if backend else "",
        },
        "push": {"retrySeconds": 1}, "health": {"intervalSeconds": 1},
        "listen": {"http": "0.0.0.0:8480", "grpc": "", "tlsCa": "", "tlsCert": "", "tlsKey": ""},
        "logs": {"socket": "/run/cyrus/log.sock", "spill": "/run/cyrus/log.spill", "file": ""},
    }
    accounts = [{"user": "cyrus", "password": "secret"}] if backend else [{"user": "backend", "password": "not-a-secret"}]
    return {
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": NAMESPACE},
        "stringData": {
            "imapd.conf": imapd_conf, "cyrus.conf": cyrus_conf, "agent.json": json.dumps(agent),
            "accounts.json": json.dumps(accounts), "mupdate-password": "not-a-secret\n",
        },
    }


def pod(name, image):
    confined = {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
    }
    mounts = [
        {"name": "settings", "mountPath": "/etc/cyrus", "readOnly": True},
        {"name": "run", "mountPath": "/run/cyrus"},
        {"name": "state", "mountPath": STATE},
        {"name": "tmp", "mountPath": "/tmp"},
    ]
    probe = {"periodSeconds": 1, "timeoutSeconds": 5}
    agent = {
        "name": "agent", "image": image, "imagePullPolicy": "Never", "restartPolicy": "Always",
        "args": ["--config", "/etc/cyrus/agent.json"], "securityContext": confined, "volumeMounts": mounts,
        "startupProbe": {**probe, "httpGet": {"path": "/startupz", "port": 8480}, "failureThreshold": 60},
        "readinessProbe": {**probe, "httpGet": {"path": "/readyz", "port": 8480}},
    }
    cyrus = {
        "name": "cyrus", "image": image, "imagePullPolicy": "Never",
        "command": ["/usr/lib/cyrus/bin/master", "-C", "/etc/cyrus/imapd.conf", "-M", "/etc/cyrus/cyrus.conf",
                    "-p", "/run/cyrus/master.pid"],
        "env": [{"name": "LD_PRELOAD", "value": "/usr/lib/cyrus-murder/libmurder-syslog.so"},
                {"name": "MURDER_LOG_SOCKET", "value": "/run/cyrus/log.sock"},
                {"name": "MURDER_LOG_SPILL", "value": "/run/cyrus/log.spill"}],
        "securityContext": confined, "volumeMounts": mounts,
    }
    return {
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": {"node": name}},
        "spec": {
            "automountServiceAccountToken": False, "terminationGracePeriodSeconds": 5,
            "shareProcessNamespace": True,  # The agent tells cyrmaster to read its settings anew.
            "securityContext": {
                "runAsNonRoot": True, "runAsUser": 143, "runAsGroup": 8, "fsGroup": 8,
                "seccompProfile": {"type": "RuntimeDefault"},
                "sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}],
            },
            "initContainers": [agent], "containers": [cyrus],
            "volumes": [
                {"name": "settings", "secret": {"secretName": name, "defaultMode": 0o440}},
                {"name": "run", "emptyDir": {"medium": "Memory"}},
                {"name": "tmp", "emptyDir": {"medium": "Memory"}},
                {"name": "state", "persistentVolumeClaim": {"claimName": name}},
            ],
        },
    }
