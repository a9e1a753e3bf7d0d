"""The URLs of websockets."""

from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from django.urls import path, re_path

from openuser.live.consumers import HomeConsumer, NotFoundConsumer, RenderConsumer

websocket_urlpatterns = [
    path("ws/v1/renders/<int:pk>/", RenderConsumer.as_asgi()),
    path("ws/v1/home/", HomeConsumer.as_asgi()),
    re_path("", NotFoundConsumer.as_asgi()),
]
websocket_application = AuthMiddlewareStack(URLRouter(websocket_urlpatterns))
