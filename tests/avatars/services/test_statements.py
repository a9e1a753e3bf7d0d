"""Statements: a picture is drawn by a recorded statement about that very picture, and by nothing else."""

import hashlib

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import translation

from avatars import services
from avatars.exceptions import ConsentError
from avatars.models import DigitalHuman, Render, RenderTemplate, Statement
from avatars.rendering import render_worker
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def human():
    return factories.make_digital_human(origin="photograph")


def refused(act, *arguments, **wishes) -> str:
    with pytest.raises(ConsentError) as caught:
        act(*arguments, **wishes)
    return caught.value.code


def other_picture(human: DigitalHuman) -> DigitalHuman:
    human.portrait.save("other.png", ContentFile(b"another picture"), save=True)
    return DigitalHuman.objects.get(pk=human.pk)


def test_a_statement_says_who_when_and_of_which_picture(human):
    statement = services.declare_drawn(human, by="hr", reason="Our designer drew it.")
    assert (statement.recorded_by, statement.reason) == ("hr", "Our designer drew it.")
    assert statement.sha256 == hashlib.sha256(b"no picture").hexdigest()
    assert statement.recorded_at is not None
    assert (statement.state, human.origin) == ("holds", "drawn")


def test_another_picture_makes_it_void(human):
    statement = services.declare_drawn(human, by="hr", reason="Drawn.")
    human = other_picture(human)
    statement = Statement.objects.get(pk=statement.pk)
    assert (statement.state, human.origin) == ("void", "photograph")
    assert refused(services.request_render, human, "你好") == "consent_missing"
    assert not services.human_allowed(services.annotate_consents(DigitalHuman.objects.all()).get())


def test_it_holds_for_its_videos_though_the_picture_changed_since(human):
    services.declare_drawn(human, by="hr", reason="Drawn.")
    render = services.request_render(human, "你好")
    other_picture(human)
    render = Render.objects.get(pk=render.pk)
    services.check_consent(render)
    assert Render.objects.filter(services.allowed_renders()).get() == render


def test_what_is_withdrawn_is_neither_made_nor_shown(human):
    services.declare_drawn(human, by="hr", reason="Drawn.")
    render = services.request_render(human, "你好")
    assert services.withdraw_statements(human, by="boss") == 1
    assert (human.statements.get().state, human.statements.get().withdrawn_by) == ("withdrawn", "boss")
    assert refused(services.check_consent, render) == "consent_missing"
    assert not Render.objects.filter(services.allowed_renders()).exists()
    render_worker.render_next()
    render.refresh_from_db()
    assert (render.status, render.reason) == ("failed", "consent_missing")


def test_stated_again_it_covers_the_videos_that_it_covered(human):
    services.declare_drawn(human, by="hr", reason="Drawn.")
    render = services.request_render(human, "你好")
    services.withdraw_statements(human, by="boss")
    again = services.declare_drawn(human, by="hr", reason="Drawn after all.")
    render.refresh_from_db()
    assert render.statement == again
    assert Render.objects.filter(services.allowed_renders()).get() == render


@pytest.mark.databases
def test_it_is_stated_once(human):
    first = services.declare_drawn(human, by="hr", reason="Drawn.")
    assert services.declare_drawn(human, by="boss", reason="Again.") == first


@pytest.mark.parametrize("photographic", [True, None])
def test_what_may_be_a_photograph_takes_a_reason(human, photographic):
    assert refused(services.declare_drawn, human, by="hr", reason=" ", photographic=photographic) == "reason_missing"
    assert services.declare_drawn(human, by="hr", photographic=False).looks_photographed is False


def test_a_cloning_engines_voice_takes_a_reason():
    voice = factories.make_voice(engine="gpt_sovits", origin="cloned")
    assert refused(services.declare_synthetic, voice, by="hr") == "reason_missing"


def test_no_refusal_names_a_way_around(human):
    voice = factories.make_voice(engine="gpt_sovits", origin="cloned")
    speaker = factories.make_digital_human(voice=voice)
    for language in ("en", "zh-hans"):
        with translation.override(language):
            for one in (human, speaker):
                with pytest.raises(ConsentError) as caught:
                    services.request_render(one, "你好")
                told = f"{caught.value.message} {caught.value.remedy}".lower()
                assert not any(
                    word in told for word in ("drawn", "synthetic", "origin", "绘制", "手绘", "合成", "来源")
                )


def test_a_templates_face_needs_its_consent(human):
    template = factories.make_template(human, script="欢迎！", variables=[])
    assert refused(services.request_template_render, template, {}) == "consent_missing"
    consent = factories.make_consent(human, purposes=["campaign"])
    assert refused(services.request_template_render, template, {}, purpose="chat") == "consent_purpose"
    render = services.request_template_render(template, {}, purpose="campaign")
    assert (render.consent, render.template) == (consent, template)
    services.withdraw_consent(consent, by="hr")
    assert refused(services.request_template_render, template, {}, purpose="campaign") == "consent_withdrawn"


def test_a_templates_drawn_face_becomes_a_photographs():
    template = factories.make_template(script="欢迎！", variables=[])
    assert services.request_template_render(template, {}).statement is not None
    other_picture(template.digital_human)
    template = RenderTemplate.objects.get(pk=template.pk)
    assert refused(services.request_template_render, template, {}) == "consent_missing"


def test_a_statement_is_of_a_picture_or_of_a_voice(human):
    voice = factories.make_voice(origin="cloned")
    for fields in ({}, {"digital_human": human, "portrait": "a", "voice": voice, "voice_key": "b"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Statement.objects.create(**fields)


@pytest.mark.databases
@pytest.mark.parametrize("subject", ["picture", "voice"])
def test_one_statement_at_a_time_is_in_force(human, subject):
    about = {"picture": {"digital_human": human, "portrait": "a"}, "voice": {"voice": human.voice, "voice_key": "a:b"}}
    Statement.objects.create(**about[subject])
    with pytest.raises(IntegrityError), transaction.atomic():
        Statement.objects.create(**about[subject])
