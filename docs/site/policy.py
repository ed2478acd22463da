"""What the site's pages may do: each says so itself, and raw HTML in Markdown is text.

A Sphinx extension, and what is done to the pages after it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

#: From disk `self` is nothing to some browsers: there it is `file:`.
_OWN = "'self' file:"
_POLICY = (
    f"default-src 'none'; script-src {_OWN}{{hashes}}; style-src {_OWN} 'unsafe-inline';"
    f" img-src {_OWN} data:; font-src {_OWN}; connect-src 'self'; form-action {_OWN};"
    " base-uri 'none'"
)
_META = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')
_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
_HANDLER = re.compile(r"""<[a-z][^<>]*\s(on[a-z]+)=["']""", re.IGNORECASE)
#: What a policy may let in: everywhere, and in a directive.
_ANYWHERE = {"'none'", "'self'", "file:"}
_IN = {"img-src": {"data:"}, "style-src": {"'unsafe-inline'"}}
#: Raw HTML that stays: comments, and links within the site.
_HARMLESS = re.compile(r'<!--.*?-->|<a href="[\w./#-]+">|</a>', re.DOTALL)


def setup(app: Any) -> dict[str, bool]:
    """Make text of the HTML in the pages; notebooks keep what their runs have shown."""
    app.connect("doctree-read", _as_text)
    return {"parallel_read_safe": True}


def _as_text(app: Any, document: Any) -> None:
    from docutils import nodes

    if Path(app.env.doc2path(app.env.docname)).suffix != ".md":
        return
    for raw in list(document.findall(nodes.raw)):
        if _HARMLESS.sub("", raw.astext()).strip():
            text = nodes.Text(raw.astext())
            inline = isinstance(raw.parent, nodes.TextElement)
            raw.parent.replace(raw, text if inline else nodes.paragraph("", "", text))


def put(folder: Path) -> None:
    """Give each page of a site that has no policy its own, with the hashes of its scripts."""
    for path in sorted(folder.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        if not _META.search(text):
            path.write_text(governed(text), encoding="utf-8")


def governed(text: str) -> str:
    """A page with the site's policy."""
    hashes = "".join(f" {each}" for each in sorted(set(map(_hash, _SCRIPT.findall(text)))))
    meta = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY.format(hashes=hashes)}">'
    return text.replace("<head>", f"<head>\n    {meta}", 1)


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def faults(folder: Path) -> list[str]:
    """A line for each page without a policy, or with one that is too wide or too narrow for it."""
    return [
        f"{path.relative_to(folder)} {fault}"
        for path in sorted(folder.rglob("*.html"))
        for fault in wrong(path.read_text(encoding="utf-8"))
    ]


def wrong(text: str) -> Iterator[str]:
    """What is wrong with the policy of a page."""
    said = _META.search(text)
    if said is None or "default-src 'none'" not in said[1]:
        yield "has no policy that begins with nothing allowed"
        return
    for directive, *sources in (part.split() for part in said[1].split(";")):
        for each in sorted({*sources} - _ANYWHERE - _IN.get(directive, set())):
            if not (directive == "script-src" and each.startswith("'sha256-")):
                yield f"has a policy with {directive} {each}"
    yield from (f"has a script as {name}" for name in _HANDLER.findall(text))
    data = re.compile(r'<script[^>]*type="application/json"[^>]*>.*?</script>', re.DOTALL)
    for script in _SCRIPT.findall(data.sub("", text)):
        if _hash(script) not in said[1]:
            yield f"has a script that its policy stops: {script.strip()[:40]}"
