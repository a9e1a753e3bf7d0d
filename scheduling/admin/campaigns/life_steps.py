"""Parts shared by the pages of campaigns and of series: three rights, and a button for each step that the state
allows."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from core.exceptions import OpenUserError
from core.web.admin import action, change_url
from scheduling.admin.campaigns.campaign_life_forms import CancelForm, NoteForm, SendBackForm


@dataclass(frozen=True, kw_only=True)
class LifeStep:
    """A step as both have it: its button, the right that it needs, and the notice once it was taken.

    Attributes:
        form: of its dialog; `given` are the fields that its service takes.
    """

    name: str
    label: Any
    right: str
    icon: str
    said: Any
    form: Any = None
    given: tuple[str, ...] = ()


ASK = LifeStep(
    name="ask_this",
    label=_("Ask for approval"),
    right="write",
    icon="outgoing_mail",
    said=_("Approval was asked for."),
)
ASK_START = LifeStep(
    name="ask_start_this",
    label=_("Ask for a start"),
    right="write",
    icon="outgoing_mail",
    said=_("A start was asked for."),
)
APPROVE = LifeStep(
    name="approve_this",
    label=_("Approve"),
    right="approve",
    icon="verified",
    said=_("It was approved."),
    given=("seen", "why"),
)
SEND_BACK = LifeStep(
    name="send_back_this",
    label=_("Send back"),
    right="send_back",
    icon="undo",
    said=_("It was sent back: %(note)s"),
    form=SendBackForm,
    given=("why",),
)
START = LifeStep(name="start_this", label=_("Start"), right="send", icon="send", said=_("It runs."))
RUN_NOW = LifeStep(name="run_now_this", label=_("Run now"), right="send", icon="bolt", said=_("It is sent now."))
PAUSE = LifeStep(
    name="pause_this",
    label=_("Pause"),
    right="send",
    icon="pause_circle",
    said=_("It is paused."),
    form=NoteForm,
    given=("why",),
)
RESUME = LifeStep(name="resume_this", label=_("Resume"), right="send", icon="play_circle", said=_("It goes on."))
CANCEL = LifeStep(
    name="cancel_this",
    label=_("Cancel"),
    right="send",
    icon="cancel",
    said=_("It is cancelled."),
    form=CancelForm,
    given=("why",),
)


def step_button(
    step: LifeStep, act: Callable[..., object], *, title: Any, description: Any, form: Any = None, submit: Any = ""
) -> Any:
    """The button of a step, with its dialog; `act` is the service, and `words` describe the consequence."""

    def run(self: "LifeStepsAdmin", request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        arguments = {name: form.cleaned_data[name] for name in step.given}
        confirmation = str(step.said) % {"note": arguments.get("why", "")}
        return self.take_step(request, object_id, partial(act, **arguments), confirmation)

    run.__name__ = step.name
    dialog = {"title": title, "description": description, "form_submit_text": submit or step.label}
    if form or step.form:
        dialog["form_class"] = form or step.form
    return action(description=step.label, permissions=[step.right], icon=step.icon, dialog=dialog)(run)


class LifeStepsAdmin(ModelAdmin[Any]):
    """Writing, approving and sending are three rights.

    Attributes:
        steps: the button of each step, and the states in which it is shown.
    """

    steps: ClassVar[Mapping[str, Collection[str]]] = {}

    def has_write_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return self._may(request, "change")

    def has_approve_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return self._may(request, "approve")

    def has_send_back_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return self.has_approve_permission(request, object_id)

    def has_send_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return self._may(request, "send")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """The steps that its state allows."""
        hidden = self.hidden_steps(self.model._default_manager.filter(pk=object_id).first())
        return [button for button in super().get_actions_detail(request, object_id) if button.path not in hidden]

    def hidden_steps(self, row: Any) -> set[str]:
        """The buttons that a row does not have in its state; all of them without a row."""
        state = row.state if row is not None else ""
        return {name for name, states in self.steps.items() if state not in states}

    def take_step(
        self, request: HttpRequest, object_id: str, act: Callable[..., object], confirmation: str
    ) -> HttpResponse:
        """Call the service of a step, report its outcome, and show the page again."""
        row = self.model._default_manager.get(pk=object_id)
        try:
            act(row, by=request.user)
        except OpenUserError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.log_change(request, row, confirmation)
            self.message_user(request, confirmation, messages.SUCCESS)
        return HttpResponse(headers={"HX-Redirect": change_url(row)})

    def _may(self, request: HttpRequest, verb: str) -> bool:
        return request.user.has_perm(f"scheduling.{verb}_{self.model._meta.model_name}")
