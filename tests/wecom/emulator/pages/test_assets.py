"""Assets of the emulator's pages, by their path and nothing beside them."""

import http.client
import re
from urllib.parse import urljoin, urlsplit

import pytest
import requests

from tests.wecom.emulator.support.clients import Emulator

LOADED = re.compile(r"""(?:href|src)="/(emulator/static/[^"]+)"|from "(\.{1,2}/[^"]+)\"""")


def raw(emulator: Emulator, path: str) -> int:
    """The status of a path exactly as it is written: other clients tidy it up before they send it."""
    connection = http.client.HTTPConnection(urlsplit(emulator.url).netloc, timeout=60)
    connection.putrequest("GET", path, skip_accept_encoding=True)
    connection.endheaders()
    with connection.getresponse() as answer:
        return answer.status


@pytest.mark.parametrize("page", ["", "coverage", "../connect/oauth2/authorize"])
def test_a_page_finds_all_that_it_loads(emulator: Emulator, page: str) -> None:
    start = requests.get(f"{emulator.url}/emulator/{page}", timeout=60)
    waiting, seen = [(start.url, start.text)], set()
    while waiting:
        base, text = waiting.pop()
        for absolute, relative in LOADED.findall(text):
            url = f"{emulator.url}/{absolute}" if absolute else urljoin(base, relative)
            if url in seen:
                continue
            seen.add(url)
            answer = requests.get(url, timeout=60)
            assert answer.status_code == 200, url
            waiting.append((url, answer.text))
    assert len(seen) > 1


@pytest.mark.parametrize(
    "path",
    [
        *("../urls.py", "../../../manage.py", "..%2furls.py", "..%2f..%2f..%2fmanage.py", "%2e%2e/urls.py"),
        *("phone/../../urls.py", "phone", "phone/", "", "/etc/passwd", "..%5curls.py", "phone/main.js%00.css"),
        *("phone/" + "a" * 5000 + ".js", ".hidden.js"),
    ],
)
def test_nothing_beside_the_assets_is_served(emulator: Emulator, path: str) -> None:
    assert raw(emulator, f"/emulator/static/{path}") == 404
