"""Conversations in the admin: desks, topics and flows to edit; messages, versions, sessions and errands to read."""

from conversations.admin import (
    access_records,
    conversations,
    desks,
    errands,
    member_choices,
    messages,
    sessions,
    topics,
)
from conversations.admin.answers import answer_admin, documents, unanswered
from conversations.admin.care import cases, subjects
from conversations.admin.flows import flow_admin, states, versions
from conversations.admin.handoff import canned_answers, operators
