"""A person's picture goes to a network of one's own, and to a public host only where a setting names it."""

import pytest

from avatars.adapters import egress


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.0.9", "100.64.0.1", "[::1]", "[fd00::9]", "[::ffff:10.0.0.1]"],
)
def test_a_picture_may_go_to_a_network_of_ones_own(host):
    assert egress.allowed(f"http://{host}:7860/", [])


@pytest.mark.parametrize(
    "host",
    [
        *(
            "8.8.8.8",
            "192.88.99.1",
            "198.18.0.1",
            "203.0.113.1",
            "[2400:3200::1]",
            "[2001:0:4136:e378::1]",
            "[2002:808:808::1]",
        ),
        *("[3fff::1]", "[5f00::1]", "[64:ff9b::8.8.8.8]", "[64:ff9b:1::8.8.8.8]", "[::ffff:8.8.8.8]", "[fec0::1]"),
    ],
)
def test_a_picture_goes_to_no_other_address_unless_listed(host):
    url = f"https://{host}/"
    assert not egress.allowed(url, [])
    assert egress.allowed(url, [host.strip("[]").lower()])
    assert not egress.allowed(url.replace("https", "http"), [host.strip("[]").lower()])


@pytest.mark.parametrize("host", ["169.254.169.254", "[fe80::1]", "224.0.0.1", "[ff02::1]"])
def test_no_picture_goes_where_clouds_serve_credentials(host):
    assert not egress.allowed(f"https://{host}/", [host.strip("[]")])
