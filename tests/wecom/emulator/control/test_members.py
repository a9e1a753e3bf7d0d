"""Members by the control API."""

from tests.wecom.emulator.support.clients import Application


def test_a_crowd_is_added_in_pieces(application: Application) -> None:
    control, name = application.emulator.control, f"crowd{application.agent_id}x"
    assert control("POST", "members", userid=name, count=2) == {"added": 2}
    assert control("POST", "members", userid=name, first=3, count=2) == {"added": 2}
    listed = [row["userid"] for row in control("GET", "members")["members"]]
    assert [one for one in listed if one.startswith(name)] == [f"{name}{number}" for number in (1, 2, 3, 4)]
