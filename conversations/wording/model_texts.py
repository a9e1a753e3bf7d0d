"""The errors of the language model, in words for administrators."""

from django.utils.translation import gettext as _


def error_words(code: str) -> str:
    """An error of the service and its remedy, by the code of the error."""
    known = {
        "no_model": _("No model is named. Set OPENUSER_CHAT_MODEL."),
        "misconfigured": _(
            "The address or the key of the service is not usable. Check OPENUSER_CHAT_BASE_URL and "
            "OPENUSER_CHAT_API_KEY; name an internal network in OPENUSER_MODEL_NETWORKS."
        ),
        "timeout": _("The service did not answer in time. Raise OPENUSER_CHAT_TIMEOUT, or choose a faster model."),
        "too_long": _("The answer of the service has no end."),
        "not_reached": _("The service cannot be reached. Check whether it runs, and OPENUSER_CHAT_BASE_URL."),
        "garbage": _("What the service answers is not OpenAI's protocol. Check OPENUSER_CHAT_BASE_URL."),
        "http_401": _("The service does not accept the key. Check OPENUSER_CHAT_API_KEY."),
        "http_402": _("The account at the service has no credit. Top it up."),
        "http_403": _("The service does not allow this. Check what the key may use."),
        "http_404": _(
            "The service has no such address or model. Check OPENUSER_CHAT_BASE_URL, which mostly ends with /v1, and "
            "OPENUSER_CHAT_MODEL."
        ),
        "http_429": _("The service asks for fewer questions at a time. Raise its limit, or wait."),
    }
    if code in known:
        return known[code]
    status = code.removeprefix("http_")
    if status.startswith("5"):
        return _("The service is busy or broken (%s).") % status
    return _("The service refused the question (%s).") % status


def fault_words(fault: str) -> str:
    """Why an answer of the model is not sent."""
    return {
        "no_ground": _("It was not asked: too little was found, or the table answers in its own words."),
        "no_answer": _("It says that the sources do not answer the question."),
        "no_source": _("Not sent: it names no source."),
        "unknown_source": _("Not sent: it names a source that there is not."),
        "beyond_sources": _("Not sent: it names an address or a number that its sources do not have."),
        "leak": _("Not sent: it repeats our instructions."),
    }.get(fault, "")
