"""What a step says with its words: Markdown, cards, articles, pictures and files."""

import pytest
from django.core.files.base import ContentFile

from conversations import services
from conversations.flows import publication
from conversations.models import Desk, Flow, State
from tests.support import factories
from tests.support.factories.conversations import change_steps
from wecom.models import Outbound

pytestmark = pytest.mark.django_db
PIXEL = b"\x89PNG\r\n\x1a\n" + bytes(64)
LINK = {"title": "{{text}}，欢迎", "link": "https://example.com/start"}


def published(key: str, *, with_file: bool = False, **fields: object) -> Flow:
    """A flow that asks for a text, says something, and ends."""
    flow = factories.make_flow(triggers="开始")
    ask = flow.states.get(key="ask_text")
    ask.transitions.all().delete()
    flow.states.exclude(pk=ask.pk).delete()
    State.objects.create(flow=flow, position=2, key="tell", name="告诉", kind="say", text="请看这里。")
    State.objects.create(flow=flow, position=3, key="bye", name="再见", kind="end", text="好的。")
    state = flow.states.get(key=key)
    for name, value in fields.items():
        setattr(state, name, value)
    if with_file:
        state.file.save("plan.png", ContentFile(PIXEL), save=False)
    state.save()
    services.publish(flow)
    return flow


def sent() -> list[str]:
    return list(Outbound.objects.order_by("pk").values_list("msgtype", flat=True))


def told(person) -> list[str]:
    """What came between the question and the goodbye."""
    person.says("开始")
    person.says("小林")
    return sent()[1:-1]


@pytest.mark.parametrize(
    ("fields", "msgtype"),
    [({"form": "markdown"}, "markdown"), ({"form": "card"} | LINK, "textcard"), ({"form": "news"} | LINK, "news")],
)
def test_words_go_out_in_the_form_of_their_step(person, fields, msgtype):
    published("tell", **fields)
    assert told(person) == [msgtype]
    assert "小林，欢迎" in str(Outbound.objects.get(msgtype=msgtype).content) or msgtype == "markdown"


@pytest.mark.parametrize("form", ["image", "file"])
def test_a_picture_or_file_goes_before_its_words(person, form):
    published("tell", form=form, with_file=True)
    assert told(person) == [form, "text"]


def test_a_picture_goes_before_its_question_and_not_again(person):
    published("ask_text", form="image", with_file=True, minimum=2)
    person.says("开始")
    person.says("好")
    assert sent()[:2] == ["image", "text"]
    assert sent().count("image") == 1


@pytest.mark.parametrize(("words", "file"), [("开始", "plan.png"), ("please begin", "guide.png")])
def test_a_file_is_that_of_the_members_language(person, words, file):
    flow = published("tell", form="file", with_file=True)
    Flow.objects.filter(pk=flow.pk).update(also_in="en", triggers="开始\nplease begin")
    flow.states.get(key="tell").second_file.save("guide.png", ContentFile(PIXEL + b"en"))
    services.publish(flow)
    person.says(words)
    person.says("Lin" if file == "guide.png" else "小林")
    assert Outbound.objects.get(msgtype="file").upload.filename.startswith(file.removesuffix(".png"))


def test_a_desk_without_cards_sends_the_words_of_markdown(person, application):
    Desk.objects.update_or_create(application=application, defaults={"progress_cards": False})
    published("tell", form="markdown", text="**重要**")
    assert told(person) == ["text"]


def test_what_cannot_be_sent_in_its_form_is_sent_as_words(person):
    published("tell", form="card", title="{{text}}", link="https://example.com/")
    person.says("开始")
    assert person.says("很" * 90)[0].startswith("很" * 90)
    assert "textcard" not in sent()


@pytest.mark.parametrize(
    ("key", "fields", "code"),
    [
        ("tell", {"form": "image"}, "no_file"),
        ("tell", {"form": "file", "file": "flows/gone.pdf"}, "file_gone"),
        ("tell", {"form": "file", "second_file": "flows/gone.pdf"}, "file_gone"),
        ("tell", {"form": "card"}, "form_refused"),
        ("tell", {"form": "news", "title": "新", "link": "example"}, "form_refused"),
        ("tell", {"form": "card", "title": "长" * 60, "link": "https://example.com/"}, "form_refused"),
        ("ask_text", {"form": "card"} | LINK, "ask_form"),
    ],
)
def test_what_wechat_work_would_refuse_is_found_before_publishing(application, key, fields, code):
    flow = published("tell", with_file="second_file" in fields)
    Flow.objects.filter(pk=flow.pk).update(also_in="en")
    flow.refresh_from_db()
    change_steps(State.objects.filter(flow=flow, key=key), **fields)
    assert code in [problem.code for problem in publication.check(flow)]
