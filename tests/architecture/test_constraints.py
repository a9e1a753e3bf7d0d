"""Every named constraint holds on this run's database: rows that break it are refused, and under its name."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import BaseConstraint, CheckConstraint, Model, UniqueConstraint
from django.utils import timezone

from scheduling.models import Campaign, Schedule
from tests.support.factories import make_presentation, make_series_row, make_template, make_upload, make_voice
from tests.support.model_rows import make_row

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
OURS = ("avatars", "conversations", "core", "openuser", "scheduling", "wecom")
Values = Callable[[], dict[str, Any]]


def values(**fields: Any) -> Values:
    return lambda: fields


def a_voice() -> dict[str, Any]:
    return {"digital_human": None, "portrait": "", "voice": make_voice(), "voice_key": "kokoro:x"}


def a_file(**fields: Any) -> Values:
    return lambda: {"render": None, "upload": make_upload(), **fields}


def a_step(**fields: Any) -> Values:
    return lambda: {"series": make_series_row(), "repeats": "series", "day": 1, "at": "09:00", **fields}


def both_sources() -> dict[str, Any]:
    return {"template": make_template(), "presentation": make_presentation()}


STATUSES = ("queued", "running", "done")
BUTTON = {"key": "", "url": "", "app_id": "", "page": ""}
MINI = {**BUTTON, "kind": "view_miniprogram", "app_id": "wx1", "page": "pages/index"}
# What breaks a constraint. Of one that is about two rows: what both have besides equal values of its fields.
BROKEN: dict[str, list[Values]] = {
    "access_record_once_an_hour": [values()],
    "campaign_one_per_call": [values(key="k")],
    "awaited_video_by_one": [
        values(batch=None),
        lambda: {"schedule": make_row(Schedule)},
        lambda: {"campaign": make_row(Campaign)},
        lambda: {"batch": None, "campaign": make_row(Campaign), "schedule": make_row(Schedule)},
    ],
    "awaited_video_once_per_batch": [values()],
    "awaited_video_once_per_campaign": [lambda: {"batch": None, "campaign": make_row(Campaign)}],
    "awaited_video_once_per_schedule": [lambda: {"batch": None, "schedule": make_row(Schedule)}],
    "rehearsal_of_one_subject": [values(campaign=None, series=None), lambda: {"series": make_series_row()}],
    "statement_confirmed_by_another": [
        lambda: {"confirmed_at": timezone.now(), "recorded_by": "anna", "confirmed_by": "anna", "evidence_link": "x"},
        lambda: {"confirmed_at": timezone.now(), "recorded_by": "anna", "confirmed_by": "ben", "evidence": ""},
    ],
    "alert_once": [values()],
    "incident_open_once": [values()],
    "metric_count_once": [values()],
    "api_answer_unique_key": [values()],
    "webhook_delivery_once": [values()],
    "application_unique_agent": [values()],
    "application_one_default": [values(is_default=True)],
    "application_default_sends": [values(is_default=True, agent_id=0)],
    "article_picture_unique_content": [values()],
    "upload_unique_copy": [values()],
    "attempt_unique_number": [values()],
    "broadcast_reservation_unique": [values()],
    "groupchat_unique_chat_id": [values()],
    "department_unique_number": [values()],
    "factdefinition_unique_key": [values()],
    "factdefinition_unique_name": [values()],
    "factdefinition_known_kind": [values(kind="colour")],
    "factdefinition_free_key": [values(key=key) for key in ("", "city", "user_id")],
    "memberfact_unique_key": [values()],
    "memberfact_one_value": [
        values(text="", number=None, date=None),
        values(text="Beijing", number=1, date=None),
        values(text="Beijing", number=None, date="2026-12-01"),
        values(text="", number=1, date="2026-12-01"),
    ],
    "member_unique_user_id": [values()],
    "member_known_status": [values(status="gone")],
    "member_known_language": [values(language="fr")],
    "membership_unique": [values()],
    "tag_unique_number": [values()],
    "reach_unique": [values()],
    "download_unique_media": [values()],
    "callback_unique_identity": [values()],
    "cardupdate_one_per_code": [values()],
    "menubutton_does_something": [
        values(**{**BUTTON, "kind": "click"}),
        values(**{**BUTTON, "kind": "location_select"}),
        values(**{**BUTTON, "kind": "view", "key": "/help"}),
        values(**{**MINI, "app_id": ""}),
        values(**{**MINI, "page": ""}),
        values(**{**BUTTON, "kind": "dance", "key": "/help"}),
    ],
    "day_count_unique": [values()],
    "call_count_unique": [values()],
    "circuit_unique": [values()],
    "consent_ends_after_it_begins": [values(valid_from="2026-12-02", valid_until="2026-12-01")],
    "consent_withdrawn_by_somebody": [values(withdrawn_at=None, withdrawn_by="hr")],
    "likeness_once_per_consent": [values()],
    "likeness_voice_once_per_consent": [a_voice],
    "likeness_of_face_or_voice": [
        values(voice_key="kokoro:x"),
        values(portrait="", digital_human=None),
    ],
    "engine_trouble_one_per_engine": [values()],
    "narration_one_per_content": [values(status=status) for status in STATUSES],
    "portrait_video_one_per_picture": [values()],
    "render_one_per_content": [values(status=status) for status in STATUSES],
    "template_variable_unique_name": [values()],
    "presentation_variable_unique_name": [values()],
    "rendition_one_per_limit": [values()],
    "rendition_one_per_file": [values(render=None, source="a.mp4")],
    "rendition_of_render_or_file": [values(source="a.mp4"), values(render=None)],
    "conversation_one_per_member": [values()],
    "cannedanswer_unique_title": [values()],
    "operator_has_name": [values(name="")],
    "operatorgroup_unique_name": [values()],
    "operatorgroup_answers": [values(answer_within=0)],
    "caresubject_alerts": [values(most_alerts=0)],
    "caresubject_kept": [values(keep_days=0)],
    "carecase_one_unfinished": [values(status="open"), values(status="taken")],
    "ticket_one_unfinished": [values(status="open"), values(status="assigned")],
    "ticket_one_on_a_phone": [values(status="assigned", on_phone=True)],
    "ticket_assigned_to_someone": [values(status="assigned", operator=None)],
    "ticket_rating_1_to_5": [values(rating=0), values(rating=6)],
    "topic_unique_name": [values()],
    "topic_has_name": [values(name="")],
    "topic_fits_card": [values(name="长" * 17)],
    "muted_topic_once_per_member": [values()],
    "model_usage_once_a_day": [values()],
    "member_model_usage_once_a_day": [values()],
    "knowledge_revision_only_one": [values(id=2)],
    "answer_valid_period": [values(valid_from="2026-02-01", valid_until="2026-01-31")],
    "flow_unique_command": [values(command="/video")],
    "flow_unique_menu_key": [values(menu_key="/video")],
    "flow_unique_card_key": [values(card_key="badge")],
    "flow_start_one_waits": [values()],
    "flow_start_known_status": [values(status="later")],
    "flow_version_unique_number": [values()],
    "golden_unique_name": [values()],
    "session_caller_one_at_depth": [values()],
    "session_move_once_in_batch": [values()],
    "state_unique_key": [values()],
    "state_one_video_source": [both_sources],
    "session_one_active": [values(status="active")],
    "document_valid_period": [values(valid_from="2026-02-01", valid_until="2026-01-31")],
    "passage_once_in_edition": [values()],
    "unanswered_question_once": [values(status="open"), values(status="dismissed")],
    "viewing_one_per_member": [values()],
    "viewing_one_per_file": [a_file()],
    "viewing_one_for_all": [a_file(member=None)],
    "viewing_of_render_or_file": [values(render=None), lambda: {"upload": make_upload()}],
    "schedule_one_per_call": [values(key="k")],
    "schedule_draft_is_paused": [values(draft=True, paused=False)],
    "schedule_one_video_source": [both_sources],
    "privacyrequest_known_kind": [values(kind="peek")],
    "run_once_per_moment": [values()],
    "campaign_known_state": [values(state="dancing")],
    "campaign_sends_approved": [values(state=state, approved_hash="") for state in ("approved", "running")],
    "campaign_step_has_its_day": [values(day=3), values(at="09:00"), a_step(repeats="once"), a_step(at=None)],
    "campaign_step_own_time": [a_step()],
    "campaign_step_one_at_once": [a_step(day=0, at=None)],
    "series_known_state": [values(state="dancing")],
    "series_sends_approved": [values(state=state, approved_hash="") for state in ("approved", "running")],
    "enrolment_once_per_cycle": [values()],
    "enrolment_ends_with_its_time": [values(status="stopped"), values(ended_at=timezone.now())],
    "enrolment_step_once": [values()],
    "campaign_content_once_per_language": [values()],
    "campaign_content_one_video_source": [both_sources],
    "campaign_run_once_per_moment": [values()],
    "batch_once_per_run": [values()],
    "delivery_once_per_member": [values()],
    "campaign_response_once": [values()],
    "campaign_link_once": [values()],
    "link_clicks_once_per_hour": [values()],
    "sending_policy_whole_quiet_hours": [values(quiet_from="21:00"), values(quiet_until="08:00")],
    "segment_unique_name": [values()],
    "segment_has_name": [values(name="")],
    "audiencesheetmember_unique_user_id": [values()],
    "statement_of_picture_or_voice": [values(voice_key="kokoro:x"), values(portrait="", digital_human=None)],
    "statement_once_per_picture": [values(withdrawn_at=None)],
    "statement_once_per_voice": [a_voice],
    "calendarday_unique_date": [values()],
    "calendarday_known_source": [values(source="guessed")],
    "calendarimport_known_way": [values(way="guessed")],
}
# What two rows may both be, though the fields of the constraint are equal, and what a check lets through.
ALLOWED: dict[str, list[Values]] = {
    "incident_open_once": [values(resolved_at="2026-02-01T00:00:00Z")],
    "ticket_one_unfinished": [values(status="closed")],
    "carecase_one_unfinished": [values(status="closed")],
    "ticket_one_on_a_phone": [values(status="assigned", on_phone=False), values(status="closed", on_phone=True)],
    "application_one_default": [values(is_default=False)],
    "application_default_sends": [values(is_default=False, agent_id=0), values(is_default=True, agent_id=1)],
    "narration_one_per_content": [values(status="failed"), values(status="cancelled")],
    "portrait_video_one_per_picture": [values(still="")],
    "render_one_per_content": [values(status="failed"), values(status="cancelled")],
    "flow_unique_command": [values(command="")],
    "flow_unique_menu_key": [values(menu_key="")],
    "flow_unique_card_key": [values(card_key="")],
    "flow_start_one_waits": [values(status="started")],
    "session_one_active": [values(status="done")],
    "unanswered_question_once": [values(status="answered")],
    "campaign_one_per_call": [values(key="")],
    "schedule_one_per_call": [values(key="")],
    "campaign_sends_approved": [values(state="draft"), values(state="running", approved_hash="5f")],
    "campaign_step_has_its_day": [values(), a_step(), a_step(day=0, at=None)],
    "campaign_step_one_at_once": [values(series=None)],
    "series_sends_approved": [values(state="draft"), values(state="running", approved_hash="5f")],
    "enrolment_ends_with_its_time": [values(), values(status="stopped", ended_at=timezone.now())],
    "sending_policy_whole_quiet_hours": [values(quiet_from="21:00", quiet_until="08:00")],
    "schedule_draft_is_paused": [values(draft=True, paused=True), values(paused=True)],
    "statement_once_per_picture": [values(withdrawn_at=timezone.now())],
    "statement_once_per_voice": [lambda: {**a_voice(), "withdrawn_at": timezone.now()}],
    "consent_ends_after_it_begins": [values(valid_from="2026-12-01", valid_until="2026-12-01")],
    "consent_withdrawn_by_somebody": [values(withdrawn_at=timezone.now(), withdrawn_by="hr")],
    "likeness_of_face_or_voice": [a_voice],
    "memberfact_one_value": [
        values(text="", number=0, date=None),
        values(text="", number=None, date="2026-12-01"),
        values(text="Beijing", number=None, date=None),
    ],
    "menubutton_does_something": [values(**MINI), values(**{**BUTTON, "kind": "menu"})],
    "rendition_of_render_or_file": [values(render=None, source="a.mp4")],
    "viewing_of_render_or_file": [a_file()],
}


def constraints() -> Iterator[tuple[type[Model], BaseConstraint]]:
    for label in OURS:
        for model in apps.get_app_config(label).get_models():
            yield from ((model, constraint) for constraint in model._meta.constraints)


NAMED = {constraint.name: (model, constraint) for model, constraint in constraints()}


def cases(table: dict[str, list[Values]]) -> list[Any]:
    return [
        pytest.param(name, case, id=f"{name}-{number}")
        for name, listed in sorted(table.items())
        for number, case in enumerate(listed)
    ]


def write(name: str, case: Values) -> None:
    """Rows with these values; of a constraint on two rows, both have the same values in its fields."""
    model, constraint = NAMED[name]
    rows = [make_row(model)]
    given = case()
    same = dict(given)
    if isinstance(constraint, UniqueConstraint):
        rows.append(make_row(model))
        same |= {field: getattr(rows[0], field) for field in constraint.fields if field not in given}
    with transaction.atomic():
        for row in rows:
            model._default_manager.filter(pk=row.pk).update(**same)


@pytest.mark.parametrize(("name", "case"), cases(BROKEN))
def test_what_breaks_a_constraint_is_refused_under_its_name(name, case):
    model, constraint = NAMED[name]
    with pytest.raises(IntegrityError) as refused:
        write(name, case)
    words = str(refused.value)
    if connection.vendor == "postgresql" or isinstance(constraint, CheckConstraint):
        assert name in words
    else:
        columns = [model._meta.get_field(field).column for field in constraint.fields]
        assert words.endswith(", ".join(f"{model._meta.db_table}.{column}" for column in columns))


@pytest.mark.parametrize(("name", "case"), cases(ALLOWED))
def test_what_a_constraint_allows_is_kept(name, case):
    write(name, case)


def test_every_constraint_has_a_case_that_breaks_it():
    assert sorted(BROKEN) == sorted(map(str, NAMED))
    assert {name for name, listed in BROKEN.items() if not listed} == set()


def test_every_constraint_with_a_condition_has_a_case_that_it_allows():
    conditional = {
        name
        for name, (_model, constraint) in NAMED.items()
        if isinstance(constraint, UniqueConstraint) and constraint.condition is not None
    }
    several = {"rendition_one_per_file", "viewing_one_for_all"}  # the other constraint on these rows holds instead
    assert conditional - several - set(ALLOWED) == set()
