"""The emulator's addresses: the platform's API, the pages, the control API."""

import pkgutil
from importlib import import_module

from django.urls import path

from wecom.emulator import endpoints
from wecom.emulator.control import (
    api_calls,
    applications,
    buttons,
    callbacks,
    chats,
    directory,
    events,
    faults,
    ledger,
    members,
    messages,
    settings,
)
from wecom.emulator.control.json_views import json_view
from wecom.emulator.control.reset import reset
from wecom.emulator.control.sessions import player, recorder
from wecom.emulator.gateway.views import cgi_bin
from wecom.emulator.pages import coverage, login, media_files, phone
from wecom.emulator.pages.assets import asset

# Every module of `endpoints` registers its own.
for module in pkgutil.walk_packages(endpoints.__path__, f"{endpoints.__name__}."):
    import_module(module.name)

urlpatterns = [
    path("cgi-bin/<path:path>", cgi_bin),
    path("connect/oauth2/authorize", login.authorize),
    path("wwlogin/sso/login", login.sso),
    path("", phone.home),
    path("emulator/", phone.phone),
    path("emulator/coverage", coverage.coverage),
    path("emulator/static/<path:path>", asset),
    path("emulator/media/<str:media_id>", media_files.show_media),
    path("emulator/media/<str:media_id>/listen", media_files.play_voice),
    path("emulator/pictures/<str:name>", media_files.show_picture),
    path("emulator/api/members", json_view(GET=members.list_members, POST=members.add_member)),
    path("emulator/api/members/<str:userid>", json_view(PATCH=members.change_member)),
    path("emulator/api/members/<str:userid>/leave", json_view(POST=directory.delete_member)),
    path("emulator/api/members/<str:userid>/move", json_view(POST=directory.update_member)),
    path("emulator/api/hire", json_view(POST=directory.create_member)),
    path("emulator/api/departments", json_view(GET=directory.list_departments, POST=directory.save_department)),
    path("emulator/api/departments/<int:number>", json_view(DELETE=directory.delete_department)),
    path("emulator/api/tags", json_view(GET=directory.list_tags, POST=directory.save_tag)),
    path("emulator/api/tags/<int:number>", json_view(DELETE=directory.delete_tag)),
    path("emulator/api/apps", json_view(GET=applications.list_apps, POST=applications.save_app)),
    path("emulator/api/workbench", json_view(GET=applications.show_workbench)),
    path("emulator/api/signature", json_view(POST=applications.check_signature)),
    path(
        "emulator/api/send",
        json_view(before=messages.convert_voice, POST=messages.send_message, after=callbacks.wait_until_settled),
    ),
    path("emulator/api/jssdk", json_view(POST=messages.upload_jssdk_voice)),
    path("emulator/api/press", json_view(POST=buttons.press_card_button, after=callbacks.wait_until_settled)),
    path("emulator/api/tap", json_view(POST=buttons.press_menu_button, after=callbacks.wait_until_settled)),
    path("emulator/api/event", json_view(POST=events.send_event, after=callbacks.wait_until_settled)),
    path("emulator/api/conversations", json_view(GET=chats.conversations)),
    path("emulator/api/chat", json_view(GET=chats.chat)),
    path("emulator/api/read", json_view(POST=chats.mark_read)),
    path("emulator/api/ledger", json_view(GET=ledger.list_entries, after=ledger.wait_for_entries)),
    path("emulator/api/ledger/export", ledger.export),
    path("emulator/api/callbacks", json_view(GET=callbacks.list_callbacks)),
    path(
        "emulator/api/callbacks/<int:number>/replay",
        json_view(POST=callbacks.resend, after=callbacks.wait_until_settled),
    ),
    path("emulator/api/recording", json_view(GET=recorder.show_recording)),
    path("emulator/api/replay", json_view(POST=player.prepare, after=player.run)),
    path("emulator/api/calls", json_view(GET=api_calls.list_calls)),
    path("emulator/api/faults", json_view(GET=faults.list_faults, POST=faults.add_fault, DELETE=faults.clear_faults)),
    path("emulator/api/faults/<int:number>", json_view(DELETE=faults.remove_fault)),
    path("emulator/api/limits", json_view(GET=settings.show_limits, POST=settings.set_limits)),
    path("emulator/api/rules", json_view(GET=settings.show_rules, POST=settings.set_rules)),
    path("emulator/api/tokens", json_view(DELETE=api_calls.revoke_tokens)),
    path("emulator/api/clock", json_view(GET=settings.show_clock, POST=settings.set_clock)),
    path("emulator/api/verify", json_view(POST=callbacks.url_to_verify, after=callbacks.verify)),
    path("emulator/api/reset", json_view(POST=reset)),
]
