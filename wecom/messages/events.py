"""Events as values: one class for each kind of fields that they have. Knows text, no framework.

Source: https://developer.work.weixin.qq.com/document/path/90240 (and 96219 for the upload job). Names of events are
compared without case: `LOCATION` is upper-case, and old accounts sent `CLICK`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from wecom.messages.xml_tree import Common, Fields, Inbound, Node, whole

# Those by which a person asks for something; the others tell of a state.
ACTS = frozenset(
    {
        "click",
        "scancode_push",
        "scancode_waitmsg",
        "pic_sysphoto",
        "pic_photo_or_album",
        "pic_weixin",
        "location_select",
    }
    | {"template_card_event", "template_card_menu_event", "taskcard_click"}
)


@dataclass(frozen=True, kw_only=True)
class Event(Inbound):
    """An event, by its lower-case name; `tree` has the fields that the class does not name.

    `task_id` is the card's as it was given, without the mark of a card that was sent again; `response_code` is of this
    click, good for one change of the card within 72 hours.
    """

    event: str
    event_key: str
    task_id: str
    response_code: str


@dataclass(frozen=True, kw_only=True)
class ApplicationEvent(Event):
    """`subscribe`, `unsubscribe`: the person was given the application, or lost it. `enter_agent`: opened it."""


@dataclass(frozen=True, kw_only=True)
class LocationEvent(Event):
    """`location`: where the person is when they open the chat; the precision is in metres."""

    latitude: float
    longitude: float
    precision: float
    app_type: str


@dataclass(frozen=True, kw_only=True)
class MenuEvent(Event):
    """`click`, `view`, `view_miniprogram`: a menu button; `event_key` is its key, its address, or a page's path."""


@dataclass(frozen=True, kw_only=True)
class ScanEvent(Event):
    """`scancode_push`, `scancode_waitmsg`: a menu button scanned a code."""

    scan_type: str
    scan_result: str


@dataclass(frozen=True, kw_only=True)
class PictureEvent(Event):
    """`pic_sysphoto`, `pic_photo_or_album`, `pic_weixin`: pictures were chosen; they follow as messages."""

    count: int
    md5_sums: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PlaceEvent(Event):
    """`location_select`: a menu button let the person choose a place."""

    latitude: float
    longitude: float
    scale: int
    label: str
    name: str
    app_type: str


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The choice for one question of a card."""

    question_key: str
    option_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CardEvent(Event):
    """`template_card_event`, `template_card_menu_event`, the old `taskcard_click`: something on a card was pressed."""

    card_type: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, kw_only=True)
class JobEvent(Event):
    """`batch_job_result`: a job of the contacts is done. `upload_media_job_finish`: ask for its result by `job_id`."""

    job_id: str
    job_type: str
    error_code: int
    error_message: str


@dataclass(frozen=True, kw_only=True)
class SharingEvent(Event):
    """`share_agent_change`, `share_chain_change`: the application was shared with another company, or no longer."""


@dataclass(frozen=True, kw_only=True)
class ActivityEvent(Event):
    """The platform's view of how much the application is used.

    `inactive_alert` and `low_active_alert` come before `effective_at`, when it is switched off or its access to
    customer data is limited; `close_inactive_agent`, `low_active`, `reopen_inactive_agent` and `active_restored`
    say that it was, or that it is over.
    """

    effective_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class UnknownEvent(Event):
    """An event that the platform's page does not list; see `tree`."""


class Happened(Common):
    """The fields of `Event`, on their way into a subclass."""

    event: str
    event_key: str
    task_id: str
    response_code: str


Build = Callable[[Fields, Happened], Event]


def event(fields: Fields, common: Common, others: dict[str, Build]) -> Event:
    """The event of these fields; `others` read events that this module does not."""
    name = fields.word("Event").lower()
    happened: Happened = {
        **common,
        "event": name,
        "event_key": fields.word("EventKey"),
        "task_id": fields.word("TaskId").partition("@")[0],
        "response_code": fields.word("ResponseCode"),
    }
    build = BUILDERS.get(name) or others.get(name)
    return build(fields, happened) if build else UnknownEvent(**happened)


def _location(fields: Fields, happened: Happened) -> Event:
    return LocationEvent(
        **happened,
        latitude=fields.degrees("Latitude", 90.0),
        longitude=fields.degrees("Longitude", 180.0),
        precision=fields.degrees("Precision", 999.0),
        app_type=fields.word("AppType"),
    )


def _scan(fields: Fields, happened: Happened) -> Event:
    info = Fields(fields.node("ScanCodeInfo"))
    return ScanEvent(**happened, scan_type=info.word("ScanType"), scan_result=info.text("ScanResult"))


def _pictures(fields: Fields, happened: Happened) -> Event:
    info = fields.node("SendPicsInfo")
    sums = tuple(node.text.strip() for node in info.all("PicList/item/PicMd5Sum"))
    return PictureEvent(**happened, count=whole(info.word("Count")), md5_sums=sums)


def _place(fields: Fields, happened: Happened) -> Event:
    info = Fields(fields.node("SendLocationInfo"))
    return PlaceEvent(
        **happened,
        latitude=info.degrees("Location_X", 90.0),
        longitude=info.degrees("Location_Y", 180.0),
        scale=info.whole("Scale"),
        label=info.text("Label"),
        name=info.text("Poiname"),
        app_type=fields.word("AppType"),
    )


def _card(fields: Fields, happened: Happened) -> Event:
    chosen = fields.node("SelectedItems").all("SelectedItem")
    return CardEvent(**happened, card_type=fields.word("CardType"), choices=tuple(map(_choice, chosen)))


def _choice(item: Node) -> Choice:
    options = tuple(option.text.strip() for option in item.all("OptionIds/OptionId"))
    return Choice(question_key=item.word("QuestionKey"), option_ids=options)


def _job(fields: Fields, happened: Happened) -> Event:
    # Its fields come inside BatchJob; a flat layout circulates as well.
    job = Fields(fields.node("BatchJob")) if fields.known("BatchJob") is not None else fields
    return JobEvent(
        **happened,
        job_id=job.word("JobId"),
        job_type=job.word("JobType"),
        error_code=job.whole("ErrCode"),
        error_message=job.text("ErrMsg"),
    )


def _activity(fields: Fields, happened: Happened) -> Event:
    return ActivityEvent(**happened, effective_at=fields.moment("EffectTime") if fields.whole("EffectTime") else None)


BUILDERS: dict[str, Build] = {
    **dict.fromkeys(("subscribe", "unsubscribe", "enter_agent"), lambda fields, happened: ApplicationEvent(**happened)),
    **dict.fromkeys(("click", "view", "view_miniprogram"), lambda fields, happened: MenuEvent(**happened)),
    **dict.fromkeys(("share_agent_change", "share_chain_change"), lambda fields, happened: SharingEvent(**happened)),
    **dict.fromkeys(("scancode_push", "scancode_waitmsg"), _scan),
    **dict.fromkeys(("pic_sysphoto", "pic_photo_or_album", "pic_weixin"), _pictures),
    **dict.fromkeys(("template_card_event", "template_card_menu_event", "taskcard_click"), _card),
    **dict.fromkeys(("batch_job_result", "upload_media_job_finish"), _job),
    **dict.fromkeys(("inactive_alert", "close_inactive_agent", "reopen_inactive_agent"), _activity),
    **dict.fromkeys(("low_active_alert", "low_active", "active_restored"), _activity),
    "location": _location,
    "location_select": _place,
}
