"""Flows in files: the same bytes come back, what differs is told first, and a flawed file changes nothing."""

import itertools

import pytest
from django.core.files.base import ContentFile
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations import services
from conversations.flows import journal, publication
from conversations.machine.kinds.video import VideoNode
from conversations.models import Flow, State, Transition
from conversations.models.translations import KnownTexts
from core.interchange.flaws import FileRefused
from tests.support.factories import make_flow, make_template

pytestmark = pytest.mark.django_db

LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0\r")
WORDS = st.text(LETTERS, max_size=10)
HAND_WRITTEN = """\
version: 1
flows:
- steps:
  - {kind: ask, name: 称呼, key: ask_name, text: "怎么称呼你？", slot: nick,
     transitions: [{when: retries, to: bye}]}
  - text: "{{nick}}，你好！"
    key: bye
    name: 结束
    kind: end
  language: zh-hans
  triggers: 打招呼
  name: 问候
"""


def exported(*names):
    rows = Flow.objects.filter(name__in=names) if names else Flow.objects.all()
    return services.export_file(flows=rows).data


def refused(text):
    with pytest.raises(FileRefused) as caught:
        services.import_file(text.encode())
    return {(flaw.line, flaw.place): flaw.code for flaw in caught.value.flaws}


def test_a_flow_written_by_hand_comes_back_in_one_order():
    (found,) = services.import_file(HAND_WRITTEN.encode())
    assert (found.verdict, found.name, [p for p in found.problems if p.is_error]) == ("new", "问候", [])
    data = exported()
    assert data.decode().startswith("version: 1\nflows:\n  - name: 问候\n    language: zh-hans\n    triggers: 打招呼\n")
    assert [one.verdict for one in services.import_file(data)] == ["same"]
    Flow.objects.all().delete()
    services.import_file(data)
    assert exported() == data


def test_an_import_changes_the_draft_and_not_what_runs():
    services.import_file(HAND_WRITTEN.encode())
    flow = Flow.objects.get()
    version, keys = services.publish(flow), dict(flow.states.values_list("key", "pk"))
    changed = exported().replace("怎么称呼你？".encode(), "我该怎么称呼你？".encode())
    preview = services.import_file(changed, dry_run=True)
    assert not publication.is_changed(Flow.objects.get())
    done = services.import_file(changed)
    assert done == preview
    (difference,) = done[0].differences
    assert (difference.path, difference.after) == ("steps.ask_name.text", "我该怎么称呼你？")
    flow = Flow.objects.get()
    assert flow.live == version
    assert publication.is_changed(flow)
    assert dict(flow.states.values_list("key", "pk")) == keys, "links to steps stay"
    journal.undo(flow)
    assert not publication.is_changed(Flow.objects.get())


def test_files_that_a_step_sends_come_along(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    services.import_file(HAND_WRITTEN.encode())
    State.objects.get(key="bye").file.save("map.png", ContentFile(b"png"))
    State.objects.get(key="bye").second_file.save("map-en.png", ContentFile(b"english png"))
    packed = services.export_file(flows=Flow.objects.all())
    assert packed.name == "flows.zip"
    assert services.import_file(packed.data)[0].verdict == "same"
    Flow.objects.all().delete()
    services.import_file(packed.data)
    bye = State.objects.get(key="bye")
    assert (bye.file.read(), bye.second_file.read()) == (b"png", b"english png")
    assert services.export_file(flows=Flow.objects.all()).data == packed.data


def test_a_step_that_the_file_lacks_goes():
    services.import_file(HAND_WRITTEN.encode())
    short = "version: 1\nflows: [{name: 问候, steps: [{key: bye, name: 结束, kind: end, text: 再见}]}]"
    (found,) = services.import_file(short.encode())
    assert found.verdict == "changed"
    assert list(State.objects.values_list("key", "text")) == [("bye", "再见")]


def test_a_flow_names_what_it_needs_and_misses_it_elsewhere():
    flow, template = make_flow(name="视频"), make_template(name="欢迎")
    flow.states.filter(kind=VideoNode.kind).update(template=template)
    data = exported()
    assert "template: 欢迎" in data.decode()
    template_name = "没有这个模板"
    flaws = refused(data.decode().replace("template: 欢迎", f"template: {template_name}"))
    ((line, place),) = flaws
    assert place.endswith(".template")
    assert flaws[line, place] == "reference_missing"
    assert exported() == data


def test_all_that_is_wrong_is_told_at_once_with_its_line():
    text = """\
version: 1
flows:
  - name: 甲
    langauge: en
    steps:
      - key: Ask it
        name: 问
        retries: 99
        transitions:
          - to: nowhere
      - key: one
        name: 一
      - key: one
        name: 二
        kind: dance
      - key: two
        name: 三
        transitions:
          - to: one
            test: is
"""
    assert refused(text) == {
        (4, "flows[0].langauge"): "key_unknown",
        (6, "flows[0].steps[0].key"): "file_invalid",
        (8, "flows[0].steps[0].retries"): "file_invalid",
        (10, "flows[0].steps[0].transitions[0].to"): "reference_missing",
        (13, "flows[0].steps[2].key"): "key_taken",
        (15, "flows[0].steps[2].kind"): "file_invalid",
        (19, "flows[0].steps[3].transitions[0].value"): "file_invalid",
    }
    assert not Flow.objects.exists()


def test_a_command_of_another_flow_is_refused():
    make_flow(name="别的", command="/hi")
    assert refused(HAND_WRITTEN + "  command: /hi\n") == {(13, "flows[0].command"): "file_invalid"}


def test_a_right_that_is_missing_refuses_what_is_new_only():
    data = HAND_WRITTEN.encode()
    with pytest.raises(FileRefused):
        services.import_file(data, may_write=["answer"])
    services.import_file(data)
    assert services.import_file(data, may_write=["answer"])[0].verdict == "same"


def values_of(field):
    """Values that a form would take for a field."""
    if field.is_relation:
        return st.none()
    if field.choices:
        return st.sampled_from([key for key, _label in field.flatchoices])
    if known := [one.names for one in field.validators if isinstance(one, KnownTexts)]:
        return st.dictionaries(st.just("en"), st.dictionaries(st.sampled_from(known[0]), WORDS))
    if isinstance(field, models.BooleanField):
        return st.booleans()
    if isinstance(field, models.IntegerField):
        most = min([one.limit_value for one in field.validators if isinstance(one, MaxValueValidator)] + [999])
        return st.integers(1, most) | (st.none() if field.null else st.integers(1, most))
    if isinstance(field, models.URLField):
        return st.sampled_from(["https://example.com/a?b=1", *([""] if field.blank else [])])
    if isinstance(field, models.CharField | models.TextField):
        patterns = [one.regex.pattern for one in field.validators if isinstance(one, RegexValidator)]
        words = st.from_regex(patterns[0], fullmatch=True, alphabet=LETTERS) if patterns else WORDS
        words = words.filter(lambda word: len(word) < 30)
        return words | st.just("") if field.blank else words.filter(bool)
    return st.just(field.get_default())


def rows_of(model, *, without):
    fields = [field for field in model._meta.concrete_fields if field.editable and field.name not in (*without, "id")]
    return st.fixed_dictionaries({field.name: values_of(field) for field in fields})


FLOWS = rows_of(Flow, without=["name"])
STEPS = st.lists(rows_of(State, without=["flow", "position", "key"]), max_size=3)
WAYS = st.lists(rows_of(Transition, without=["state", "position", "target"]), max_size=3)


@settings(max_examples=8, deadline=None)
@given(FLOWS, STEPS, WAYS)
def test_any_flow_comes_back_in_the_same_bytes(fields, steps, ways):
    with transaction.atomic():
        other = "" if fields["also_in"] == fields["language"] else fields["also_in"]
        flow = Flow.objects.create(name="甲", **{**fields, "also_in": other})
        flow.clean()
        flow.save()
        states = [
            State.objects.create(flow=flow, key=f"step_{number}", position=number, **step)
            for number, step in enumerate(steps)
        ]
        for way, state in zip(ways, itertools.cycle(states), strict=False):
            Transition.objects.create(state=state, target=states[-1], **{**way, "value": way["value"].strip() or "x"})
        data = exported()
        assert services.import_file(data)[0].verdict == "same"
        Flow.objects.all().delete()
        services.import_file(data)
        assert exported() == data
        transaction.set_rollback(True)
