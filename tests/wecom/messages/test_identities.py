"""Identities: a repeat has the same one, and everything else another."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wecom.support.callback_xml import TIME, event, xml
from wecom import messages


def identity(body: bytes) -> str:
    return messages.identity(messages.inbound(body))


def test_a_repeat_has_the_same_identity_however_it_is_written():
    first = xml("text", "<Content>a</Content>")
    plain = first.replace(b"<![CDATA[", b"").replace(b"]]>", b"")
    assert identity(first) == identity(first) == identity(plain)
    assert len(identity(first)) == 64


def test_the_same_message_id_of_two_people_is_two_messages():
    assert identity(xml("text", sender="a")) != identity(xml("text", sender="b"))
    assert identity(xml("text", sender="A")) == identity(xml("text", sender="a"))


EVENTS = [
    "<Event>enter_agent</Event>",
    "<Event>subscribe</Event>",
    "<Event>click</Event>",
    "<Event>click</Event><EventKey>a</EventKey>",
    "<Event>click</Event><EventKey>b</EventKey>",
    "<Event>clicka</Event>",
    "<Event>template_card_event</Event><EventKey>a</EventKey><TaskId>t1</TaskId>",
    "<Event>template_card_event</Event><EventKey>a</EventKey><TaskId>t2</TaskId>",
    "<Event>template_card_event</Event><EventKey>a</EventKey><TaskId>t1</TaskId><ResponseCode>r1</ResponseCode>",
    "<Event>template_card_event</Event><EventKey>a</EventKey><TaskId>t1</TaskId><ResponseCode>r2</ResponseCode>",
    "<Event>change_contact</Event><ChangeType>create_user</ChangeType><UserID>a</UserID>",
    "<Event>change_contact</Event><ChangeType>create_user</ChangeType><UserID>b</UserID>",
    "<Event>change_contact</Event><ChangeType>update_user</ChangeType><UserID>a</UserID>",
    "<Event>change_contact</Event><ChangeType>create_party</ChangeType><Id>1</Id>",
    "<Event>change_contact</Event><ChangeType>create_party</ChangeType><Id>2</Id>",
    "<Event>change_contact</Event><ChangeType>update_tag</ChangeType><TagId>1</TagId>",
    "<Event>change_contact</Event><ChangeType>update_tag</ChangeType><TagId>2</TagId>",
    "<Event>batch_job_result</Event><BatchJob><JobId>j1</JobId></BatchJob>",
    "<Event>batch_job_result</Event><BatchJob><JobId>j2</JobId></BatchJob>",
    "<Event>open_approval_change</Event><ApprovalInfo><ThirdNo>1</ThirdNo></ApprovalInfo>",
    "<Event>open_approval_change</Event><ApprovalInfo><ThirdNo>2</ThirdNo></ApprovalInfo>",
    "<Event>open_approval_change</Event><ApprovalInfo><ThirdNo>2</ThirdNo><OpenSpStatus>2</OpenSpStatus></ApprovalInfo>",
    "<Event>change_contact</Event><ChangeType>update_tag</ChangeType><TagId>2</TagId><AddUserItems>a</AddUserItems>",
    "<Event>change_contact</Event><ChangeType>update_tag</ChangeType><TagId>2</TagId><DelUserItems>a</DelUserItems>",
    "<Event>scancode_push</Event><EventKey>a</EventKey><ScanCodeInfo><ScanResult>1</ScanResult></ScanCodeInfo>",
    "<Event>scancode_push</Event><EventKey>a</EventKey><ScanCodeInfo><ScanResult>2</ScanResult></ScanCodeInfo>",
]


def test_different_events_of_one_person_in_one_second_differ():
    assert len({messages.identity(event(inside)) for inside in EVENTS}) == len(EVENTS)


def test_the_same_event_in_another_second_differs():
    later = "<CreateTime>1767225601</CreateTime>"
    assert len({messages.identity(event(EVENTS[0], time=time)) for time in (TIME, later)}) == 2


def test_a_flat_job_result_is_the_nested_one():
    flat = messages.identity(event("<Event>batch_job_result</Event><JobId>j1</JobId>"))
    assert flat == messages.identity(event("<Event>batch_job_result</Event><BatchJob><JobId>j1</JobId></BatchJob>"))


PIECES = st.text(alphabet=st.sampled_from("ab|,\"' \\:[]0"), max_size=6).map(str.strip)


@settings(max_examples=100, deadline=None)
@given(st.tuples(PIECES, PIECES, PIECES), st.tuples(PIECES, PIECES, PIECES))
def test_no_separator_joins_two_identities(one, other):
    def of(parts: tuple[str, str, str]) -> str:
        return messages.identity(
            event(
                "<Event>e</Event><EventKey><![CDATA[{}]]></EventKey><TaskId>{}</TaskId><JobId>{}</JobId>".format(*parts)
            )
        )

    assert (of(one) == of(other)) == (one == other)
