"""Whoever computes with working days says where nobody knows them, or stands here with the reason why not."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
APPS = ("core", "wecom", "avatars", "conversations", "scheduling", "openuser")
ASKS = re.compile(
    r"\bis_office_open\(|\bworks_on\(|\bnext_working_day\(|office_hours\.(?:is_open|next_opening|answer_due)\(|\.runs_on\("
)
DEFINES = re.compile(r"\bdef (?:works_on|next_working_day|runs_on)\(")

# Each module that asks, with where its answers are marked: a file, and the word in it.
MARKED = {
    "conversations/handoff/handoff_requests.py": ("conversations/handoff/handoff_requests.py", "promised("),
    "conversations/machine/formulas/functions.py": ("conversations/flows/rules/formulas.py", "days_unknown"),
    "conversations/sessions/effects/handoff_states.py": (
        "conversations/sessions/effects/handoff_states.py",
        "promised(",
    ),
    "conversations/tickets/assignment.py": ("conversations/api/serializers/tickets.py", "due_days_unknown"),
    "conversations/tickets/office_hours.py": ("conversations/tickets/office_hours.py", "def unknown_year"),
    "conversations/tickets/opening.py": ("conversations/tickets/opening.py", "promised("),
    "scheduling/admin/campaigns/next_moments.py": ("scheduling/admin/campaigns/next_moments.py", "UNKNOWN = "),
    "scheduling/admin/campaigns/start_page.py": ("templates/admin/campaigns/start.html", "one.is_known"),
    "scheduling/agenda/conflicts.py": ("scheduling/agenda/agenda_entries.py", "def days_unknown"),
    "scheduling/api/campaigns.py": ("scheduling/api/campaign_serializers.py", "days_unknown_from"),
    "scheduling/campaigns/hours/odd_hours.py": ("scheduling/api/campaign_serializers.py", "is_known"),
    "scheduling/campaigns/hours/quiet_hours.py": ("scheduling/working_days/unknown_days.py", "window_days"),
    "scheduling/campaigns/moments.py": ("scheduling/working_days/unknown_days.py", "next_working_day_at"),
    "scheduling/series/due_days.py": ("scheduling/rehearsal/rehearsals.py", "def _doubt"),
    "scheduling/agenda/upcoming.py": ("scheduling/agenda/upcoming.py", "known=calendar.knows"),
    "scheduling/working_days/company_days.py": ("scheduling/working_days/company_days.py", "days_unknown"),
}
# Modules whose answers need no mark.
REASONS = {
    "conversations/care/care_replies.py": "says only that people may not be there, and names no time",
    "conversations/admin/handoff/desk_page.py": "names who is there at this moment; the ticket beside it is marked",
    "conversations/golden/circumstances.py": "keeps the days of a recording, which stay as they were",
    "scheduling/business_calendar.py": "is the calendar itself",
    "scheduling/working_days/list_imports.py": "compares a list with the days before, which makes its year known",
    "scheduling/mailings/campaign_forecast.py": "hands on what `odd_hours` answers, for the API and the start page",
}


def callers() -> set[str]:
    """The modules that ask for working days, by their paths."""
    found = set()
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            lines = path.read_text(encoding="utf-8").splitlines()
            if any(ASKS.search(line) and not DEFINES.search(line) for line in lines):
                found.add(path.relative_to(ROOT).as_posix())
    return found


def test_whoever_asks_for_working_days_marks_unknown_ones():
    assert callers() == MARKED.keys() | REASONS.keys()


def test_each_mark_is_where_the_table_says():
    missing = [place for place in MARKED.values() if place[1] not in (ROOT / place[0]).read_text(encoding="utf-8")]
    assert missing == []
