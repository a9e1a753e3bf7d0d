"""Checks of the language model and of the commands of flows, for the doctor."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.care import care_texts
from conversations.exceptions import ServiceBusy, ServiceRefused
from conversations.flows import lint
from conversations.model_service import report, spending
from conversations.model_service.chat_model import check_service
from conversations.models import CareSubject, Flow
from conversations.wording import model_texts
from core.diagnosis import Check, Finding, bad, good, warn


def doctor_checks() -> list[Check]:
    """The checks of conversations."""
    return [LanguageModel(), FlowCommands(), CareRoute()]


class LanguageModel(Check):
    """The language model can be reached and is within the limits of today, if one is set up."""

    id = "language_model"
    title = gettext_lazy("Language model")
    after = ("database",)

    def run(self) -> Finding:
        if not settings.CHAT["base_url"]:
            return good(_("None is set up; answers and documents are quoted as they are written."))
        try:
            check_service(settings.CHAT)
        except (ServiceBusy, ServiceRefused) as error:
            return bad(error.code, model_texts.error_words(error.code))
        limits, today = spending.company_limits(), report.days(1)[0]
        used = ((today.questions, limits.questions), (today.tokens, limits.tokens), (today.cost, limits.cost))
        if any(limit and part >= limit for part, limit in used):
            fault = _("The company's limit of today is reached: plain answers are sent.")
            remedy = _("To allow more, raise OPENUSER_CHAT_COMPANY_QUESTIONS, _TOKENS or _COST.")
            return warn("company_limit", fault, remedy=remedy)
        return good(_("%s answers.") % settings.CHAT["model"])


class FlowCommands(Check):
    """No flow that members can start has a command that means something else, which an update may have brought."""

    id = "flow_commands"
    title = gettext_lazy("Commands of flows")
    after = ("database",)

    def run(self) -> Finding:
        flows = Flow.objects.live().only("name", "command", "triggers").order_by("pk")
        taken = [(flow, problem) for flow in flows for name in flow.commands for problem in lint.reserved_command(name)]
        if not taken:
            return good(_("Each starts its flow."))
        fault = " ".join(f"{flow}: {problem.words}" for flow, problem in taken)
        remedy = _("Change the commands of these flows, also among the words that start them.")
        return warn("command_reserved", fault, remedy=remedy, where=_("Admin → Talk → Flows"))


class CareRoute(Check):
    """The company has confirmed the texts and hotlines of sensitive subjects, and somebody is told of each case."""

    id = "care_route"
    title = gettext_lazy("Sensitive subjects")
    after = ("database",)

    def run(self) -> Finding:
        where = _("Admin → Talk → Sensitive subjects")
        if count := CareSubject.objects.unconfirmed().count():
            remedy = _("Read each, replace what does not fit, then choose “Confirm texts and hotlines” in the list.")
            return warn("care_unconfirmed", care_texts.unconfirmed(count), remedy=remedy, where=where)
        if alone := list(CareSubject.objects.without_group()):
            fault = _("Nobody is told of: %s.") % ", ".join(map(str, alone))
            remedy = _("Name a group of operators for each, which has people in it.")
            return warn("care_without_group", fault, remedy=remedy, where=where)
        return good(_("All are confirmed, and a group is told of each."))
