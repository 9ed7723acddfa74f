"""What a browser may do with our pages: Content-Security-Policy by path, and caching."""

_STRICT = {
    "default-src": "'none'",
    # WebAssembly codecs of the viewer compile; nothing is ever evaluated.
    "script-src": "'self' 'wasm-unsafe-eval'",
    "worker-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' blob:",
    "connect-src": "'self'",
    "font-src": "'self'",
    "manifest-src": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "object-src": "'none'",
}


def _policy(**changes: str) -> str:
    rules = _STRICT | {key.replace("_", "-"): value for key, value in changes.items()}
    return "; ".join(f"{key} {value}" for key, value in rules.items())


CONTENT_SECURITY_POLICY = _policy()
# The administration theme (unfold) carries Alpine.js, which evaluates the expressions in its
# templates. Scripts still come from our own files alone.
ADMIN_SECURITY_POLICY = _policy(script_src="'self' 'unsafe-eval'")

PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)


# The viewer says which page of ours it will open next; the browser then loads it beforehand. Such
# rules are data: nothing in them runs.
VIEWER_SECURITY_POLICY = _policy(script_src="'self' 'wasm-unsafe-eval' 'inline-speculation-rules'")


def security_policy(path: str) -> str:
    """Return the Content-Security-Policy of the page at `path`."""
    if path.startswith("/admin/"):
        return ADMIN_SECURITY_POLICY
    return VIEWER_SECURITY_POLICY if path.startswith("/viewer") else CONTENT_SECURITY_POLICY
