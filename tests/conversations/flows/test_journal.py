"""Changes of a draft are undone and redone, and a second editor is told of them."""

import pytest
from django.contrib.auth.models import User

from conversations import services
from conversations.exceptions import FlowError
from conversations.flows import journal, publication
from conversations.models import DraftSnapshot, Flow, State
from tests.support import factories
from tests.support.factories.conversations import change_steps

pytestmark = pytest.mark.django_db


@pytest.fixture
def flow() -> Flow:
    return factories.make_flow(triggers="")


def rewrite(flow: Flow, text: str, **options) -> State:
    step = flow.states.order_by("position")[0]
    step.text = text
    return services.save_step(step, **options)


def test_a_draft_walks_back_through_its_changes_and_forth_again(flow):
    drafts = [publication.draft(flow)]
    rewrite(flow, "eins")
    drafts.append(publication.draft(flow))
    services.save_step(State(flow=flow, key="more", name="more", kind="say", text="zwei"))
    drafts.append(publication.draft(flow))
    services.remove_step(flow.states.order_by("position").first())
    drafts.append(publication.draft(flow))
    for expected in (drafts[2], drafts[1], drafts[0]):
        services.undo_draft(flow)
        assert publication.draft(flow) == expected
    with pytest.raises(FlowError, match="nothing to undo"):
        services.undo_draft(flow)
    for expected in drafts[1:]:
        services.redo_draft(flow)
        assert publication.draft(flow) == expected
    with pytest.raises(FlowError, match="nothing to redo"):
        services.redo_draft(flow)


def test_undo_gives_steps_their_old_keys_and_transitions_back(flow):
    step = flow.states.order_by("position").first()
    before = (list(flow.states.values_list("pk", "key")), publication.draft(flow))
    services.remove_step(step)
    services.undo_draft(flow)
    assert (list(flow.states.values_list("pk", "key")), publication.draft(flow)) == before


def test_a_new_change_ends_what_could_be_redone(flow):
    rewrite(flow, "eins")
    services.undo_draft(flow)
    rewrite(flow, "zwei")
    assert journal.next_redo(flow) is None
    assert journal.next_undo(flow) is not None


def test_an_editor_who_saw_another_draft_is_told_who_changed_it(flow):
    seen = journal.fingerprint(flow)
    rewrite(flow, "eins", by=User.objects.create_user("anna"), seen=seen)
    with pytest.raises(FlowError, match="anna changed the draft") as refused:
        rewrite(flow, "zwei", seen=seen)
    assert refused.value.code == "draft_changed"
    assert flow.states.order_by("position").first().text == "eins"
    rewrite(flow, "zwei", seen=journal.fingerprint(flow))


def test_a_change_elsewhere_can_be_undone_too(flow):
    rewrite(flow, "eins")
    change_steps(flow.states.all(), reminder="elsewhere")
    rewrite(flow, "zwei")
    services.undo_draft(flow)
    assert {step.reminder for step in flow.states.filter(kind="ask")} == {"elsewhere"}
    services.undo_draft(flow)
    assert {step.reminder for step in flow.states.all()} == {""}


def test_the_same_draft_is_kept_once_and_old_changes_go(flow, monkeypatch):
    monkeypatch.setattr(journal, "KEPT", 3)
    rewrite(flow, "eins")
    rewrite(flow, "eins")
    assert DraftSnapshot.objects.count() == 2
    for number in range(5):
        rewrite(flow, f"{number}")
    assert DraftSnapshot.objects.count() == 3
    services.undo_draft(flow)
    services.undo_draft(flow)
    assert flow.states.order_by("position").first().text == "2"


def test_a_deleted_digital_human_stays_away_after_undo(flow):
    human = factories.make_digital_human()
    flow.states.update(digital_human=human)
    rewrite(flow, "eins")
    human.delete()
    services.undo_draft(flow)
    assert not flow.states.exclude(digital_human=None).exists()


def test_restoring_a_version_can_be_undone(flow):
    version = services.publish(flow)
    rewrite(flow, "eins")
    services.restore_draft(version)
    assert flow.states.order_by("position").first().text != "eins"
    services.undo_draft(flow)
    assert flow.states.order_by("position").first().text == "eins"
