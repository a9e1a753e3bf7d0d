"""Applications that share Token and EncodingAESKey: the callback's own fields say whose it is."""

import pytest

from tests.support import factories
from tests.wecom.support.callback_sender import PATH, Envelope, event_xml, text_xml
from wecom.doctor import callback_checks as doctor
from wecom.models import Application, Callback

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def application() -> Application:
    return factories.make_application(is_default=True)


@pytest.fixture
def twin(application) -> Application:
    """Another application of the company, with the same keys."""
    return factories.make_application(corporation=application.corporation, agent_id=1000003, name="人事")


@pytest.fixture
def assistant(application) -> Application:
    """The contacts assistant, with the same keys."""
    return factories.make_application(
        corporation=application.corporation, agent_id=Application.ASSISTANT, name="通讯录同步"
    )


def address(application: Application) -> str:
    return f"{PATH}/{application.webhook_key}"


def outer(envelope: Envelope, **fields: str) -> str:
    """The envelope with other words around what is sealed."""
    named = "".join(f"<{tag}>{value}</{tag}>" for tag, value in fields.items())
    return f"<xml><Encrypt>{envelope.encrypted}</Encrypt>{named}</xml>"


def assert_refused(answer) -> None:
    assert (answer.status_code, answer.content) == (403, b"")
    assert not Callback.objects.exists()


def test_a_callback_at_another_applications_address_is_refused(client, application, twin):
    assert_refused(Envelope(twin, text_xml(twin)).post(client))
    assert_refused(Envelope(twin, event_xml(twin, "click", key="a")).post(client))
    assert_refused(Envelope(application, text_xml(application)).post(client, path=address(twin)))
    for each in (application, twin):
        assert Envelope(each, text_xml(each)).post(client, path=address(each)).status_code == 200
    assert list(Callback.objects.order_by("pk").values_list("application", flat=True)) == [application.pk, twin.pk]


def test_the_sealed_agent_id_counts_whatever_the_envelope_says(client, application, twin):
    envelope = Envelope(application, text_xml(twin))
    assert_refused(envelope.post(client))
    assert_refused(envelope.post(client, body=outer(envelope)))


@pytest.mark.parametrize("agent_id", ["1000003", "0", "01000002", "x"])
def test_an_envelope_with_another_agent_id_is_refused(client, application, agent_id):
    envelope = Envelope(application, text_xml(application))
    assert_refused(envelope.post(client, body=outer(envelope, AgentID=agent_id)))


def test_a_callback_of_another_company_is_refused_inside_and_outside(client, application):
    envelope = Envelope(application, text_xml(application))
    assert_refused(envelope.post(client, body=outer(envelope, ToUserName="ww0000000000000000")))
    foreign = text_xml(application).replace(application.corporation.corp_id, "ww0000000000000000")
    assert_refused(Envelope(application, foreign).post(client))


def test_an_envelope_that_names_nobody_is_taken_for_what_it_holds(client, application):
    envelope = Envelope(application, text_xml(application))
    assert envelope.post(client, body=outer(envelope)).status_code == 200
    assert Callback.objects.get().application == application


def test_the_contacts_assistant_takes_no_applications_callback(client, application, assistant):
    change = event_xml(assistant, "change_contact").replace("<AgentID>0</AgentID>", "")
    envelope = Envelope(assistant, change)
    assert_refused(Envelope(application, text_xml(application)).post(client, path=address(assistant)))
    assert envelope.post(client, path=address(assistant), body=outer(envelope)).status_code == 200
    assert Callback.objects.get().application == assistant


def test_the_doctor_says_that_a_callback_was_for_another_application(client, application, twin):
    Envelope(twin, text_xml(twin)).post(client)
    finding = doctor.CallbacksCome(application).run()
    assert finding.code == "refused_agent_id"
    assert "AgentID" in finding.words
