"""Every documented event with its documented fields, and others with custom fields."""

import pytest

from tests.wecom.emulator.support.callbacks import decrypt, opened
from tests.wecom.emulator.support.clients import Application, Emulator, Listener

SCAN = ("EventKey", "ScanCodeInfo/ScanType", "ScanCodeInfo/ScanResult")
PICTURES = ("EventKey", "SendPicsInfo/Count", "SendPicsInfo/PicList/item/PicMd5Sum")
CARD = ("EventKey", "TaskId", "CardType", "ResponseCode")
# The paths that the platform's page shows of each event.
EVENTS = {
    "subscribe": ("EventKey",),
    "unsubscribe": ("EventKey",),
    "enter_agent": ("EventKey",),
    "LOCATION": ("Latitude", "Longitude", "Precision", "AppType"),
    "click": ("EventKey",),
    "view": ("EventKey",),
    "view_miniprogram": ("EventKey",),
    "scancode_push": SCAN,
    "scancode_waitmsg": SCAN,
    "pic_sysphoto": PICTURES,
    "pic_photo_or_album": PICTURES,
    "pic_weixin": PICTURES,
    "location_select": (
        *(f"SendLocationInfo/{tag}" for tag in ("Location_X", "Location_Y", "Scale", "Label", "Poiname")),
        "AppType",
    ),
    "template_card_event": (*CARD, "SelectedItems/SelectedItem/OptionIds/OptionId"),
    "template_card_menu_event": CARD,
    "taskcard_click": ("EventKey", "TaskId"),
}
OF_SYSTEM = {
    "batch_job_result": tuple(f"BatchJob/{tag}" for tag in ("JobId", "JobType", "ErrCode", "ErrMsg")),
    "change_contact": ("ChangeType", "UserID"),
    "open_approval_change": (
        *(f"ApprovalInfo/{tag}" for tag in ("ThirdNo", "OpenSpStatus", "ApplyUserId", "approverstep")),
        "ApprovalInfo/ApprovalNodes/ApprovalNode/Items/Item/ItemUserId",
        "ApprovalInfo/NotifyNodes/NotifyNode/ItemUserId",
    ),
    "share_agent_change": (),
    "share_chain_change": (),
    "inactive_alert": ("EffectTime",),
    "close_inactive_agent": (),
    "reopen_inactive_agent": (),
    "low_active_alert": ("EffectTime",),
    "low_active": (),
    "active_restored": (),
    "upload_media_job_finish": ("JobId",),
    "switch_workbench_mode": ("Mode",),
}
CHANGES = {
    "create_user": ("UserID", "Name", "Department", "IsLeaderInDept", "Status", "ExtAttr/Item/Text/Value"),
    "update_user": ("UserID", "NewUserID", "Department", "ExtAttr/Item/Web/Url"),
    "delete_user": ("UserID",),
    "create_party": ("Id", "Name", "ParentId", "Order"),
    "update_party": ("Id", "Name", "ParentId"),
    "delete_party": ("Id",),
    "update_tag": ("TagId", "AddUserItems", "DelUserItems", "AddPartyItems", "DelPartyItems"),
}


@pytest.mark.parametrize("name", [*EVENTS, *OF_SYSTEM])
def test_every_event_can_be_fired_with_the_fields_of_its_page(
    application: Application, listener: Listener, member: str, name: str
) -> None:
    who = {"member": member} if name in EVENTS else {}
    application.control("POST", "event", event=name, **who)
    event = opened(application, listener.next())
    sender = member if name in EVENTS else "sys"
    assert [event.findtext(tag) for tag in ("FromUserName", "MsgType", "Event")] == [sender, "event", name]
    assert [path for path in (EVENTS | OF_SYSTEM)[name] if event.find(path) is None] == []
    assert (event.findtext("AgentID"), event.find("MsgId")) == (str(application.agent_id), None)


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_of_contacts_can_be_fired(application: Application, listener: Listener, change: str) -> None:
    application.control("POST", "event", event="change_contact", change=change)
    event = opened(application, listener.next())
    assert (event.findtext("ChangeType"), event.findtext("FromUserName")) == (change, "sys")
    assert [path for path in CHANGES[change] if event.find(path) is None] == []


def test_fields_of_ones_own_change_what_an_event_or_a_message_carries(
    application: Application, listener: Listener, member: str
) -> None:
    fields = {"ScanCodeInfo": {"ScanResult": "<1 & 2>"}, "EventKey": None}
    application.control("POST", "event", member=member, event="scancode_push", fields=fields)
    event = opened(application, listener.next())
    assert (event.findtext("ScanCodeInfo/ScanResult"), event.findtext("ScanCodeInfo/ScanType")) == ("<1 & 2>", "qrcode")
    assert event.find("EventKey") is None
    crew = {"Crew": {"Name": ["a", "b"]}}
    application.control("POST", "event", member=member, event="moon_landing", fields=crew)
    assert [node.text for node in opened(application, listener.next()).findall("Crew/Name")] == ["a", "b"]
    application.control("POST", "send", member=member, text="x", fields={"Quote": "y"})
    quoting = opened(application, listener.next())
    assert [quoting.findtext(tag) for tag in ("Content", "Quote")] == ["x", "y"]
    application.control("POST", "send", member=member, type="hologram", fields={"MediaId": "m"})
    message = opened(application, listener.next())
    assert [message.findtext(tag) for tag in ("MsgType", "MediaId")] == ["hologram", "m"]
    assert int(message.findtext("MsgId") or 0) > 2**62


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("event", {"event": "moon_landing"}),
        ("event", {"event": "a b", "fields": {"A": "x"}}),
        ("event", {"event": "click", "fields": {"a><b": "x"}}),
        ("event", {"event": "click", "fields": {"A": True}}),
        ("event", {"event": "click", "fields": ["A"]}),
        ("event", {"event": "change_contact", "change": "paint_user"}),
        ("send", {"type": "hologram"}),
    ],
)
def test_what_cannot_be_fired_is_refused_with_words(
    application: Application, emulator: Emulator, member: str, path: str, wrong: dict
) -> None:
    answer = emulator.control("POST", path, expect=400, agentid=application.agent_id, member=member, **wrong)
    assert answer["error"]


def test_events_carry_no_message_id(application: Application, listener: Listener, member: str) -> None:
    application.control("POST", "event", member=member, event="enter_agent")
    event = decrypt(application, listener.next())
    assert (event["MsgType"], event["Event"], event["EventKey"]) == ("event", "enter_agent", None)
    assert "MsgId" not in event
    application.control("POST", "event", member=member, event="click", key="menu.1")
    assert decrypt(application, listener.next())["EventKey"] == "menu.1"
    application.control("POST", "event", member=member, event="LOCATION", latitude=1.5)
    assert decrypt(application, listener.next())["Latitude"] == "1.5"


def test_an_undocumented_message_takes_fields_of_its_own(
    application: Application, listener: Listener, member: str
) -> None:
    application.control("POST", "send", member=member, text="x", fields={"Recognition": "你好"})
    assert decrypt(application, listener.next())["Recognition"] == "你好"
    application.control("POST", "send", member=member, type="file", fields={"MediaId": "m", "FileName": "a.pdf"})
    message = decrypt(application, listener.next())
    assert (message["MsgType"], message["MediaId"], message["FileName"]) == ("file", "m", "a.pdf")
