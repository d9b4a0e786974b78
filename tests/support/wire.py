"""Requests that no library would send, byte by byte."""

import socket
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from email.policy import HTTP
from urllib.parse import urlsplit

import httpx


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


def send_raw(client: httpx.Client, request: bytes) -> Answer | None:
    """Whatever is answered before the connection is closed; None for nothing."""
    parts = urlsplit(str(client.base_url))
    with socket.create_connection((parts.hostname, parts.port or 80), timeout=30) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    if not answer:
        return None
    head, _, body = answer.partition(b"\r\n\r\n")
    status, _, lines = head.partition(b"\r\n")
    parsed = BytesHeaderParser(policy=HTTP).parsebytes(lines)
    headers = {name.lower(): str(value) for name, value in parsed.items()}
    return Answer(int(status.split()[1]), headers, body)


def form_request(
    path: str, body: bytes, *headers: str, method: str = "POST", length: int | None = None
) -> bytes:
    """A form; `length` is what it says of its own length."""
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: id.example",
        "Connection: close",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body) if length is None else length}",
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
