"""The page that compares engines: requested, made, measured, and honest about one that failed."""

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from avatars import services
from avatars.exceptions import ConsentError
from avatars.models import Render
from avatars.rendering import render_worker
from openuser.roles import Role
from tests.avatars.support import studio_settings
from tests.avatars.support.rendering import make_human

PAGE = "/admin/avatars/render/engines/"


@pytest.fixture
def client() -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(User.objects.create_superuser("boss"))
    return client


@pytest.fixture(autouse=True)
def plugged_in(settings):
    """Two that are ready, one of which fails, and one that is not set up."""
    settings.RENDER_FALLBACK = "puppet"
    known = {name: studio_settings.RENDER_ENGINES[name] for name in ("light", "failed", "puppet")}
    away = {"class": "avatars.engines.neural.musetalk.MuseTalk", "options": {"url": ""}}
    settings.RENDER_ENGINES = {**known, "musetalk": away}
    settings.SPEECH_ENGINES = {"tone": {"class": studio_settings.TONE}}


def asked(client, *engines, text="你好。"):
    human = make_human()
    return client.post(PAGE, {"digital_human": human.pk, "text": text, "engines": engines})


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_engines")
def test_each_engine_speaks_the_sentence_and_is_measured(client):
    page = asked(client, "puppet", "failed")
    renders = list(Render.objects.order_by("pk"))
    assert [render.recipe["render_engine"] for render in renders] == ["puppet", "failed"]
    assert page.headers["Location"].endswith("&".join(f"render={render.pk}" for render in renders))
    assert client.get(reverse("admin:avatars_render_measures", args=[renders[0].pk])).status_code == 404
    for _ in renders:
        render_worker.render_next()
    made, failed = (client.get(reverse("admin:avatars_render_measures", args=[each.pk])) for each in renders)
    shown = made.content.decode()
    for measure in ("lips", "likeness", "background", "first", "total", "cpu"):
        assert f'data-measure="{measure}"' in shown
        assert f'data-measure="{measure}">–' not in shown
    assert 'data-measure="lips"' not in failed.content.decode()
    assert "failed gave no video that can be used: the engine failed." in failed.content.decode()
    assert "puppet took over" in failed.content.decode()
    result = services.engine_result(Render.objects.get(pk=renders[0].pk))
    assert 0 < result.first_seconds <= result.total_seconds
    assert result.engine_cpu_seconds <= result.cpu_seconds
    compared = client.get(page.headers["Location"]).content.decode()
    assert compared.count("data-engine-result") == 2
    assert "你好。" in compared, "the form repeats what was compared"


@pytest.mark.django_db
def test_the_page_lists_what_can_be_compared_and_what_lacks_something(client):
    make_human()
    page = client.get(PAGE).content.decode()
    for name in ("light", "failed", "puppet"):
        assert f'value="{name}"' in page
    assert 'value="musetalk"' not in page
    assert "OPENUSER_MUSETALK_URL is empty" in page
    assert PAGE in client.get("/admin/engines/").content.decode()


@pytest.mark.django_db
def test_nothing_is_requested_where_the_form_is_wrong(client):
    for wrong in ({"engines": []}, {"engines": ["musetalk"]}, {"engines": ["light"], "text": " "}):
        human = make_human()
        answer = client.post(PAGE, {"digital_human": human.pk, "text": "你好", **wrong})
        assert answer.status_code == 200
        assert 'role="alert"' in answer.content.decode()
    assert not Render.objects.exists()


@pytest.mark.django_db
def test_a_person_without_consent_is_not_compared(client):
    human = make_human(origin="photograph")
    with pytest.raises(ConsentError):
        services.compare_engines(human, "你好", ["light"])
    answer = client.post(PAGE, {"digital_human": human.pk, "text": "你好", "engines": ["light"]})
    assert 'role="alert"' in answer.content.decode()
    assert not Render.objects.exists()


@pytest.mark.django_db
def test_only_renders_of_comparisons_are_shown(client):
    ordinary = services.request_render(make_human(), "你好")
    assert "data-engine-result" not in client.get(f"{PAGE}?render={ordinary.pk}&render=x").content.decode()
    assert client.get(reverse("admin:avatars_render_measures", args=[ordinary.pk])).status_code == 404


@pytest.mark.django_db
def test_a_viewer_compares_nothing(client):
    user = User.objects.create_user("viewer", is_staff=True)
    user.groups.add(Group.objects.get(name=Role.VIEWER.value))
    client.force_login(user)
    assert client.get(PAGE).status_code == 403
    assert client.get(reverse("admin:avatars_render_measures", args=[1])).status_code == 403
