"""The emulator's addresses: the platform's API, the control API, the phone."""

from django.urls import path

from wecom.emulator.callbacks import url_verification
from wecom.emulator.control import applications as apps
from wecom.emulator.control import chats, contacts, coverage, events, ledger_export, menu_taps, people, replay, wire
from wecom.emulator.endpoints import (
    agent,
    appchat,
    departments,
    identities,
    jsapi_tickets,
    menus,
    message_statistics,
    oauth,
    tags,
    upload_by_url,
    users,
    workbench,
)
from wecom.emulator.endpoints import (
    contacts as directory,
)
from wecom.emulator.gateway import server, tokens
from wecom.emulator.gateway.json_views import endpoint
from wecom.emulator.messages import send
from wecom.emulator.phone import card_taps, hd_voices, views, voices

# These register the endpoints of cgi-bin.
REGISTERED = (
    *(agent, appchat, hd_voices, departments, directory, upload_by_url, identities, menus, card_taps, send, users),
    *(message_statistics, tags, jsapi_tickets, tokens, workbench),
)

urlpatterns = [
    path("cgi-bin/<path:path>", server.view),
    path("connect/oauth2/authorize", oauth.authorize),
    path("wwlogin/sso/login", oauth.sso),
    path("", views.home),
    path("emulator/", views.page),
    path("emulator/coverage", coverage.page),
    path("emulator/static/<path:path>", views.asset),
    path("emulator/media/<str:media_id>", views.show_media),
    path("emulator/media/<str:media_id>/listen", views.listen),
    path("emulator/pictures/<str:name>", views.show_picture),
    path("emulator/api/members", endpoint(GET=people.members, POST=people.add_member)),
    path("emulator/api/members/<str:userid>", endpoint(PATCH=people.change_member)),
    path("emulator/api/members/<str:userid>/leave", endpoint(POST=contacts.leave)),
    path("emulator/api/members/<str:userid>/move", endpoint(POST=contacts.move)),
    path("emulator/api/hire", endpoint(POST=contacts.hire)),
    path("emulator/api/departments", endpoint(GET=contacts.departments, POST=contacts.save_department)),
    path("emulator/api/departments/<int:number>", endpoint(DELETE=contacts.delete_department)),
    path("emulator/api/tags", endpoint(GET=contacts.tags, POST=contacts.save_tag)),
    path("emulator/api/tags/<int:number>", endpoint(DELETE=contacts.delete_tag)),
    path("emulator/api/apps", endpoint(GET=apps.apps, POST=apps.save_app)),
    path("emulator/api/workbench", endpoint(GET=apps.show_workbench)),
    path("emulator/api/signature", endpoint(POST=apps.check_signature)),
    path("emulator/api/send", endpoint(earlier=voices.as_recorded, POST=people.send, later=people.until_settled)),
    path("emulator/api/jssdk", endpoint(POST=hd_voices.bring)),
    path("emulator/api/press", endpoint(POST=people.press, later=people.until_settled)),
    path("emulator/api/tap", endpoint(POST=menu_taps.tap, later=people.until_settled)),
    path("emulator/api/event", endpoint(POST=events.event, later=people.until_settled)),
    path("emulator/api/conversations", endpoint(GET=chats.conversations)),
    path("emulator/api/chat", endpoint(GET=chats.chat)),
    path("emulator/api/read", endpoint(POST=chats.read)),
    path("emulator/api/ledger", endpoint(GET=people.ledger, later=people.until_received)),
    path("emulator/api/ledger/export", ledger_export.ledger),
    path("emulator/api/callbacks", endpoint(GET=wire.list_callbacks)),
    path("emulator/api/callbacks/<int:number>/replay", endpoint(POST=wire.replay, later=people.until_settled)),
    path("emulator/api/recording", endpoint(GET=wire.record)),
    path("emulator/api/replay", endpoint(POST=replay.begin, later=replay.finish)),
    path("emulator/api/calls", endpoint(GET=wire.list_calls)),
    path("emulator/api/faults", endpoint(GET=wire.list_faults, POST=wire.add_fault, DELETE=wire.clear_faults)),
    path("emulator/api/faults/<int:number>", endpoint(DELETE=wire.remove_fault)),
    path("emulator/api/limits", endpoint(GET=wire.show_limits, POST=wire.set_limits)),
    path("emulator/api/rules", endpoint(GET=wire.show_rules, POST=wire.set_rules)),
    path("emulator/api/tokens", endpoint(DELETE=wire.revoke_tokens)),
    path("emulator/api/clock", endpoint(GET=wire.show_clock, POST=wire.set_clock)),
    path("emulator/api/verify", endpoint(POST=url_verification.begin, later=url_verification.finish)),
    path("emulator/api/reset", endpoint(POST=wire.reset)),
]
