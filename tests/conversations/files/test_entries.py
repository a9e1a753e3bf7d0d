"""What a file has of a flow: every field of its models, so that a new one cannot be forgotten."""

import pytest

from conversations.files.entries import FLOW_KEYS, STEP_APART, TRANSITION_APART, TRANSITION_KEYS, step_keys
from conversations.files.references import NATURAL_KEYS
from conversations.models import (
    Answer,
    Document,
    DraftSnapshot,
    Embedding,
    Flow,
    FlowStart,
    FlowVersion,
    GoldenConversation,
    Passage,
    State,
    Transition,
    UnansweredQuestion,
)
from core.interchange.model_fields import fields_of
from core.interchange.whole_rows import names_of

LEFT_OUT = {
    Flow: {"id", "live", "created_at"},
    State: {"id", "flow", "position", "details"},  # the order of the list; its fields each by its name
    Transition: {"id", "state", "position", "target"},  # `to` names the target
    Answer: {"id", "revision"},
    Document: {"id", "revision", "kind", "progress", "page_count", "passage_count", "detail"},
}
"""Fields that no file has: keys, places, and what is computed here."""
OTHERS = {
    FlowStart: "starts of members here",
    GoldenConversation: "recorded with members and versions here",
    FlowVersion: "versions stay: an import makes a draft",
    DraftSnapshot: "changes of the draft here",
    Embedding: "computed from the answer",
    Passage: "read from the file of the document",
    UnansweredQuestion: "asked here",
}
"""Rows that belong to flows and knowledge and stay where they are."""
TRAVEL_INSIDE = {State, Transition}


@pytest.mark.parametrize("model", [Flow, State, Transition, Answer, Document])
def test_a_field_is_in_the_file_or_named_as_left_out(model):
    keys = {Flow: FLOW_KEYS, State: step_keys(), Transition: TRANSITION_KEYS}.get(model) or names_of(model)
    fields = {field.name for field in (*model._meta.fields, *model._meta.many_to_many)}
    work = {field for field in fields if not model._meta.get_field(field).editable} if model is Document else set()
    assert fields - set(keys) - LEFT_OUT[model] - work == set()


@pytest.mark.parametrize("model", [Flow, State, Transition, Answer, Document])
def test_rows_of_a_row_travel_or_are_named_as_staying(model):
    belonging = {relation.related_model for relation in model._meta.related_objects if not relation.many_to_many}
    assert belonging - TRAVEL_INSIDE - OTHERS.keys() == set()


def test_all_that_a_flow_refers_to_has_a_name_in_files():
    apart = {State: STEP_APART, Transition: TRANSITION_APART}
    fields = [field for model in (Flow, State, Transition) for field in fields_of(model, without=apart.get(model, ()))]
    lists = [field for model in (Flow, State, Answer, Document) for field in model._meta.many_to_many]
    wanted = {field.related_model for field in (*fields, *lists) if field.is_relation}
    assert wanted <= NATURAL_KEYS.keys()
