"""The addresses of digital humans, voices and renders in the API."""

from rest_framework.routers import SimpleRouter

from avatars.rest_consents import Consents
from avatars.rest_lexicon import Lexicon, Readings
from avatars.rest_portraits import Portraits
from avatars.views import DigitalHumans, Engines, Renders, Voices

router = SimpleRouter()
router.register("digital-humans", DigitalHumans, basename="digital-human")
router.register("consents", Consents, basename="consent")
router.register("portraits", Portraits, basename="portrait")
router.register("voices", Voices, basename="voice")
router.register("renders", Renders, basename="render")
router.register("engines", Engines, basename="engine")
router.register("lexicon", Lexicon, basename="lexicon")
router.register("readings", Readings, basename="reading")
urlpatterns = router.urls
