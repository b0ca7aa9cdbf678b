"""Stands between the operator and its API server, and writes down when bytes went which way."""

import asyncio
import contextlib
import pathlib
import ssl
import threading
import time

EVENT, REQUEST = "event", "request"


class Wire:
    """On the address of the API server, whose certificate it shows; asks it as its administrator."""

    def __init__(self, pki, server, port=6443):
        self.pki, self.server, self.port = pathlib.Path(pki), server, port
        self.moments = []  # (when, EVENT or REQUEST), in order: bytes to the operator, bytes from it
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self.loop).result(10)

    def kubeconfig(self, path):
        """Writes one that leads here."""
        text = (self.pki / "kubeconfig").read_text().replace(f"https://{self.server}:{self.port}", f"https://{self.server}:{self.here}")
        for name in ("ca.crt", "admin.crt", "admin.key"):
            text = text.replace(f" {name}", f" {self.pki / name}")
        path.write_text(text)
        return path

    def quiet_for(self, seconds):
        return not self.moments or time.monotonic() - self.moments[-1][0] > seconds

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    async def _listen(self):
        shown = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        shown.load_cert_chain(self.pki / "apiserver.crt", self.pki / "apiserver.key")
        self.asked = ssl.create_default_context(cafile=self.pki / "ca.crt")
        self.asked.load_cert_chain(self.pki / "admin.crt", self.pki / "admin.key")
        listening = await asyncio.start_server(self._connected, self.server, 0, ssl=shown)
        self.here = listening.sockets[0].getsockname()[1]

    async def _connected(self, from_operator, to_operator):
        from_server, to_server = await asyncio.open_connection(self.server, self.port, ssl=self.asked)
        pumps = [asyncio.ensure_future(self._pump(from_operator, to_server, REQUEST)),
                 asyncio.ensure_future(self._pump(from_server, to_operator, EVENT))]
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for end in (to_operator, to_server):
            end.close()
        for pump in pumps:
            pump.cancel()

    async def _pump(self, source, to, what):
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while data := await source.read(1 << 16):
                # Bookmarks come when the server likes.
                if b'"type":"BOOKMARK"' not in data:
                    self.moments.append((time.monotonic(), what))
                to.write(data)
                await to.drain()


def from_event_to_request(wire, change, quiet=0.2, patience=10):
    """Makes a change; how long it took from the watch event that told the operator to its first request. Waits until all
    that comes of it is over."""
    while not wire.quiet_for(quiet):
        time.sleep(quiet / 4)
    begin = len(wire.moments)
    change()
    deadline = time.monotonic() + patience
    while not wire.quiet_for(quiet) or REQUEST not in {what for _, what in wire.moments[begin:]}:
        assert time.monotonic() < deadline, "the operator does not answer, or not come to rest"
        time.sleep(quiet / 4)
    moments = wire.moments[begin:]
    event = next(when for when, what in moments if what == EVENT)
    return next(when for when, what in moments if what == REQUEST and when >= event) - event
