"""What is wrong with a site as it was built: dead links, and loads from the network."""

from __future__ import annotations

import html
import re
from pathlib import Path

_LOADED = re.compile(
    r"""<(?:script|img|iframe|source|video|embed)\b[^>]*\ssrc=["']((?:https?:)?//[^"']*)"""
    r"""|<link\b(?=[^>]*\srel=["'](?:stylesheet|preload|prefetch|icon|preconnect))"""
    r"""[^>]*\shref=["']((?:https?:)?//[^"']*)"""
    r"""|(?:@import\s+|url\()["']?((?:https?:)?//[^"')\s]*)"""
)


def faults(folder: Path) -> list[str]:
    """A line for each page or style sheet that is not as it should be."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".html", ".css"):
            name, text = path.relative_to(folder), path.read_text(encoding="utf-8")
            found += [f"{name} loads {address}" for address in from_the_network(text)]
            links = dead(text, path.parent) if path.suffix == ".html" else []
            found += [f"{name} links to {link}, which is not there" for link in links]
    return found


def from_the_network(text: str) -> list[str]:
    """What a page or a style sheet loads from elsewhere; links that are followed are not that."""
    return [next(filter(None, found)) for found in _LOADED.findall(text)]


def dead(text: str, folder: Path) -> list[str]:
    """What a page in ``folder`` links to, or shows, within the site that is not there."""
    links = re.findall(r"""<[^>]*\s(?:href|src)=["']([^"'#?]+)""", html.unescape(text))
    inner = {link for link in links if not re.match(r"\w+:|//", link)}
    return sorted(link for link in inner if not (folder / link).exists())
