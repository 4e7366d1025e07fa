"""Apple's push service on the loopback: HTTP/2 over TLS that asks every caller for a certificate, and keeps what it was told."""

import asyncio
import json
import socket
import ssl
import tempfile
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import h2.config
import h2.connection
import h2.events

from wallet_keys import house, issue


def context(server, trusted):
    """TLS of a server that takes clients of `trusted` only."""
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "server.pem")
        path.write_text(server.pem + server.key_pem)
        made.load_cert_chain(path)
    made.load_verify_locations(cadata=trusted.pem)
    made.verify_mode = ssl.CERT_REQUIRED
    made.set_alpn_protocols(["h2"])
    return made


@asynccontextmanager
async def serving(answers=None):
    """Serve; `answers` maps a push token to (status, reason[, headers]), any other token is taken. Yields base, seen, connections."""
    answers = answers or {}
    kept = house()
    state = SimpleNamespace(base="", seen=[], connections=0, answers=answers)

    async def handle(reader, writer):
        state.connections += 1
        certificate = writer.get_extra_info("peercert")
        name = dict(part for row in certificate["subject"] for part in row)["commonName"]
        talk = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        talk.initiate_connection()
        writer.write(talk.data_to_send())
        requests = {}
        try:
            while data := await reader.read(65536):
                for event in talk.receive_data(data):
                    if isinstance(event, h2.events.RequestReceived):
                        requests[event.stream_id] = (dict(event.headers), bytearray())
                    elif isinstance(event, h2.events.DataReceived):
                        requests[event.stream_id][1].extend(event.data)
                        talk.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                    elif isinstance(event, h2.events.StreamEnded):
                        headers, body = requests.pop(event.stream_id)
                        _answer(talk, event.stream_id, headers, bytes(body), name)
                writer.write(talk.data_to_send())
                await writer.drain()
        except (ConnectionError, ssl.SSLError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            with suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()

    def _answer(talk, stream, headers, body, name):
        token = headers[":path"].removeprefix("/3/device/")
        state.seen.append(SimpleNamespace(token=token, headers=headers, body=body, client=name))
        status, reason, more = (*state.answers.get(token, (200, "")), {})[:3]
        said = json.dumps({"reason": reason}).encode() if reason else b""
        talk.send_headers(stream, [(":status", str(status)), *more.items()], end_stream=not said)
        if said:
            talk.send_data(stream, said, end_stream=True)

    server = await asyncio.start_server(handle, "localhost", 0, ssl=context(kept.push, kept.root))
    state.base = f"https://localhost:{server.sockets[0].getsockname()[1]}"
    try:
        yield state
    finally:
        server.close()


@contextmanager
def refusing(newest):
    """Turn every certificate away with an alert, up to a version of TLS. asyncio's own TLS breaks off without a word, so this one blocks."""
    tls = context(house().push, issue("Others", authority=True))
    tls.maximum_version = newest
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            with suppress(OSError):
                while True:
                    caller, _ = server.accept()
                    with caller, suppress(OSError), tls.wrap_socket(caller, server_side=True):
                        pass

        Thread(target=serve, daemon=True).start()
        yield SimpleNamespace(base=f"https://localhost:{server.getsockname()[1]}")
        server.shutdown(socket.SHUT_RDWR)
