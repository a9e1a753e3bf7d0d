"""The URLs of the installation."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from openuser.admin import doctor, engines, quotas, second_factor, timeline
from openuser.admin.former_addresses import with_former_addresses
from openuser.admin.home import dashboard
from openuser.pages import (
    campaign_links,
    errors,
    health,
    media_files,
    metrics_page,
    preferences_page,
    staff_sessions,
    watch_page,
)

handler403, handler404 = errors.forbidden, errors.not_found

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("healthz/live", health.live, name="live"),
    path("healthz/ready", health.ready, name="ready"),
    path("healthz/start", health.start, name="start"),
    path("metrics", metrics_page.metrics, name="metrics"),
    path("admin/home/", admin.site.admin_view(dashboard.content), name="admin-home"),
    path("admin/session/", admin.site.admin_view(staff_sessions.session_token), name="session"),
    path("admin/timeline/<slug:cid>/", admin.site.admin_view(timeline.view), name="timeline"),
    path("admin/quotas/", admin.site.admin_view(quotas.view), name="quotas"),
    path("admin/doctor/", admin.site.admin_view(doctor.view), name="doctor"),
    path("admin/engines/", admin.site.admin_view(engines.view), name="engines"),
    path("admin/calendar/", include("scheduling.urls")),
    path("admin/", include("conversations.urls")),
    path("admin/second-factor/", admin.site.admin_view(second_factor.view), name="second-factor"),
    path("admin/", with_former_addresses(admin.site.urls)),
    path("i18n/", include("django.conf.urls.i18n")),
    path("media/<path:name>/listen", media_files.listen, name="listen"),
    path("media/<path:name>", media_files.serve, name="media"),
    path("c/login/", campaign_links.login, name="campaign-link-login"),
    path("c/<str:token>", campaign_links.follow, name="campaign-link"),
    path("watch/login/", watch_page.login, name="watch-login"),
    path("watch/<slug:name>/", watch_page.page, name="watch"),
    re_path(
        "^watch/(?P<name>[0-9a-f]{32})/(?P<which>video|poster|captions|translated_captions)$",
        watch_page.file,
        name="watch-file",
    ),
    re_path("^watch/(?P<name>[0-9a-f]{32})/idle$", watch_page.idle, name="watch-idle"),
    re_path("^watch/(?P<name>[0-9a-f]{32})/state$", watch_page.state, name="watch-state"),
    re_path(
        "^watch/(?P<name>[0-9a-f]{32})/(?P<stream>[0-9a-f]{32})/playlist.m3u8$",
        watch_page.playlist,
        name="watch-playlist",
    ),
    path("watch/<slug:name>/<slug:stream>/<int:number>", watch_page.part, name="watch-part"),
    path("watch/<slug:name>/<slug:stream>/<int:number>.vtt", watch_page.part_captions, name="watch-part-captions"),
    path("watch/<slug:name>/<slug:stream>/<int:number>.translated.vtt", watch_page.part_translated_captions),
    path("watch/<slug:name>/<slug:stream>/poster", watch_page.poster, name="watch-poster"),
    path("preferences/", preferences_page.page, name="preferences"),
    path("preferences/undo/", preferences_page.undo, name="preferences-undo"),
    path("preferences/login/", preferences_page.login, name="preferences-login"),
    path("preferences/link/<str:token>/", preferences_page.link, name="preferences-link"),
    path("api/v1/integrations/wechat/", include("wecom.urls")),
    path("api/v1/", include("openuser.api.urls")),
]
