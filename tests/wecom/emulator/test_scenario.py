"""What tests/README.md promises of `phone` and `wecom`, with an application that answers by hand."""

import re

import pytest

from tests.support.emulator import Emulator
from tests.support.paths import ROOT
from tests.support.scenario import Faults, Phone, Screen, WeCom
from tests.wecom.emulator.support.clients import Application


@pytest.fixture
def first(application: Application, emulator) -> Application:
    """The first application of the company, whose chat phones of scenarios have open."""
    row = emulator.control("GET", "apps")["apps"][0]
    keys = {"corp_id": row["corpid"], "agent_id": row["agentid"], "secret": row["secret"]}
    return Application(emulator=emulator, token=row["token"], aes_key=row["aes_key"], **keys)


@pytest.fixture
def wecom(emulator) -> WeCom:
    return WeCom(Emulator(int(emulator.url.rpartition(":")[2])))


def test_a_screen_is_read_from_top_to_bottom(first: Application, wecom: WeCom, phone: Phone) -> None:
    phone.send("你好")
    first.say(phone.user_id, "一")
    first.say(phone.user_id, "二")
    assert phone.screen.shows("一") == "一"
    with pytest.raises(AssertionError, match=r"expected '一', but .* reads '二'"):
        phone.screen.shows("一")
    with pytest.raises(AssertionError, match="waited for 1 messages and got 0"):
        phone.screen.shows(seconds=0.2)
    assert phone.screen.lines() == ["> 你好", "一", "二"]
    assert len(wecom.ledger(phone)) == 2


def test_what_is_pressed_is_found_by_its_words(first: Application, wecom: WeCom, phone: Phone) -> None:
    card = {
        "card_type": "button_interaction",
        "task_id": f"scenario-{phone.user_id}",
        "main_title": {"title": "去吗？"},
        "button_list": [{"text": "去", "key": "yes"}, {"text": "不去", "key": "no"}],
    }
    first.send({"touser": phone.user_id, "msgtype": "template_card", "template_card": card})
    assert phone.screen.shows() == "[template_card] 去吗？"
    phone.press("不去")
    (pressed,) = wecom.emulator.api("GET", "callbacks", params={"member": phone.user_id})["callbacks"]
    assert "<EventKey><![CDATA[no]]></EventKey>" in pressed["xml"]
    with pytest.raises(AssertionError, match="nothing to press with '也许'"):
        phone.press("也许")


def test_faults_are_added_counted_and_cleared(first: Application, wecom: WeCom, phone: Phone) -> None:
    wecom.faults.add("rate-limited", member=phone.user_id, times=2)
    assert first.say(phone.user_id)["errcode"] == 45009
    assert [row["times"] for row in wecom.faults.left()] == [1]
    wecom.faults.clear()
    assert first.say(phone.user_id)["errcode"] == 0
    assert wecom.faults.left() == []


def test_the_readme_names_what_there_is() -> None:
    readme = (ROOT / "tests" / "README.md").read_text()
    for kind in (Phone, Screen, Faults, WeCom):
        for name in vars(kind):
            if not name.startswith("_"):
                assert re.search(rf"\b{name}\(", readme), name
