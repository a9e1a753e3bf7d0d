"""Faults, observed on the wire with a raw socket."""

import json
import socket
import ssl
import time
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
import requests

from tests.wecom.emulator.support.clients import Application, Emulator


def exchange(application: Application, member: str, *, timeout: float = 10) -> bytes:
    """message/send over a bare socket: everything that came back until the connection ended or was kept alive."""
    text = {"touser": member, "msgtype": "text", "text": {"content": "x"}, "agentid": application.agent_id}
    body = json.dumps(text).encode()
    address = urlsplit(application.emulator.url)
    head = (
        f"POST /cgi-bin/message/send?access_token={application.access_token()} HTTP/1.1\r\n"
        f"Host: {address.netloc}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=timeout) as connection:
        connection.sendall(head.encode() + body)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return answer


@pytest.fixture
def fault(emulator: Emulator, member: str):
    def set_fault(**fields):
        return emulator.control("POST", "faults", member=member, **fields)

    yield set_fault
    emulator.control("DELETE", "faults")


CODES = {
    "busy": -1,
    "wrong-secret": 40001,
    "token-invalid": 40014,
    "token-expired": 42001,
    "media-expired": 40007,
    "rate-limited": 45009,
    "concurrency-limited": 45033,
    "untrusted-ip": 60020,
    "nobody-reachable": 81013,
}
STATUSES = {"server-error": 500, "bad-gateway": 502, "unavailable": 503, "gateway-timeout": 504, "html": 200}
# The platform's table of error codes, https://developer.work.weixin.qq.com/document/path/90313.
TABLE = (
    *(
        -1,
        6000,
        45035,
        40001,
        40003,
        60111,
        46004,
        40004,
        40005,
        40123,
        40006,
        40009,
        40011,
        45001,
        40007,
        40145,
        40008,
    ),
    *(40013, 41002, 41004, 40014, 41001, 42001, 40029, 42003, 42022, 40031, 40032, 40033, 40035, 40058, 40063, 41033),
    *(44004, 45002, 45008, 45032, 45034, 82004, 40050, 86001, 49008, 40056, 301002, 40068, 40070, 40066, 60003, 60123),
    *(40074, 40201, 40204, 85002, 42014, 42051, 42052, 43004, 43009, 43012, 44001, 45007, 301016, 301017, 45009, 45033),
    *(45036, 45029, 45031, 48004, 48006, 50003, 60031, 301007, 48001, 48002, 48009, 48005, 48010, 50001, 80001, 85005),
    *(
        50002,
        60011,
        60021,
        60030,
        92000,
        60020,
        60140,
        81012,
        82001,
        81013,
        82002,
        82003,
        84061,
        701008,
        701016,
        701099,
    ),
    *(830002, 40146, 90200, 90208),
)


def test_every_named_fault_is_looked_at_here(emulator: Emulator) -> None:
    others = {"empty", "truncated", "slow", "late", "reset-before", "reset-after", "half-close", "drop", "partial"}
    others.add("unlicensed")
    assert set(emulator.control("GET", "faults")["names"]) == {*CODES, *STATUSES, *others}


def test_any_code_of_the_platforms_table_can_be_answered(application: Application, fault, member: str) -> None:
    for errcode in TABLE:
        fault(errcode=errcode)
        body = json.loads(exchange(application, member).split(b"\r\n\r\n")[1])
        assert body["errcode"] == errcode
        assert f"?e={errcode}" in body["errmsg"]
        assert not body["errmsg"].startswith("error, "), errcode  # each has words of the platform
    assert application.received(member) == []


def test_ten_seconds_are_what_slow_and_late_mean_by_themselves(fault) -> None:
    for name in ("slow", "late", "half-close"):
        assert fault(name=name)["value"] == 10


def test_where_nothing_speaks_tls_the_handshake_fails(emulator: Emulator) -> None:
    address = urlsplit(emulator.url)
    with (
        socket.create_connection((address.hostname or "", address.port or 0), timeout=5) as plain,
        pytest.raises(ssl.SSLError),
    ):
        ssl.create_default_context().wrap_socket(plain, server_hostname="127.0.0.1")


def test_a_name_under_invalid_is_never_resolved() -> None:
    with pytest.raises(socket.gaierror):
        socket.create_connection(("qyapi.invalid", 443), timeout=5)


@pytest.mark.parametrize(("name", "errcode"), CODES.items())
def test_a_named_fault_strikes_once(application: Application, fault, member: str, name: str, errcode: int) -> None:
    fault(name=name)
    answer = exchange(application, member)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert json.loads(answer.split(b"\r\n\r\n")[1])["errcode"] == errcode
    assert application.say(member)["errcode"] == 0
    assert len(application.received(member)) == 1


def test_a_fault_strikes_the_named_member_as_often_as_asked(application: Application, fault, member: str) -> None:
    fault(path="message/send", errcode=45033, times=2)
    assert application.say("lisi")["errcode"] == 0
    assert [application.say(member)["errcode"] for _ in range(3)] == [45033, 45033, 0]


def test_a_share_of_calls_can_fail(application: Application, fault, member: str) -> None:
    fault(errcode=-1, share=0.5)
    codes = [application.say(member)["errcode"] for _ in range(29)]
    assert set(codes) == {0, -1}


@pytest.mark.parametrize("name", ["reset-before", "reset-after"])
def test_a_reset_is_a_reset_on_the_wire(application: Application, fault, member: str, name: str) -> None:
    fault(name=name)
    with pytest.raises(ConnectionResetError):
        exchange(application, member)
    assert len(application.received(member)) == (1 if name == "reset-after" else 0)
    call = application.emulator.control("GET", "calls", path="message/send")["calls"][-1]
    assert call["status"] is None


def test_half_closed_is_an_end_without_an_answer(application: Application, fault, member: str) -> None:
    fault(name="half-close", seconds=0.2)
    assert exchange(application, member) == b""
    assert len(application.received(member)) == 1


@pytest.mark.parametrize(("name", "status"), STATUSES.items())
def test_a_web_page_comes_instead_of_json(application: Application, fault, member: str, name: str, status: int) -> None:
    fault(name=name)
    answer = exchange(application, member)
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"<html>" in answer
    assert application.received(member) == []


def test_an_error_page_may_come_after_the_message_was_accepted(application: Application, fault, member: str) -> None:
    fault(status=504, processed=True)
    assert exchange(application, member).startswith(b"HTTP/1.1 504 ")
    assert len(application.received(member)) == 1


def test_answers_are_empty_or_cut(application: Application, fault, member: str) -> None:
    fault(name="empty")
    assert exchange(application, member).endswith(b"\r\n\r\n")
    fault(name="truncated")
    body = exchange(application, member).split(b"\r\n\r\n")[1]
    with pytest.raises(ValueError, match=r"."):
        json.loads(body)
    assert len(application.received(member)) == 1


@pytest.mark.parametrize(("name", "before"), [("slow", 0), ("late", 1)])
def test_a_caller_that_hangs_up_does_not_stop_the_call(
    application: Application, fault, member: str, name: str, before: int
) -> None:
    fault(name=name, seconds=0.5)
    with pytest.raises(TimeoutError):
        exchange(application, member, timeout=0.2)
    assert len(application.received(member)) == before
    assert len(application.received(member, wait=10)) == 1


def test_a_dropped_message_looks_accepted(application: Application, fault, member: str) -> None:
    fault(name="drop")
    answer = application.say(member)
    assert (answer["errcode"], bool(answer["msgid"])) == (0, True)
    assert application.received(member) == []


def test_faults_are_listed_and_cleared(emulator: Emulator, fault) -> None:
    row = fault(name="late", path="*", times=None)
    listed = emulator.control("GET", "faults")
    assert [one["id"] for one in listed["faults"]] == [row["id"]]
    assert (row["kind"], row["processed"], row["times"]) == ("delay", True, None)
    assert "reset-after" in listed["names"]
    emulator.control("DELETE", f"faults/{row['id']}")
    assert emulator.control("GET", "faults")["faults"] == []
    emulator.control("POST", "faults", name="no such fault", expect=400)


def test_the_connection_is_kept_alive_between_calls(emulator: Emulator) -> None:
    connection = HTTPConnection(urlsplit(emulator.url).netloc, timeout=5)
    connection.connect()
    first = connection.sock
    for _ in range(3):
        connection.request("GET", "/emulator/api/clock")
        assert connection.getresponse().read().startswith(b'{"now"')
        assert connection.sock is first
    connection.close()


def fates(application: Application, member: str, count: int = 12) -> list[object]:
    """How as many sends fare: an errcode, an HTTP status, or what was raised."""
    found: list[object] = []
    for _ in range(count):
        body = {"touser": member, "msgtype": "text", "text": {"content": "x"}, "agentid": application.agent_id}
        url, query = f"{application.emulator.url}/cgi-bin/message/send", {"access_token": application.access_token()}
        answer = requests.post(url, params=query, json=body, timeout=60)
        found.append(answer.json()["errcode"] if answer.ok and answer.text.startswith("{") else answer.status_code)
    return found


def test_a_seed_makes_a_random_mix_repeatable(application: Application, emulator: Emulator, fault, member: str) -> None:
    mix = ["busy", "rate-limited", "bad-gateway", "html"]
    seen = []
    for seed in (7, 7, 8):
        fault(mix=mix, share=0.5, seed=seed)
        seen.append(fates(application, member))
        emulator.control("DELETE", "faults")
    assert seen[0] == seen[1] != seen[2]
    assert {0} < set(seen[0]) <= {0, -1, 45009, 502, 200}


def test_a_partial_success_names_who_was_not_reached(application: Application, fault, member: str) -> None:
    fault(name="partial")
    answer = application.say(f"{member}|lisi|wangwu")
    reached = {"lisi", "wangwu", member} - set(answer["invaliduser"].split("|"))
    assert answer["errcode"] == 0
    assert 0 < len(reached) < 3
    for userid in ("lisi", "wangwu", member):
        last = application.received(userid)[-1:]
        assert bool(last and last[0]["msgid"] == answer["msgid"]) == (userid in reached)


def test_a_mix_of_unknown_faults_is_refused(application: Application, emulator: Emulator) -> None:
    answer = requests.post(f"{emulator.url}/emulator/api/faults", json={"mix": ["none"]}, timeout=60)
    assert answer.status_code == 400
    assert "busy" in answer.json()["error"]


def test_calls_on_one_connection_do_not_wait_for_each_other(emulator: Emulator) -> None:
    connection = HTTPConnection(urlsplit(emulator.url).netloc, timeout=5)
    took = []
    for _ in range(30):
        asked = time.monotonic()
        connection.request("GET", "/cgi-bin/gettoken")
        connection.getresponse().read()
        took.append(time.monotonic() - asked)
    connection.close()
    assert min(took[20:]) < 0.035  # Nagle's algorithm and a delayed acknowledgement would make it 40 ms, always
