"""Dialogues: two digital humans in one presentation, each with a voice, a mood and a consent of its own."""

from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from avatars import services
from avatars.exceptions import ConsentError, InUse
from avatars.models import PresentationScene, Render
from avatars.pipeline.portrait_video import videos_of
from avatars.rendering import recipes
from avatars.scenes.spec import Pointing
from tests.avatars.support.fake_engines import Light
from tests.support.factories import (
    make_consent,
    make_digital_human,
    make_portrait_video,
    make_presentation,
    make_voice,
)

pytestmark = pytest.mark.django_db


def make_dialogue(**fields):
    """Two photographs with their consents, in one dialogue."""
    humans = [make_digital_human(origin="photograph") for _person in range(2)]
    consents = [make_consent(human, **fields) for human in humans]
    presentation = make_presentation(humans[0], partner=humans[1])
    services.add_scene(presentation, layout="dialogue", script="A：你好。\nB：[point 1]你好！", points=[[1, 2]])
    return presentation, consents


def test_lines_become_segments_of_their_speakers():
    presentation, _consents = make_dialogue()
    render = services.request_presentation_render(presentation)
    assert render.text == "大家好。\n\n看这里。\n\n你好。\n你好！"
    deck = recipes.video_spec(Render.objects.get(pk=render.pk)).deck
    assert deck is not None
    assert deck.partner is not None
    assert deck.partner.portrait == Path(default_storage.path(str(presentation.partner.portrait.name)))
    assert [(scene.begin, scene.speaker) for scene in deck.scenes[2:]] == [(12, 0), (16, 1)]
    assert deck.scenes[3].pointings == (Pointing(offset=16, x=1, y=2),)


def test_the_second_speaker_has_a_mood_and_a_speed_of_its_own():
    presentation, _consents = make_dialogue()
    presentation.digital_human.mood = "serious"
    presentation.partner.automatic_mood = False
    presentation.partner.voice.mood, presentation.partner.voice.speed = "cheerful", 1.1
    spec = recipes.video_spec(services.request_presentation_render(presentation))
    assert spec.manner.mood == "serious"
    assert spec.deck is not None
    partner = spec.deck.partner
    assert partner is not None
    assert (partner.mood, partner.automatic_mood, partner.speed) == ("cheerful", False, 1.1)


def test_a_dialogue_needs_a_second_digital_human():
    scene = PresentationScene(layout="dialogue", script="A：你好。")
    assert [fault.code for fault in services.presentation_faults([scene])] == ["partner_missing"]
    assert services.presentation_faults([scene], make_digital_human()) == []


@pytest.mark.databases
def test_a_dialogue_rests_on_both_consents():
    presentation, (first, second) = make_dialogue(purposes=["chat"])
    render = services.request_presentation_render(presentation, purpose="chat")
    assert (render.consent, render.partner_consent, render.partner) == (first, second, presentation.partner)
    services.check_consent(render)
    for consent in (first, second):
        assert list(Render.objects.resting_on(consent)) == [render]
    with pytest.raises(ConsentError):
        services.request_presentation_render(presentation, purpose="external")
    services.withdraw_consent(second, by="boss")
    render.refresh_from_db()
    assert (render.status, render.reason) == (Render.Status.CANCELLED, "consent_withdrawn")
    for refused in (services.retry_render, services.check_consent):
        with pytest.raises(ConsentError):
            refused(render)
    for refused in (services.request_presentation_render, lambda shown: services.preview_scene(shown.scenes.last())):
        with pytest.raises(ConsentError):
            refused(presentation)


def test_a_dialogue_ends_with_the_first_consent_that_ends():
    presentation, (_first, second) = make_dialogue()
    render = services.request_presentation_render(presentation)
    assert render.allowed_until is None
    second.valid_until = timezone.localdate()
    second.save()
    assert Render.objects.get(pk=render.pk).allowed_until == second.ends_at


def test_a_partner_whose_voice_is_cloned_needs_its_consent():
    presentation, _consents = make_dialogue()
    partner = presentation.partner
    partner.voice.statements.all().delete()
    with pytest.raises(ConsentError) as caught:
        services.request_presentation_render(presentation)
    assert caught.value.code == "voice_consent_missing"
    consent = make_consent(voices=[partner.voice])
    render = services.request_presentation_render(presentation)
    assert render.partner_voice_consent == consent
    services.withdraw_consent(consent, by="boss")
    render.refresh_from_db()
    assert (render.status, render.reason) == (Render.Status.CANCELLED, "voice_consent_withdrawn")


def test_each_speaker_of_a_dialogue_has_a_voice_in_the_second_language():
    presentation, _consents = make_dialogue()
    presentation.translation_partner_voice = make_voice(key="other")
    presentation.scenes.update(translation="A: Hello.\nB: Hello!")
    render = services.request_presentation_render(presentation, translated=True)
    assert render.recipe["partner"]["voice"] == "other"
    assert render.partner == presentation.partner


class Moves(Light):
    moves_video = True


@pytest.mark.parametrize("person", [0, 1])
def test_either_digital_human_of_a_dialogue_may_have_a_video_as_portrait(person):
    presentation, consents = make_dialogue()
    human = (presentation.digital_human, presentation.partner)[person]
    video = make_portrait_video(human, still=str(human.portrait.name), video="portraits/moving.mp4", status="done")
    render = services.request_presentation_render(presentation)
    assert (render.consent, render.partner_consent) == tuple(consents)
    spec, notes = recipes.video_spec(render), []
    assert spec.deck is not None
    assert spec.deck.partner is not None
    moving = (spec.portrait_video, spec.deck.partner.portrait_video)
    assert moving[person] == Path(default_storage.path(str(video.video.name)))
    assert moving[1 - person] is None
    assert videos_of(spec, Moves(), notes) == moving
    assert notes == []
    assert videos_of(spec, Light(), notes) == (None, None)
    assert notes == ["moving_still"]


def test_a_digital_human_in_a_dialogue_is_not_deleted():
    presentation, _consents = make_dialogue()
    partner = presentation.partner
    services.request_presentation_render(presentation)
    services.remove_presentation(presentation)
    with pytest.raises(InUse):
        services.remove_digital_human(partner)
