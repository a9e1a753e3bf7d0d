"""People with a row in every table that can say something about them."""

import secrets

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from avatars.models import Rendition
from avatars.services import withdraw_consent
from conversations.knowledge import unanswered_questions
from conversations.models import (
    CareCase,
    CareSubject,
    Content,
    Conversation,
    FlowStart,
    GoldenConversation,
    MemberModelUsage,
    MemberPreference,
    MutedTopic,
    Operator,
    PreferenceChange,
    Session,
    SessionCaller,
    Ticket,
    TicketChange,
    TicketLine,
    WatchLink,
)
from core.confidentiality.access_records import record_access
from openuser.models import ApiAnswer
from scheduling.models import AudienceSheet, AudienceSheetMember, CampaignResponse, Run, Schedule, Segment
from tests.support import factories
from tests.support.model_rows import filled, make_message, make_row
from wecom import services
from wecom.models import Application, ApplicationMember, GroupChat, Member, MemberFact, Membership, SendReservation

WHO, NAME, WORDS = "ouyang.qingfeng", "欧阳清风", "独钓寒江雪"
OTHER, THEIRS = "sunqi", "千山鸟飞绝"


def stored(name: str) -> str:
    return default_storage.save(name, ContentFile(WORDS.encode()))


def make_person(application: Application, who: str = WHO, name: str = NAME, words: str = WORDS) -> Member:
    """A member with a row in every table that can say something about them."""
    company = application.corporation
    member = factories.make_member(application, who, name=name, position=words, attributes={"爱好": words})
    services.change_member(member, pinyin="ōu yáng", language="en")
    place = factories.make_department(application, company.departments.count() + 1, leaders=[who.title(), "zhaoliu"])
    Membership.objects.create(member=member, department=place, is_leader=True)
    ApplicationMember.objects.create(application=application, member=member, in_range=True)
    MemberFact.objects.create(member=member, key="city", text=words)
    services.preview_fact_import(company, f"userid,city\n{who},{words[::-1]}".encode(), by="hr")
    if who == WHO:
        below = factories.make_member(application, f"below.{who}", direct_leaders=[who])
        MemberFact.objects.create(member=below, key="manager", text=who)
    cid = secrets.token_hex(8)
    factories.make_callback(application, from_user_id=who, body=words, cid=cid, status="done", order_key=f"1:{who}")
    change = f"<xml><UserID>{who}</UserID><Name>{name}</Name></xml>"
    factories.make_callback(application, kind="event", event="change_contact", from_user_id="sys", body=change)
    factories.make_card_update(application, user_id=who, text=words)
    factories.make_download(application, cid=cid, status="done", path=stored(f"inbound/{who}.jpg"))
    chat = GroupChat.objects.create(
        application=application, chat_id=secrets.token_hex(8), owner=who, user_ids=["a", who]
    )
    assert chat.user_ids
    said(application, member, words)
    schedule(application, who, words)
    audience(member, words)
    campaign(application, member, words)
    consent = factories.make_consent(person=name, reference=who)
    withdraw_consent(consent, by="hr")
    logs(member, words)
    return member


def said(application: Application, member: Member, words: str) -> None:
    """What a member wrote and was sent: texts, a video, a voice message, a file, a flow, a question."""
    who = member.user_id
    content = Content.objects.create(text=words)
    conversation = Conversation.objects.create(application=application, member=member, language="zh-hans")
    upload = factories.make_upload(application, path=stored(f"uploads/{who}.mp4"), filename=f"{words}.mp4")
    small = Rendition.objects.create(
        limit=1, source=upload.path, sha256=upload.sha256, status="done", video=stored(f"renditions/{who}.mp4")
    )
    assert small.render is None
    outbound = factories.make_outbound(
        application,
        recipients=[who],
        content={"content": words},
        body=f'{{"touser": "{who}"}}'.encode(),
        status="done",
        upload=upload,
        invalid=[who],
        order_key=f"{application.pk}:{who}",
    )
    SendReservation.objects.create(application=application, user_id=who, at=outbound.created_at, outbound=outbound)
    render = factories.make_render(
        text=words, recipe={"name": member.name}, status="done", video=stored(f"renders/{who}/v.mp4")
    )
    narration = factories.make_narration(text=words, recipe={"text": words}, parts=[stored(f"narrations/{who}.amr")])
    linked = {"content": content, "outbound": outbound, "render": render, "narration": narration}
    make_message(application, member=member, cause={"by": "flow", "slots": {"name": [words]}}, **linked)
    WatchLink.objects.create(render=render, application=application, member=member)
    filled(MemberPreference, member=member, prefers_text=True)
    filled(MutedTopic, member=member)
    subject = CareSubject.objects.get(key="distress")
    CareCase.objects.create(subject=subject, application=application, member=member, said=words, found_by="words")
    filled(GoldenConversation, member=member, circumstances={"facts": {"city": words}})
    filled(MemberModelUsage, member=member)
    filled(PreferenceChange, member=member, before={"language": words})
    Operator.objects.create(name=member.name, member=member)
    ticket = Ticket.objects.create(conversation=conversation, reason="asked", summary=words)
    TicketChange.objects.create(ticket=ticket, kind="note", text=words)
    TicketLine.objects.create(ticket=ticket, message=conversation.messages().first())
    session = filled(
        Session,
        conversation=conversation,
        slots={"name": words},
        labels={"name": words},
        data={"who": who},
        status="completed",
    )
    filled(SessionCaller, session=session, slots={"name": words}, labels={"name": words}, data={"who": who})
    filled(FlowStart, application=application, member=member)
    factories.make_errand(conversation, question=words)
    unanswered_questions.record(conversation, words, cid="", at=outbound.created_at)


def schedule(application: Application, who: str, words: str) -> None:
    row = make_row(Schedule, application=application, user_ids=[who], name=words, text=words)
    Run.objects.create(
        schedule=row, due_at=row.created_at, outcome="failed", detail=f"no member {who}", unreached={who: "left"}
    )


def audience(member: Member, words: str) -> None:
    conditions = [
        {"subject": "user_id", "test": "one_of", "value": [member.user_id, "zhaoliu"]},
        {"subject": "name", "test": "is", "value": member.name},
    ]
    rule = {"op": "any", "rules": conditions}
    make_row(Segment, corporation=member.corporation, rule=rule, name=f"名单 {secrets.token_hex(4)}")
    sheet = make_row(AudienceSheet, corporation=member.corporation)
    AudienceSheetMember.objects.create(sheet=sheet, line=2, user_id=member.user_id)


def campaign(application: Application, member: Member, words: str) -> None:
    audience = {"members": [member.user_id, "zhaoliu"]}
    row = factories.make_campaign_row(application, audience=audience)
    row.changes.create(after="waiting", description={"audience": audience})
    run = factories.make_campaign_run(row, content={"audience": audience}, status="done", ended_at=row.created_at)
    factories.make_delivery(run, member=member)
    factories.make_rehearsal_run(run.campaign, result={"timelines": [{"member": member.pk, "occasions": []}]})
    CampaignResponse.objects.create(run=run, member=member, key="read", label="已阅")
    asked = {"op": "all", "rules": [{"subject": "name", "test": "is", "value": member.name}]}
    series = factories.make_series_row(application, audience=audience, stop_rule=asked)
    series.changes.create(after="waiting", description={"audience": audience})
    factories.make_enrolment(series, member=member)
    assert words


def logs(member: Member, words: str) -> None:
    staff = User.objects.filter(username="hr").first() or User.objects.create_user("hr")
    LogEntry.objects.create(user=staff, object_repr=str(member), change_message=words, action_flag=CHANGE)
    LogEntry.objects.create(user=staff, object_repr=member.user_id, action_flag=CHANGE)
    record_access(staff, "conversations.Conversation", people=[member.pk])
    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        filled(model, username=member.user_id)
    filled(ApiAnswer, status=200, body=f'{{"user_id": "{member.user_id}"}}'.encode())
