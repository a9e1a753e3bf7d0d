"""Drafts of flows in the API."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from conversations.flows.problems import Problem
from conversations.services import Draft
from core.web.api_fields import StrictBooleanField, StrictCharField, StrictSerializer

MOST_STEPS = 500
SEEN = "The `seen` of the draft that you read; without it, another person's change is overwritten."


class FlowProblemSerializer(serializers.Serializer[Problem]):
    """A problem that prevents the publication of a flow, or a hint."""

    code = serializers.CharField()
    state = serializers.CharField(help_text="The name of the step; empty for the whole flow.")
    words = serializers.CharField()
    is_error = serializers.BooleanField(help_text="It prevents publishing.")


class DraftSerializer(serializers.Serializer[Draft]):
    """The draft of a flow."""

    seen = serializers.CharField(help_text="Names exactly this draft.")
    steps = serializers.ListField(
        child=serializers.DictField(),
        help_text="In their order, with `key`, `name`, `kind`, `transitions` and what differs from the defaults.",
    )
    problems = FlowProblemSerializer(many=True)
    undo = serializers.SerializerMethodField(help_text="What `draft/undo/` takes back; null if there is nothing.")
    redo = serializers.SerializerMethodField(help_text="What `draft/redo/` does again; null if there is nothing.")

    @extend_schema_field({"type": "string", "nullable": True})
    def get_undo(self, draft: Draft) -> str | None:
        return str(draft.undo) if draft.undo else None

    @extend_schema_field({"type": "string", "nullable": True})
    def get_redo(self, draft: Draft) -> str | None:
        return str(draft.redo) if draft.redo else None


class DraftSeenSerializer(StrictSerializer):
    """Which draft is meant."""

    seen = StrictCharField(max_length=64, required=False, default=None, allow_null=True, help_text=SEEN)


class DraftRequestSerializer(DraftSeenSerializer):
    """The steps of a draft, all of them."""

    steps: Any = serializers.ListField(
        child=serializers.DictField(), max_length=MOST_STEPS, help_text="As the draft has them; others are removed."
    )
    dry_run = StrictBooleanField(required=False, default=False, help_text="Say what would become of it; keep nothing.")


KEY = "The key of a step."
STEP = "As the draft has steps, with their `transitions`."
TRANSITION = "`to`, the key of a step; `when`, `test`, `value` and `slot`, as the draft has them."
NUMBER = "Its place among the transitions of the step, from 1."


class StepRequestSerializer(DraftSeenSerializer):
    """A step to add."""

    step = serializers.DictField(help_text=STEP)
    after = StrictCharField(max_length=40, required=False, default=None, allow_null=True, help_text=KEY)


class StepChangeSerializer(DraftSeenSerializer):
    """The fields of a step to change."""

    step = serializers.DictField(help_text=STEP)


class StepMoveSerializer(DraftSeenSerializer):
    """Where to put a step."""

    after = StrictCharField(max_length=40, allow_null=True, help_text=f"{KEY} Null: it comes first.")


class TransitionRequestSerializer(DraftSeenSerializer):
    """A transition to add."""

    transition = serializers.DictField(help_text=TRANSITION)
    number = serializers.IntegerField(
        min_value=1, max_value=MOST_STEPS, required=False, default=None, allow_null=True, help_text=NUMBER
    )


class TransitionChangeSerializer(DraftSeenSerializer):
    """The fields of a transition to change."""

    transition = serializers.DictField(required=False, default=dict, help_text=TRANSITION)
    number = serializers.IntegerField(
        min_value=1, max_value=MOST_STEPS, required=False, default=None, allow_null=True, help_text=NUMBER
    )
