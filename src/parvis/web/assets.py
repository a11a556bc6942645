"""What browsers may keep for ever: styles, scripts and pictures, named by their content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

__all__ = ["Asset", "Assets"]

_TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that pages load."""

    name: str
    content: bytes
    digest: str

    @property
    def media_type(self) -> str:
        """Its media type."""
        return _TYPES[self.name.rsplit(".", 1)[-1]]


class Assets:
    """All files that pages load, from this package and from the packages they stand on."""

    @cached_property
    def _found(self) -> dict[str, Asset]:
        own = resources.files("parvis.web") / "static"
        htmx = resources.files("js_lib_htmx") / "static" / "htmx"
        places: dict[str, Traversable] = {
            **{f.name: f for f in own.iterdir() if f.name.rsplit(".", 1)[-1] in _TYPES},
            "htmx.min.js": htmx / "htmx.min.js",
        }
        vendor = resources.files("swagger_ui_bundle") / "vendor"
        swagger = next(f for f in vendor.iterdir() if f.name.startswith("swagger-ui-"))
        for name in ("swagger-ui.css", "swagger-ui-bundle.js"):
            places[name] = swagger / name
        return {n: _asset(n, place.read_bytes()) for n, place in places.items()}

    def url(self, name: str) -> str:
        """Return the address of a file; it changes with the content."""
        return f"/static/{self._found[name].digest}/{name}"

    def get(self, digest: str, name: str) -> Asset | None:
        """Return a file; null where there is none of that name and content."""
        found = self._found.get(name)
        return found if found is not None and found.digest == digest else None


def _asset(name: str, content: bytes) -> Asset:
    return Asset(name, content, hashlib.sha256(content).hexdigest()[:12])
