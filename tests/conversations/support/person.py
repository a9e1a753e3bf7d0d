"""A member who writes to the application, and the messages queued for them."""

import itertools
from collections.abc import Mapping, Sequence

from tests.wecom.support.callback_sender import event_xml, text_xml
from wecom import messages
from wecom.callbacks import processor
from wecom.models import Callback, Outbound

_numbers = itertools.count(1000)


class Person:
    """Says things to the application and reads what is queued for them."""

    def __init__(self, application, user_id: str = "zhangsan") -> None:
        self.application = application
        self.user_id = user_id
        self._seen = 0

    def _deliver(self, xml: str) -> list[str]:
        callback = self._arrives(xml)
        processor.handle(callback.pk)
        callback.refresh_from_db()
        assert callback.is_finished
        return self.read()

    def _arrives(self, xml: str) -> Callback:
        inbound = messages.inbound(xml.encode())
        return Callback.objects.create(
            application=self.application,
            identity=messages.identity(inbound),
            kind=inbound.kind,
            event=getattr(inbound, "event", ""),
            from_user_id=inbound.from_user_id,
            sent_at=inbound.created_at,
            body=xml,
            cid=f"cid{next(_numbers)}",
        )

    def writes(self, text: str) -> Callback:
        """A text that is not handled yet."""
        return self._arrives(text_xml(self.application, text=text, user=self.user_id, msg_id=next(_numbers)))

    def handles(self, callback: Callback) -> list[str]:
        """Let a worker handle what was written."""
        processor.handle(callback.pk)
        return self.read()

    def says(self, text: str) -> list[str]:
        return self._deliver(text_xml(self.application, text=text, user=self.user_id, msg_id=next(_numbers)))

    def sends(self, kind: str, media_id: str = "") -> list[str]:
        """A message of another kind, with its file if a media ID is given."""
        xml = text_xml(self.application, user=self.user_id, msg_id=next(_numbers)).replace("[text]", f"[{kind}]")
        file = f"<MediaId>{media_id}</MediaId>" if media_id else ""
        return self._deliver(xml.replace("<AgentID>", f"{file}<AgentID>"))

    def does(self, event: str, key: str = "") -> list[str]:
        key = key or str(next(_numbers))
        return self._deliver(event_xml(self.application, event, user=self.user_id, key=key))

    def taps(self, key: str, task_id: str = "", *, choices: Mapping[str, Sequence[str]] | None = None) -> list[str]:
        """Press a button of the card that came last, or of another one; `choices` are the boxes that are ticked."""
        return self._deliver(self._tap(key, task_id).replace("<AgentID>", f"{_ticked(choices or {})}<AgentID>"))

    def picks_from_menu(self, key: str, task_id: str) -> list[str]:
        """Choose an entry of the menu at the top right of a card."""
        return self._deliver(self._tap(key, task_id).replace("template_card_event", "template_card_menu_event"))

    def presses(self, key: str) -> Callback:
        """A press on the newest card's button that is not handled yet."""
        return self._arrives(self._tap(key))

    def _tap(self, key: str, task_id: str = "") -> str:
        task_id = task_id or self._outbounds().filter(msgtype="template_card").last().content["task_id"]
        xml = event_xml(self.application, "template_card_event", user=self.user_id, key=key)
        fields = f"<TaskId>{task_id}</TaskId><ResponseCode>code{next(_numbers)}</ResponseCode>"
        return xml.replace("<AgentID>", f"{fields}<AgentID>")

    def _outbounds(self):
        return Outbound.objects.filter(recipients=[self.user_id]).order_by("pk")

    def read(self) -> list[str]:
        fresh = list(self._outbounds().filter(pk__gt=self._seen))
        self._seen = fresh[-1].pk if fresh else self._seen
        return [_words(row) for row in fresh]


def _ticked(choices: Mapping[str, Sequence[str]]) -> str:
    items = "".join(
        f"<SelectedItem><QuestionKey>{key}</QuestionKey>"
        f"<OptionIds>{''.join(f'<OptionId>{one}</OptionId>' for one in options)}</OptionIds></SelectedItem>"
        for key, options in choices.items()
    )
    return f"<SelectedItems>{items}</SelectedItems>" if items else ""


def _words(outbound) -> str:
    """The text; of a card its title and its buttons."""
    content = outbound.content
    if outbound.msgtype == "template_card":
        return " | ".join(
            [content["main_title"]["title"], *(button["text"] for button in content.get("button_list", ()))]
        )
    return str(content.get("content", outbound.msgtype))
