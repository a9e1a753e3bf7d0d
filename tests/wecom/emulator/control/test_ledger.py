"""The ledger's export as a file."""

import json

import requests

from tests.wecom.emulator.support.clients import Application, Emulator
from tests.wecom.emulator.support.media_samples import PNG


def test_what_people_received_is_saved_line_by_line_with_its_media(application: Application, member: str) -> None:
    application.say(member, "一")
    media_id = application.upload("image", PNG, "图.png")["media_id"]
    application.send({"touser": f"{member}|lisi", "msgtype": "image", "image": {"media_id": media_id}})
    url = f"{application.emulator.url}/emulator/api/ledger/export"
    ours = {"agentid": str(application.agent_id)}
    answer = requests.get(url, params=ours, timeout=60)
    entries = [json.loads(line) for line in answer.text.splitlines()]
    assert [entry["msgtype"] for entry in entries] == ["text", "image", "image"]
    assert {entry["member"] for entry in entries[1:]} == {member, "lisi"}
    assert {entry["corpid"] for entry in entries} == {application.corp_id}
    assert requests.get(entries[-1]["media_url"], timeout=60).content == PNG
    assert 'filename="ledger.jsonl"' in answer.headers["Content-Disposition"]
    alone = requests.get(url, params={**ours, "member": member}, timeout=60)
    assert [json.loads(line)["msgtype"] for line in alone.text.splitlines()] == ["text", "image"]


def test_nobody_and_nothing_are_named(emulator: Emulator) -> None:
    url = f"{emulator.url}/emulator/api/ledger/export"
    for wrong in ({"member": "nobody"}, {"agentid": "404"}, {"agentid": "x"}, {"member": "lisi", "corpid": "none"}):
        answer = requests.get(url, params=wrong, timeout=60)
        assert answer.status_code == 404, wrong
        assert answer.text.startswith("there is no")
