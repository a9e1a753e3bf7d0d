"""The import contracts bite: each is broken by modules that no list names, and each break is caught.

A break is one import more in the real graph, so that the contracts of pyproject.toml are tried as they are.
"""

import pytest

from tests.architecture.imports.contracts import CONTRACTS, contract, imports
from tests.support.paths import ROOT

# Contract, module that is new, and what it imports; nothing where the module itself is what no row has a place for.
BREAKS = (
    ("1", "avatars.media.probe", "wecom.contents"),
    ("1", "wecom.client.probe", "avatars.services"),
    ("1", "core.text.probe", "openuser.models"),
    ("1", "conversations.providers.probe", "scheduling.services"),
    ("2a", "wecom.models.probe", "wecom.services"),
    ("2a", "wecom.client.probe", "wecom.outbox"),
    ("2a", "wecom.api.probe", "wecom.admin"),
    ("2a", "wecom.channels", ""),
    ("2b", "wecom.emulator.gateway.probe", "wecom.emulator.endpoints"),
    ("2b", "wecom.emulator.meetings", ""),
    ("2c", "avatars.media.probe", "avatars.models"),
    ("2c", "avatars.services.probe", "avatars.api"),
    ("2c", "avatars.costumes", ""),
    ("2d", "avatars.speech.text.probe", "avatars.speech.synthesis"),
    ("2d", "avatars.speech.moods", ""),
    ("2e", "avatars.engines.puppet.face.probe", "avatars.engines.puppet.rig"),
    ("2e", "avatars.engines.puppet.hands", ""),
    ("2f", "conversations.machine.probe", "conversations.models"),
    ("2f", "conversations.videos.probe", "conversations.sessions"),
    ("2f", "conversations.knowledge.probe", "conversations.files"),
    ("2f", "conversations.knowledge.probe", "conversations.providers"),
    ("2f", "conversations.desk", ""),
    ("2g", "scheduling.models.probe", "scheduling.campaigns"),
    ("2g", "scheduling.campaigns.probe", "scheduling.deliveries"),
    ("2g", "scheduling.responses.probe", "scheduling.deliveries"),
    ("2g", "scheduling.deliveries.probe", "scheduling.explanations"),
    ("2g", "scheduling.rehearsals", ""),
    ("2h", "openuser.models.probe", "openuser.admin"),
    ("2h", "openuser.help", ""),
    ("2i", "core.text.probe", "core.work"),
    ("2i", "core.storage.probe", "core.interchange"),
    ("2i", "core.queues", ""),
    ("2j", "wecom.directory.probe", "wecom.media", "wecom.media", "wecom.directory.probe"),
    (
        "2j",
        "conversations.flows.probe",
        "conversations.providers",
        "conversations.providers",
        "conversations.flows.probe",
    ),
    ("3", "scheduling.campaigns.probe", "wecom.outbox"),
    ("3", "openuser.admin.probe", "avatars.consent"),
    ("3", "conversations.videos.probe", "avatars.rendering"),
    ("3", "openuser.webhooks.probe", "conversations.delivery"),
    ("3", "openuser.demo.probe", "wecom.facts.sheet_import"),
    ("3", "conversations.admin.flows.probe", "conversations.flows.publication"),
    ("3", "scheduling.api.probe", "scheduling.mailings.campaign_start"),
    ("3", "wecom.management.commands.probe", "wecom.outbox"),
    ("3", "avatars.forms.probe", "avatars.models.renders"),
    ("4", "conversations.sessions.probe", "wecom.services"),
    ("4", "scheduling.campaigns.probe", "wecom.services"),
    ("5", "avatars.rendering.probe", "torch"),
    ("5", "avatars.portraits.probe", "cv2"),
    ("5", "openuser.pages.probe", "onnxruntime"),
    ("6", "wecom.contents.cards.probe", "django"),
    ("6", "conversations.machine.probe", "django"),
    ("6", "wecom.messages.probe", "rest_framework"),
    ("6a", "wecom.callbacks.acceptor.probe", "django"),
    ("6a", "wecom.callbacks.acceptor.probe", "wecom.callbacks.inbox"),
    ("7", "avatars.pipeline.probe", "avatars.models"),
    ("7", "avatars.inspection.probe", "django"),
    ("7", "avatars.speech.text.probe", "celery"),
    ("8", "wecom.emulator.messages.probe", "wecom.contents"),
    ("8", "wecom.emulator.probe", "core.logs"),
    ("8", "wecom.emulator.control.probe", "wecom.platform_quirks"),
    ("9", "wecom.outbox.probe", "wecom.emulator"),
    ("9", "openuser.launcher.probe", "wecom.emulator"),
    ("10", "wecom.services.probe", "wecom.tasks"),
    ("10", "openuser.management.commands.probe", "conversations.tasks"),
    ("11", "wecom.outbox.probe", "requests"),
    ("11", "conversations.providers.probe", "requests"),
    ("11", "avatars.speech.probe", "urllib3"),
    ("12", "wecom.client.probe", "tests"),
    ("12", "openuser.management.commands.probe", "tests"),
    ("13", "conversations.flows.probe", "conversations.machine.kinds.ask"),
    ("13", "conversations.machine.probe", "conversations.machine.kinds"),
    ("13", "openuser.demo.probe", "conversations.machine.kinds.end"),
)


def broken(number: str, *modules: str) -> bool:
    """Whether a contract notices a new module, with the imports that are given as pairs."""
    graph = imports()
    assert modules[0] not in graph.modules
    graph.add_module(modules[0])
    for importer, imported in zip(modules[::2], modules[1::2], strict=True):
        if imported == "tests":
            graph.add_module("tests", is_squashed=True)
        if imported:
            assert {importer, imported} <= graph.modules
            graph.add_import(importer=importer, imported=imported, line_number=1, line_contents="")
    return not contract(number).check(graph, verbose=False).kept


@pytest.mark.parametrize("attempt", BREAKS, ids=lambda attempt: "-".join(filter(None, attempt[:3])))
def test_a_break_of_a_contract_is_caught(attempt):
    assert broken(*attempt)


@pytest.mark.parametrize("number", CONTRACTS)
def test_a_contract_is_kept_and_broken_twice_here(number):
    assert contract(number).check(imports(), verbose=False).kept
    assert len([attempt for attempt in BREAKS if attempt[0] == number]) >= 2


def test_the_contracts_name_folders_and_no_module_that_breaks_them():
    named = (ROOT / "pyproject.toml").read_text()
    assert [attempt[1] for attempt in BREAKS if attempt[2] and f'"{attempt[1]}"' in named] == []
