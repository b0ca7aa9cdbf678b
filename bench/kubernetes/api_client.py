"""Requests to an API server as fast as it takes them: on connections that are kept, many at a time. By kubectl, filling
a server would take longer than what is measured."""

import concurrent.futures
import http.client
import json
import ssl
import threading


class ApiClient:
    def __init__(self, pki, host, port=6443):
        self.tls = ssl.create_default_context(cafile=pki / "ca.crt")
        self.tls.load_cert_chain(pki / "admin.crt", pki / "admin.key")
        self.host, self.port = host, port
        self.of_thread = threading.local()

    def _connection(self):
        if not hasattr(self.of_thread, "connection"):
            self.of_thread.connection = http.client.HTTPSConnection(self.host, self.port, context=self.tls)
        return self.of_thread.connection

    def request(self, method, path, body=None, content_type="application/json"):
        connection = self._connection()
        text = json.dumps(body) if body is not None else None
        try:
            connection.request(method, path, text, {"Content-Type": content_type})
        except OSError:  # One that has been idle may be closed; the next is opened by itself.
            connection.close()
            connection.request(method, path, text, {"Content-Type": content_type})
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status < 300, f"{method} {path}: {answer.status} {text[:500]}"
        return json.loads(text)

    def patch(self, path, body):
        return self.request("PATCH", path, body, "application/merge-patch+json")

    def at_once(self, function, items, threads=8):
        """Calls it with each; their results."""
        with concurrent.futures.ThreadPoolExecutor(threads) as pool:
            return list(pool.map(function, items))
