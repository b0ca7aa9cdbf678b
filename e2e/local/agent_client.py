"""Asks an agent over gRPC, with the operator's certificate."""

import importlib
import pathlib
import subprocess
import sys
import tempfile

import grpc

PROTO = pathlib.Path(__file__).resolve().parents[2] / "proto"


def _messages():
    directory = tempfile.mkdtemp(prefix="murder-agent-proto-")
    subprocess.run(["protoc", f"-I{PROTO}", f"--python_out={directory}", "agent.proto"], check=True)
    sys.path.insert(0, directory)
    return importlib.import_module("agent_pb2")


pb = _messages()


class Agent:
    def __init__(self, node, certificate="operator"):
        pki = node.murder.pki
        credentials = grpc.ssl_channel_credentials(
            (pki / "ca.crt").read_bytes(),
            (pki / f"{certificate}.key").read_bytes() if certificate else None,
            (pki / f"{certificate}.crt").read_bytes() if certificate else None,
        )
        self.channel = grpc.secure_channel(f"{node.address}:9401", credentials)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.channel.close()

    def call(self, method, request, reply):
        stub = self.channel.unary_unary(
            f"/murder.agent.v1.Agent/{method}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=reply.FromString,
        )
        return stub(request, timeout=60)

    def status(self, fresh=False):
        return self.call("GetStatus", pb.GetStatusRequest(fresh=fresh), pb.NodeStatus)

    def push(self, **fields):
        return self.call("Push", pb.PushRequest(**fields), pb.PushReport)

    def where(self, mailbox):
        return self.call("Where", pb.WhereRequest(mailbox=mailbox), pb.WhereReply)

    def reload(self):
        return self.call("Reload", pb.ReloadRequest(), pb.ReloadReply)


def push(node, **fields):
    with Agent(node) as agent:
        return agent.push(**fields)


def where(node, mailbox):
    with Agent(node) as agent:
        reply = agent.where(mailbox)
        return pb.WhereReply.State.Name(reply.state), reply.location
