"""The events that the platform documents, with example fields, so that a test can send any of them.

Source: https://developer.work.weixin.qq.com/document/path/90240, 90970 for `change_contact`, 96219 for the upload job.
A field is a text, a number, an object of fields, or a list for a repeated element.
"""

from collections.abc import Mapping
from typing import Any

from wecom.emulator.callbacks.envelope import Field

Values = Mapping[str, Any]

NO_KEY: Values = {"EventKey": ""}
SCAN: Values = {"EventKey": "scan", "ScanCodeInfo": {"ScanType": "qrcode", "ScanResult": "https://example.com/1"}}
PICTURES: Values = {
    "EventKey": "picture",
    "SendPicsInfo": {"Count": 1, "PicList": {"item": [{"PicMd5Sum": "1b5f7c23b5bf75682a53e7b6d163e185"}]}},
}
LOCATION: Values = {
    "EventKey": "place",
    "SendLocationInfo": {
        "Location_X": "23.104",
        "Location_Y": "113.32",
        "Scale": "15",
        "Label": "广州市",
        "Poiname": "",
    },
    "AppType": "wxwork",
}
CARD: Values = {"EventKey": "yes", "TaskId": "task-1", "CardType": "button_interaction", "ResponseCode": "code-1"}
SELECTED_ITEMS: Values = {
    "SelectedItems": {"SelectedItem": [{"QuestionKey": "question", "OptionIds": {"OptionId": ["a", "b"]}}]}
}
APPROVER: Values = {
    "ItemName": "李四",
    "ItemUserId": "lisi",
    "ItemImage": "",
    "ItemStatus": 1,
    "ItemSpeech": "",
    "ItemOpTime": 0,
}
APPROVAL: Values = {
    "ApprovalInfo": {
        "ThirdNo": "request-1",
        "OpenSpName": "付款",
        "OpenTemplateId": "template-1",
        "OpenSpStatus": 1,
        "ApplyTime": 1767225600,
        "ApplyUserName": "张三",
        "ApplyUserId": "zhangsan",
        "ApplyUserParty": "研发部",
        "ApplyUserImage": "",
        "ApprovalNodes": {
            "ApprovalNode": [{"NodeStatus": 1, "NodeAttr": 1, "NodeType": 1, "Items": {"Item": [APPROVER]}}],
        },
        "NotifyNodes": {"NotifyNode": [{"ItemName": "王五", "ItemUserId": "wangwu", "ItemImage": ""}]},
        "approverstep": 0,
    }
}
JOB: Values = {"BatchJob": {"JobId": "job-1", "JobType": "sync_user", "ErrCode": 0, "ErrMsg": "ok"}}
EFFECT: Values = {"EffectTime": 1767225600}

# Events that members cause, and events that the platform sends by itself.
MEMBER_EVENTS: dict[str, Values] = {
    "subscribe": NO_KEY,
    "unsubscribe": NO_KEY,
    "enter_agent": NO_KEY,
    "LOCATION": {"Latitude": 23.104, "Longitude": 113.32, "Precision": 65.0, "AppType": "wxwork"},
    "click": NO_KEY,
    "view": NO_KEY,
    "view_miniprogram": {"EventKey": "pages/index"},
    "scancode_push": SCAN,
    "scancode_waitmsg": SCAN,
    "pic_sysphoto": PICTURES,
    "pic_photo_or_album": PICTURES,
    "pic_weixin": PICTURES,
    "location_select": LOCATION,
    "template_card_event": {**CARD, **SELECTED_ITEMS},
    "template_card_menu_event": CARD,
    "taskcard_click": {"EventKey": "yes", "TaskId": "task-1"},
}
SYSTEM_EVENTS: dict[str, Values] = {
    "batch_job_result": JOB,
    "change_contact": {},
    "open_approval_change": APPROVAL,
    "share_agent_change": {},
    "share_chain_change": {},
    "inactive_alert": EFFECT,
    "close_inactive_agent": {},
    "reopen_inactive_agent": {},
    "low_active_alert": EFFECT,
    "low_active": {},
    "active_restored": {},
    "upload_media_job_finish": {"JobId": "job-1"},
    "switch_workbench_mode": {"Mode": 1},
}
MEMBER: Values = {
    "UserID": "zhangsan",
    "Name": "张三",
    "Department": "1,2",
    "MainDepartment": 1,
    "IsLeaderInDept": "1,0",
    "DirectLeader": "lisi",
    "Position": "产品经理",
    "Mobile": "13800000000",
    "Gender": 1,
    "Email": "zhangsan@example.com",
    "BizMail": "zhangsan@example.org",
    "Status": 1,
    "Avatar": "https://example.com/avatar/0",
    "Alias": "zs",
    "Telephone": "020-123456",
    "Address": "广州市",
    "ExtAttr": {
        "Item": [
            {"Name": "爱好", "Type": 0, "Text": {"Value": "旅游"}},
            {"Name": "主页", "Type": 1, "Web": {"Title": "主页", "Url": "https://example.com"}},
        ]
    },
}
CONTACT_CHANGES: dict[str, Values] = {
    "create_user": MEMBER,
    "update_user": {**MEMBER, "NewUserID": "zhangsan2"},
    "delete_user": {"UserID": "zhangsan"},
    "create_party": {"Id": 4, "Name": "财务部", "ParentId": 1, "Order": 1},
    "update_party": {"Id": 4, "Name": "财务部", "ParentId": 2},
    "delete_party": {"Id": 4},
    "update_tag": {
        "TagId": 1,
        "AddUserItems": "zhangsan,lisi",
        "DelUserItems": "wangwu",
        "AddPartyItems": "1,2",
        "DelPartyItems": "3",
    },
}


def example_fields(name: str) -> Values | None:
    """Example fields of a documented event; None for any other name."""
    return MEMBER_EVENTS.get(name) or SYSTEM_EVENTS.get(name, {} if name in MEMBER_EVENTS else None)


def merge(values: Values, changes: Values) -> dict[str, Any]:
    """The fields with changes: objects are merged field by field, None removes a field."""
    result = dict(values)
    for tag, value in changes.items():
        old = result.get(tag)
        if value is None:
            result.pop(tag, None)
        elif isinstance(old, Mapping) and isinstance(value, Mapping):
            result[tag] = merge(old, value)
        else:
            result[tag] = value
    return result


def to_fields(values: Values) -> list[Field]:
    """The fields of a callback. Raises `ValueError` for a value that no element can hold."""
    return [
        (tag, _value(item)) for tag, value in values.items() for item in (value if isinstance(value, list) else [value])
    ]


def _value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return to_fields(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("a field must be text, a number, an object or a list of these")
    return value
