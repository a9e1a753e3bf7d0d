"""The result of a call comes back into its session; then come the texts that were written meanwhile, in their order."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django.utils import translation

from conversations.errands import http_calls
from conversations.errands.kinds import EXHAUSTED, KINDS, ErrandKind, Result
from conversations.exceptions import ConversationError
from conversations.handoff import member_turns
from conversations.machine.calls import Request, Returned, Way
from conversations.machine.places import Act
from conversations.models import Conversation, Errand, Message, Session
from conversations.providers.base import RemoteProvider
from conversations.replies import dispatch
from conversations.sessions import runner
from conversations.wording import flow_texts
from wecom.messages import typed


class ServiceCall(ErrandKind):
    """A call of a flow."""

    runs_in_flows = True
    waits_for_person = True

    def provider(self, errand: Errand) -> RemoteProvider:
        return http_calls.HttpCalls()

    def waiting_text(self) -> str:
        return flow_texts.one_moment()

    def attempts(self, errand: Errand) -> int:
        return int(json.loads(errand.question)["request"]["attempts"])

    def keep(self, errand: Errand, result: Result) -> str:
        return json.dumps({**json.loads(errand.question), "result": {**asdict(result), "question": ""}})

    def known_result(self, errand: Errand) -> Result | None:
        work = json.loads(errand.question)
        if not Session.objects.active().filter(pk=work["session"], call_key=work["key"]).exists():
            return Result(question=errand.question, reason=Errand.Reason.OVERTAKEN)
        result = work.get("result")
        return Result(**{**result, "question": errand.question}) if result else None

    def finish(self, conversation: Conversation, errand: Errand, result: Result) -> None:
        work: dict[str, Any] = json.loads(result.question)
        session = Session.objects.active_in(conversation)
        if session is None or session.pk != work["session"] or session.call_key != work["key"]:
            return  # the session has moved on
        kept = json.loads(result.reply) if result.reply else {}
        held = list(session.held)
        runner.advance(session, Act.RETURN, Returned(way=_way(result), kept=kept).to_text(), cid=errand.cid)
        _answer_held(conversation, held)


def _way(result: Result) -> Way:
    if result.reply:
        return Way.NEXT
    is_late = result.code == "timeout" or (result.reason in (Errand.Reason.LATE, EXHAUSTED) and not result.code)
    return Way.TIMEOUT if is_late else Way.FAILED


def _answer_held(conversation: Conversation, cids: Iterable[str]) -> None:
    """Answer the messages of the call as if they had come now, until an operator answers."""
    rows = Message.objects.filter(application=conversation.application_id, member=conversation.member_id)
    for cid in cids:
        message = rows.filter(direction=Message.Direction.IN, cid=cid).select_related("content").first()
        if message is None or member_turns.is_silent(conversation):
            continue
        application = conversation.application
        inbound = typed(
            message.content.text,
            corp_id=application.corporation.corp_id,
            agent_id=application.agent_id,
            user_id=conversation.member.user_id,
            at=message.created_at,
        )
        session = Session.objects.active_in(conversation)
        with translation.override(conversation.language):
            dispatch.answer(conversation, inbound, session=session, cid=cid, now=message.created_at)


KINDS[Errand.Kind.CALL] = ServiceCall()


def try_call(request: Request, *, key: str) -> Returned:
    """Make a call for a flow that is tried, and wait for it."""
    try:
        return Returned(kept=http_calls.make(request, key=key))
    except ConversationError as error:
        return Returned(way=Way.TIMEOUT if error.code == "timeout" else Way.FAILED)
