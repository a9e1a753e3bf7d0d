"""Every documented event, and the value that it becomes."""

from wecom.messages.approval_events import ApprovalEvent
from wecom.messages.contact_events import ContactChange, DepartmentChange, MemberChange, TagChange
from wecom.messages.events import (
    ActivityEvent,
    ApplicationEvent,
    CardEvent,
    Event,
    JobEvent,
    LocationEvent,
    MenuEvent,
    PictureEvent,
    PlaceEvent,
    ScanEvent,
    SharingEvent,
    UnknownEvent,
)

KEY = "<EventKey><![CDATA[key]]></EventKey>"
SCAN = (
    "<EventKey><![CDATA[scan]]></EventKey><ScanCodeInfo><ScanType><![CDATA[qrcode]]></ScanType>"
    "<ScanResult><![CDATA[ 1 & 2 ]]></ScanResult></ScanCodeInfo>"
)
PICTURES = (
    "<EventKey><![CDATA[pics]]></EventKey><SendPicsInfo><Count>2</Count><PicList>"
    "<item><PicMd5Sum><![CDATA[aa11]]></PicMd5Sum></item><item><PicMd5Sum><![CDATA[bb22]]></PicMd5Sum></item>"
    "</PicList></SendPicsInfo>"
)
CARD = (
    "<EventKey><![CDATA[yes]]></EventKey><TaskId><![CDATA[task-1@2]]></TaskId>"
    "<CardType><![CDATA[multiple_interaction]]></CardType><ResponseCode><![CDATA[code-1]]></ResponseCode>"
)
CHOSEN = (
    "<SelectedItems><SelectedItem><QuestionKey><![CDATA[q1]]></QuestionKey><OptionIds>"
    "<OptionId><![CDATA[a]]></OptionId><OptionId><![CDATA[b]]></OptionId></OptionIds></SelectedItem>"
    "<SelectedItem><QuestionKey><![CDATA[q2]]></QuestionKey><OptionIds></OptionIds></SelectedItem></SelectedItems>"
)
JOB = (
    "<BatchJob><JobId><![CDATA[job-1]]></JobId><JobType><![CDATA[sync_user]]></JobType><ErrCode>0</ErrCode>"
    "<ErrMsg><![CDATA[ok]]></ErrMsg></BatchJob>"
)
APPROVAL = (
    "<ApprovalInfo><ThirdNo><![CDATA[no-1]]></ThirdNo><OpenSpName><![CDATA[付款]]></OpenSpName>"
    "<OpenTemplateId><![CDATA[t1]]></OpenTemplateId><OpenSpStatus>1</OpenSpStatus><ApplyTime>1767225600</ApplyTime>"
    "<ApplyUserName><![CDATA[王]]></ApplyUserName><ApplyUserId><![CDATA[Wang]]></ApplyUserId>"
    "<ApplyUserParty><![CDATA[研发]]></ApplyUserParty><ApplyUserImage><![CDATA[http://i]]></ApplyUserImage>"
    "<ApprovalNodes><ApprovalNode><NodeStatus>2</NodeStatus><NodeAttr>1</NodeAttr><NodeType>1</NodeType><Items>"
    "<Item><ItemName><![CDATA[李]]></ItemName><ItemUserId><![CDATA[Li]]></ItemUserId><ItemImage></ItemImage>"
    "<ItemStatus>2</ItemStatus><ItemSpeech><![CDATA[好]]></ItemSpeech><ItemOpTime>1767225700</ItemOpTime></Item>"
    "<Item><ItemName><![CDATA[张]]></ItemName><ItemUserId><![CDATA[Zhang]]></ItemUserId></Item>"
    "</Items></ApprovalNode><ApprovalNode><NodeStatus>1</NodeStatus></ApprovalNode></ApprovalNodes>"
    "<NotifyNodes><NotifyNode><ItemName><![CDATA[赵]]></ItemName><ItemUserId><![CDATA[Zhao]]></ItemUserId></NotifyNode>"
    "</NotifyNodes><approverstep>1</approverstep></ApprovalInfo>"
)
PLACE = (
    "<EventKey><![CDATA[place]]></EventKey><SendLocationInfo><Location_X><![CDATA[23.1]]></Location_X>"
    "<Location_Y><![CDATA[113.3]]></Location_Y><Scale><![CDATA[15]]></Scale><Label><![CDATA[广州市]]></Label>"
    "<Poiname><![CDATA[塔]]></Poiname></SendLocationInfo><AppType><![CDATA[wxwork]]></AppType>"
)
LOCATION = (
    "<Latitude>23.104</Latitude><Longitude>113.320</Longitude><Precision>65.000</Precision>"
    "<AppType><![CDATA[wxwork]]></AppType>"
)
MEMBER = (
    "<UserID><![CDATA[ZhangSan]]></UserID><Name><![CDATA[张三]]></Name><Department><![CDATA[1,2,3]]></Department>"
    "<MainDepartment>1</MainDepartment><IsLeaderInDept><![CDATA[1,0,0]]></IsLeaderInDept>"
    "<DirectLeader><![CDATA[Lisi,WangWu]]></DirectLeader><Position><![CDATA[产品经理]]></Position>"
    "<Mobile>13800000000</Mobile><Gender>1</Gender><Email><![CDATA[z@example.com]]></Email><Status>1</Status>"
    "<ExtAttr><Item><Name><![CDATA[爱好]]></Name><Type>0</Type><Text><Value><![CDATA[旅游]]></Value></Text></Item>"
    "<Item><Name><![CDATA[卡号]]></Name><Type>1</Type><Web><Title><![CDATA[题]]></Title><Url><![CDATA[http://u]]></Url></Web>"
    "</Item></ExtAttr>"
)
EFFECT = "<EffectTime>1764518400</EffectTime>"

EVENTS: dict[str, tuple[str, type[Event]]] = {
    "subscribe": ("<EventKey></EventKey>", ApplicationEvent),
    "unsubscribe": ("<EventKey></EventKey>", ApplicationEvent),
    "enter_agent": ("<EventKey></EventKey>", ApplicationEvent),
    "LOCATION": (LOCATION, LocationEvent),
    "batch_job_result": (JOB, JobEvent),
    "change_contact": ("<ChangeType>delete_user</ChangeType><UserID>a</UserID>", MemberChange),
    "click": (KEY, MenuEvent),
    "view": ("<EventKey><![CDATA[https://example.com/?a=1&b=2]]></EventKey>", MenuEvent),
    "view_miniprogram": (KEY, MenuEvent),
    "scancode_push": (SCAN, ScanEvent),
    "scancode_waitmsg": (SCAN, ScanEvent),
    "pic_sysphoto": (PICTURES, PictureEvent),
    "pic_photo_or_album": (PICTURES, PictureEvent),
    "pic_weixin": (PICTURES, PictureEvent),
    "location_select": (PLACE, PlaceEvent),
    "open_approval_change": (APPROVAL, ApprovalEvent),
    "share_agent_change": ("", SharingEvent),
    "share_chain_change": ("", SharingEvent),
    "template_card_event": (CARD + CHOSEN, CardEvent),
    "template_card_menu_event": (CARD, CardEvent),
    "inactive_alert": (EFFECT, ActivityEvent),
    "close_inactive_agent": ("", ActivityEvent),
    "reopen_inactive_agent": ("", ActivityEvent),
    "low_active_alert": (EFFECT, ActivityEvent),
    "low_active": ("", ActivityEvent),
    "active_restored": ("", ActivityEvent),
    "upload_media_job_finish": ("<JobId><![CDATA[job-2]]></JobId>", JobEvent),
    # Withdrawn, and of other families that may come to the same address.
    "taskcard_click": ("<EventKey>k</EventKey><TaskId>t</TaskId>", CardEvent),
    "sys_approval_change": (APPROVAL, UnknownEvent),
    "change_external_contact": ("<ChangeType>add_external_contact</ChangeType><UserID>a</UserID>", UnknownEvent),
    "kf_msg_or_event": ("<Token>t</Token><OpenKfId>k</OpenKfId>", UnknownEvent),
    "moon_landing": ("<Crew><Name>a</Name><Name>b</Name></Crew>", UnknownEvent),
}
CHANGES: dict[str, tuple[str, type[ContactChange]]] = {
    "create_user": (MEMBER, MemberChange),
    "update_user": (MEMBER + "<NewUserID><![CDATA[ZhangSan2]]></NewUserID>", MemberChange),
    "delete_user": ("<UserID><![CDATA[ZhangSan]]></UserID>", MemberChange),
    "create_party": ("<Id>2</Id><Name><![CDATA[研发]]></Name><ParentId>1</ParentId><Order>9</Order>", DepartmentChange),
    "update_party": ("<Id>2</Id><ParentId><![CDATA[3]]></ParentId>", DepartmentChange),
    "delete_party": ("<Id>2</Id>", DepartmentChange),
    "update_tag": (
        "<TagId>1</TagId><AddUserItems><![CDATA[Zhang,li]]></AddUserItems><DelUserItems><![CDATA[wang]]></DelUserItems>"
        "<AddPartyItems><![CDATA[1,2]]></AddPartyItems><DelPartyItems></DelPartyItems>",
        TagChange,
    ),
    "paint_user": ("<UserID>a</UserID>", ContactChange),
}


def event_body(
    name: str, inside: str, *, sender: str = "zhangsan", time: int = 1767225600, corp: str = "ww01"
) -> bytes:
    """A whole event, as it is inside an envelope."""
    return (
        f"<xml><ToUserName><![CDATA[{corp}]]></ToUserName><FromUserName><![CDATA[{sender}]]></FromUserName>"
        f"<CreateTime>{time}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{name}]]></Event>"
        f"{inside}<AgentID>1000002</AgentID></xml>"
    ).encode()


def change_body(name: str) -> bytes:
    """A whole change of the contacts."""
    return event_body("change_contact", f"<ChangeType><![CDATA[{name}]]></ChangeType>{CHANGES[name][0]}", sender="sys")
