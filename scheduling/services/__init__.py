"""The front door of scheduling: schedules are made, paused, previewed and run here."""

from scheduling.schedules.preview import PREVIEWED, MemberScript, Preview, preview, preview_scripts
from scheduling.services.guide import schedule_wechat_message
from scheduling.services.runs import due_moment, forget_old_runs, run_all_due, run_due, run_now, sweep
from scheduling.services.schedules import pause, problems, remove, resume, save_schedule, warnings

__all__ = [
    "PREVIEWED",
    "MemberScript",
    "Preview",
    "due_moment",
    "forget_old_runs",
    "pause",
    "preview",
    "preview_scripts",
    "problems",
    "remove",
    "resume",
    "run_all_due",
    "run_due",
    "run_now",
    "save_schedule",
    "schedule_wechat_message",
    "sweep",
    "warnings",
]
