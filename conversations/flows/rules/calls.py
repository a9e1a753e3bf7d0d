"""Problems of the calls in a flow. Reads values and settings, not rows."""

import json
import re
from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import gettext as _

from conversations.exceptions import FlowError
from conversations.flows.problems import Problem
from conversations.flows.service_secrets import secret_for
from conversations.machine.calls import Call, Method, origin_of, secret_names, without_secrets
from conversations.machine.edges import On
from conversations.machine.nodes.node import Node
from conversations.machine.values import Machine
from core import safe_requests
from core.safe_requests import EgressError
from core.text.placeholders import MEMBER, SLOT_PATTERN, has_stray_braces, placeholder_names

WITHOUT_BODY = (Method.GET, Method.DELETE)


def problems(machine: Machine) -> Iterator[Problem]:
    """All problems of calls."""
    for node in machine.nodes:
        if node.call is not None:
            for code, words in _faults(machine, node, node.call):
                yield Problem(code=code, state=node.name, words=words)


def _faults(machine: Machine, node: Node, call: Call) -> Iterator[tuple[str, str]]:
    yield from _address(call)
    yield from _secrets(call)
    if call.body and call.method in WITHOUT_BODY:
        yield "body_unused", _("%s sends no body. Choose another method, or leave the body empty.") % call.method
    elif call.body and (fault := _json_fault(call.body)):
        yield "body_no_json", fault
    for text in call.texts:
        if has_stray_braces(without_secrets(text)):
            words = _("A field of the call has “{{” or “}}” without an answer or secret between them.")
            yield "bad_placeholder", words
        for name in placeholder_names(text):
            if machine.slot(name) is None and not name.startswith(MEMBER):
                yield "unknown_slot", _("The call uses the answer “%s”, which no step keeps.") % name
    for name, _path in call.results:
        if not re.fullmatch(SLOT_PATTERN, name):
            words = _("“%s” is no name of an answer. Begin with a small letter or a Chinese character, without blanks.")
            yield "result_name", words % name
    if not node.leaving(On.FAILED):
        words = _("It does not say where it leads if the call fails. Add a transition for “it failed”.")
        yield "no_way_out", words


def _address(call: Call) -> Iterator[tuple[str, str]]:
    origin = origin_of(call.url)
    if not origin:
        yield "no_url", _("It has no address to call. Write one that begins with https://.")
    elif "{{" in origin:
        yield "url_host", _("The host of the address must be written out; answers may stand behind it.")
    else:
        try:
            safe_requests.check_url(origin, settings.CONVERSATIONS["CALL_NETWORKS"])
        except EgressError as error:
            remedy = _("To allow an internal network, ask an administrator to add it to OPENUSER_FLOW_NETWORKS.")
            yield "url_forbidden", f"{error.message} {remedy}"


def _secrets(call: Call) -> Iterator[tuple[str, str]]:
    for name in dict.fromkeys(secret_names(call)):
        try:
            secret_for(name, call.url)
        except FlowError as error:
            known = {
                "no_secret": _("There is no secret “%s”. Ask an administrator to add it to OPENUSER_FLOW_SECRETS."),
                "secret_elsewhere": _("The secret “%s” is for another host, and is not sent to this address."),
            }
            yield error.code, known[error.code] % name


def _json_fault(body: str) -> str:
    try:
        json.loads(body)
    except json.JSONDecodeError as error:
        where = {"line": error.lineno, "column": error.colno}
        return _("The body is not JSON (line %(line)d, character %(column)d). Quote its answers.") % where
    except RecursionError:
        return _("The body has too many brackets in one another.")
    return ""
