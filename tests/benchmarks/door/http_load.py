"""Requests over plain sockets, from one thread: the client must cost less than the server that it measures."""

import heapq
import selectors
import socket
import time
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

HEAD_ENDS = b"\r\n\r\n"
LONGEST = 30.0  # seconds for one answer


@dataclass(kw_only=True)
class Report:
    """What a run gave. An answer that never came counts as status 0."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def request(path: str, query: str, body: bytes) -> bytes:
    """A POST as nginx passes it on."""
    lines = [f"POST {path}?{query} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: text/xml", "User-Agent: Mozilla/4.0"]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


def saturate(port: int, requests: Iterable[bytes], *, connections: int) -> Report:
    """Each connection sends its next request once it has the answer to the last one."""
    report, left = Report(), iter(requests)
    began = time.monotonic()
    with selectors.DefaultSelector() as selector:
        for _ in range(connections):
            selector.register(socket.create_connection(("127.0.0.1", port)), selectors.EVENT_READ)
        for key in list(selector.get_map().values()):
            _send_next(key.fileobj, left, selector)
        while selector.get_map():
            for key, _events in selector.select(LONGEST):
                report.statuses[_status(key.fileobj)] += 1
                _send_next(key.fileobj, left, selector)
    report.seconds = time.monotonic() - began
    return report


def _send_next(connection: object, left: Iterable[bytes], selector: selectors.BaseSelector) -> None:
    assert isinstance(connection, socket.socket)
    data = next(iter(left), None)
    if data is None:
        selector.unregister(connection)
        connection.close()
    else:
        connection.sendall(data)


def _status(connection: object) -> int:
    assert isinstance(connection, socket.socket)
    answer = b""
    while HEAD_ENDS not in answer:
        part = connection.recv(4096)
        if not part:
            return 0
        answer += part
    return int(answer[9:12])


def paced(port: int, requests: Sequence[bytes], *, rate: float, connections: int) -> Report:
    """Each request comes at its time, by one of so many kept connections, as a proxy sends it, or once one is free."""
    report, began = Report(), time.monotonic()
    due = deque((began + number / rate, data) for number, data in enumerate(requests))
    free = deque(socket.create_connection(("127.0.0.1", port)) for _ in range(connections))
    with selectors.DefaultSelector() as selector:
        while due or selector.get_map():
            while due and free and due[0][0] <= time.monotonic():
                since, data = due.popleft()
                connection = free.popleft()
                connection.sendall(data)
                selector.register(connection, selectors.EVENT_READ, since)
            pause = max(0.0, due[0][0] - time.monotonic()) if due and free else LONGEST
            for key, _events in selector.select(pause):
                assert isinstance(key.fileobj, socket.socket)
                report.statuses[_status(key.fileobj)] += 1
                report.latencies.append(time.monotonic() - key.data)
                selector.unregister(key.fileobj)
                free.append(key.fileobj)
    for connection in free:
        connection.close()
    report.seconds = time.monotonic() - began
    return report


def arrive(port: int, requests: Sequence[bytes], *, rate: float) -> Report:
    """Each request comes by a connection of its own at its time, whatever became of the earlier ones."""
    report, began = Report(), time.monotonic()
    due = deque((began + number / rate if rate else began, data) for number, data in enumerate(requests))
    ends: list[tuple[float, int]] = []  # when to give up on a connection, by its descriptor
    with selectors.DefaultSelector() as selector:
        while due or selector.get_map():
            now = time.monotonic()
            while due and due[0][0] <= now:
                _open(port, *due.popleft(), selector=selector, ends=ends)
            pause = max(0.0, due[0][0] - time.monotonic()) if due else 0.1
            for key, events in selector.select(pause):
                _advance(key, events, selector, report)
            while ends and ends[0][0] < time.monotonic():
                _give_up(heapq.heappop(ends)[1], selector, report)
    report.seconds = time.monotonic() - began
    return report


def _open(
    port: int, since: float, data: bytes, *, selector: selectors.BaseSelector, ends: list[tuple[float, int]]
) -> None:
    connection = socket.socket()
    connection.setblocking(False)
    connection.connect_ex(("127.0.0.1", port))
    selector.register(connection, selectors.EVENT_WRITE, (since, data))
    heapq.heappush(ends, (since + LONGEST, connection.fileno()))


def _advance(key: selectors.SelectorKey, events: int, selector: selectors.BaseSelector, report: Report) -> None:
    connection, (since, data) = key.fileobj, key.data
    assert isinstance(connection, socket.socket)
    if events & selectors.EVENT_WRITE:
        try:
            connection.sendall(data)
        except OSError:  # nothing listens
            _finish(connection, selector, report, since, 0)
        else:
            selector.modify(connection, selectors.EVENT_READ, key.data)
        return
    try:
        status = _status(connection)
    except OSError:
        status = 0
    _finish(connection, selector, report, since, status)


def _finish(
    connection: socket.socket, selector: selectors.BaseSelector, report: Report, since: float, status: int
) -> None:
    selector.unregister(connection)
    connection.close()
    report.statuses[status] += 1
    report.latencies.append(time.monotonic() - since)


def _give_up(descriptor: int, selector: selectors.BaseSelector, report: Report) -> None:
    key = selector.get_map().get(descriptor)
    if key is not None and time.monotonic() - key.data[0] > LONGEST:
        assert isinstance(key.fileobj, socket.socket)
        _finish(key.fileobj, selector, report, key.data[0], 0)
