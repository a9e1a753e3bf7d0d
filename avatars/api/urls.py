"""The addresses of digital humans, voices and renders in the API."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from avatars.api.consents import Consents
from avatars.api.digital_humans import DigitalHumans
from avatars.api.lexicon import Lexicon, Readings
from avatars.api.portrait_videos import PortraitVideos
from avatars.api.portraits import Portraits
from avatars.api.presentation_renders import PresentationRenders
from avatars.api.presentations import Pages, Presentations, ScenePictures, Scenes
from avatars.api.renders import Renders
from avatars.api.statements import Statements
from avatars.api.video_templates import TemplateReadings, TemplateRenders, Templates
from avatars.api.voices import Engines, Voices

router = SimpleRouter()
router.register("digital-humans", DigitalHumans, basename="digital-human")
router.register("consents", Consents, basename="consent")
router.register("statements", Statements, basename="statement")
router.register("portraits", Portraits, basename="portrait")
router.register("voices", Voices, basename="voice")
router.register("renders", Renders, basename="render")
router.register("templates", Templates, basename="template")
router.register("presentations", Presentations, basename="presentation")
router.register("engines", Engines, basename="engine")
router.register("lexicon", Lexicon, basename="lexicon")
router.register("readings", Readings, basename="reading")
urlpatterns = [
    *router.urls,
    path(
        "digital-humans/<int:pk>/portrait-video/",
        PortraitVideos.as_view({"get": "retrieve", "post": "create"}),
        name="portrait-video",
    ),
    path("presentations/<int:pk>/scenes/", Scenes.as_view({"post": "create"}), name="presentation-scenes"),
    path(
        "presentations/<int:pk>/scenes/<int:scene>/",
        Scenes.as_view({"patch": "partial_update", "delete": "destroy"}),
        name="presentation-scene",
    ),
    path(
        "presentations/<int:pk>/scenes/<int:scene>/picture/",
        ScenePictures.as_view({"get": "retrieve"}),
        name="presentation-scene-picture",
    ),
    path("presentations/<int:pk>/pages/", Pages.as_view({"post": "create"}), name="presentation-pages"),
    path(
        "presentations/<int:pk>/renders/", PresentationRenders.as_view({"post": "create"}), name="presentation-renders"
    ),
    path("templates/<int:pk>/renders/", TemplateRenders.as_view({"post": "create"}), name="template-renders"),
    path("templates/<int:pk>/readings/", TemplateReadings.as_view({"post": "create"}), name="template-readings"),
]
