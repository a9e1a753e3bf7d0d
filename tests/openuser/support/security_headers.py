"""What the security headers of an answer have to be."""

from typing import Any

KEPT = {
    "private, max-age=3600": "files, which players ask for in ranges, and the pictures of a video's page",
    "private, max-age=300": "the drawing of a scene",
    "private, max-age=60": "the sample of a voice",
}
"""What only the browser of the one who asked may keep, and how long; nothing else is kept."""
ALLOWED = {
    "script-src": {"'self'"},
    "style-src": {"'self'", "'unsafe-inline'"},
    "img-src": {"'self'", "data:", "blob:"},
    "media-src": {"'self'", "blob:"},
    "default-src": {"'none'"},
    "base-uri": {"'none'"},
    "object-src": {"'none'"},
    "frame-ancestors": {"'none'"},
    "sandbox": {""},
}
NEEDED = {"default-src", "base-uri", "form-action", "frame-ancestors"}


def flaws(answer: Any, *, admin: bool = False, webhook: bool = False) -> list[str]:
    """What is wrong with the headers of an answer."""
    headers, wrong = answer.headers, []
    fixed = {"X-Content-Type-Options": {"nosniff"}, "X-Frame-Options": {"DENY"}}
    fixed |= {"Referrer-Policy": {"same-origin", "no-referrer"}}
    wrong += [f"{name}: {headers.get(name)}" for name, right in fixed.items() if headers.get(name) not in right]
    cache = headers.get("Cache-Control", "")
    if "no-store" not in cache and cache not in KEPT and not webhook:
        wrong.append(f"Cache-Control: {cache}")
    return wrong if webhook else [*wrong, *policy_flaws(headers.get("Content-Security-Policy", ""), admin=admin)]


def policy_flaws(policy: str, *, admin: bool) -> list[str]:
    """Where a policy allows more than pages of ours need."""
    parts = [part.strip().partition(" ") for part in policy.split(";") if part.strip()]
    found = {name: set(sources.split(" ")) for name, _space, sources in parts}
    wrong = [f"no {name}" for name in sorted(NEEDED - found.keys())]
    for name, sources in found.items():
        allowed = ALLOWED.get(name, {"'self'", "'none'"}) | {"'none'"}
        if admin and name == "script-src":
            allowed = allowed | {"'unsafe-eval'"}  # Alpine's, in Unfold's pages
        wrong += [f"{name} {source}" for source in sorted(sources - allowed)]
    return wrong
