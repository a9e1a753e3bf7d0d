"""Two versions of a flow in one picture."""

from dataclasses import replace

from conversations.flows.graph import svg
from conversations.flows.graph.changes import merged
from conversations.machine.edges import Edge
from conversations.machine.values import Machine
from tests.conversations.support.machines import video_machine


def redrawn(machine: Machine) -> Machine:
    """Without the quick way, with another text, and with a new end."""
    nodes = {node.key: node for node in machine.nodes if node.key != "plain"}
    ask = nodes["ask_quality"]
    nodes["ask_quality"] = replace(ask, edges=(ask.edges[0], Edge(to="thanks"), ask.edges[2]))
    nodes["sorry"] = replace(nodes["sorry"], text="请写邮件。")
    nodes["thanks"] = replace(nodes["bye"], key="thanks", name="谢谢")
    return replace(machine, nodes=tuple(nodes.values()))


def test_what_is_new_gone_and_changed_is_marked():
    machine, marks = merged(video_machine(), redrawn(video_machine()))
    assert marks.states == {"thanks": "added", "plain": "removed", "sorry": "changed"}
    assert marks.ways == {
        ("ask_quality", "thanks"): "added",
        ("ask_quality", "plain"): "removed",
        ("plain", "video"): "removed",
    }
    assert {node.key for node in machine.nodes} >= {"plain", "thanks"}


def test_the_picture_shows_the_marks():
    drawing = svg(*merged(video_machine(), redrawn(video_machine())))
    assert 'class="state say removed" data-state="plain"' in drawing
    assert 'class="edge added" data-from="ask_quality" data-to="thanks"' in drawing
