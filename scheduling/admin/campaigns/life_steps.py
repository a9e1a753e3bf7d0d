"""What the pages of campaigns and of series share: three rights, and a button for each step that the state allows."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin

from core.exceptions import OpenUserError
from core.web.admin import change_url


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

    def has_send_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return self._may(request, "send")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """The steps that its state allows."""
        hidden = self.hidden_steps(self.model._default_manager.filter(pk=object_id).first())
        return [one for one in super().get_actions_detail(request, object_id) if one.path not in hidden]

    def hidden_steps(self, row: Any) -> set[str]:
        """The buttons that a row does not have in its state; all of them without a row."""
        state = row.state if row is not None else ""
        return {name for name, states in self.steps.items() if state not in states}

    def take_step(self, request: HttpRequest, object_id: str, act: Callable[..., object], words: str) -> HttpResponse:
        """Call the service of a step, say what came of it, and show the page again."""
        row = self.model._default_manager.get(pk=object_id)
        try:
            act(row, by=request.user)
        except OpenUserError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.log_change(request, row, words)
            self.message_user(request, words, messages.SUCCESS)
        return HttpResponse(headers={"HX-Redirect": change_url(row)})

    def _may(self, request: HttpRequest, verb: str) -> bool:
        return request.user.has_perm(f"scheduling.{verb}_{self.model._meta.model_name}")
