"""Content security policies: the sources from which a browser may load and run content in our pages."""

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE

# Alpine, which Unfold's pages are made of, compiles the expressions in its attributes: that needs 'unsafe-eval'. Its
# templates and ours also use style attributes. No page has inline scripts.
ADMIN: dict[str, list[str]] = {
    "default-src": [NONE],
    "script-src": [SELF, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "media-src": [SELF, "blob:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "manifest-src": [SELF],
    "object-src": [NONE],
    "base-uri": [NONE],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
}
# Swagger UI, whose script has an address of its own.
API_DOCUMENTATION = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# JSON that a browser opens as a page, such as an error.
API = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
# A stored file that a browser opens as a page runs nothing and has no origin.
FILE = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
)
