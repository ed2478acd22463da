"""The site's pages in one folder: those of docs/, moved with their links, and generated ones."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from docs.site import gallery, generated
from ketamine_mtor.pages import title

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
#: Parts of the site to their pages in order. A page of docs/ that is named nowhere is a how-to.
PARTS: Mapping[str, tuple[str, ...]] = {
    "Start": ("start", "gallery/index", "notebooks/index"),
    "The model": ("model/index", "claims", "limits", "contradictions/index"),
    "How to": ("companions", "sbml", "ensembles", "sbgn"),
    "What was found": ("studies", "sensitivity", "fit", "engines", "benchmarks", "cost"),
    "Reference": (
        "api",
        "cli",
        "names",
        "glossary",
        "parameters",
        "identifiers",
        "references",
        "equations",
    ),
    "How it is made": (
        "architecture",
        "emitter",
        "kernel",
        "trust",
        "decisions/index",
        "contributing",
        "changelog",
    ),
}
_REST = "How to"
_PAGES = (".md", ".ipynb")
#: What a link to a file or folder of the repository opens, where that is not the page made of it.
_INSTEAD = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "docs": "index.md",
    "ketamine_mtor/rules": "model/index.md",
    "ketamine_mtor/knowledge": "parameters.md",
    "ketamine_mtor/knowledge/references.tsv": "references.md",
    "ketamine_mtor/knowledge/identifiers.tsv": "identifiers.md",
    "validation/claims": "claims.md",
}
_LINK = re.compile(
    r"(?P<text>!?\[(?:[^\[\]]|\[[^\]]*\])*\])\((?P<to>[^()\s#]*)(?P<at>#[^()\s]*)?\)"
)


def put_together(source: Path, *, notebooks: bool = False, pictures: bool = False) -> None:
    """Fill ``source`` with all that Sphinx reads; see ``__main__.build``."""
    (source / "extra").mkdir(parents=True)
    made = dict(generated.pages(judged=source / "extra" / "caption.html" if pictures else None))
    shown = gallery.pages(ROOT / "docs" / "gallery", source / "gallery" if pictures else None)
    made |= shown
    moved = _moved(notebooks)
    known = _INSTEAD | moved
    known |= {old: page for page in made for old in generated.stands_for(page)}
    pages = {
        new: _read(old, new, known, source) for old, new in moved.items() if new.endswith(_PAGES)
    } | made
    pages["gallery/index.md"] += f"\n{gallery.overview(shown)}\n"
    for name in (each for each in pages if each.endswith("/index.md")):
        pages[name] += _toctree(_within(PurePosixPath(name).parent, pages))
    landing = (HERE / "index.md").read_text(encoding="utf-8")
    landing = landing.replace("<!-- claims -->", generated.landing_table())
    landing = landing.replace("<!-- executable -->", generated.EXECUTABLE if pictures else "")
    pages["index.md"] = landing + contents({name.removesuffix(".md") for name in pages})
    for name, text in pages.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(text, encoding="utf-8")
    for old, new in moved.items():
        if new not in pages:
            (source / new).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / old, source / new)
    shutil.copyfile(HERE / "conf.py", source / "conf.py")
    shutil.copytree(HERE / "static", source / "static")


def _read(old: str, new: str, known: Mapping[str, str], source: Path) -> str:
    """A page or notebook of the repository with its links as they have to be in the site."""
    text = (ROOT / old).read_text(encoding="utf-8")
    if new.endswith(".md"):
        return relinked(text, old, new, known, source)
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = relinked("".join(cell["source"]), old, new, known, source)
    return json.dumps(notebook)


def _within(folder: PurePosixPath, pages: Iterable[str]) -> list[str]:
    """The entries of a folder's table of contents; a module of rules goes by its short title."""
    paths = [PurePosixPath(name) for name in pages if not name.endswith("/index.md")]
    names = [path.stem for path in paths if path.parent == folder]
    return [f"{title(name)} <{name}>" if folder.name == "model" else name for name in names]


def _moved(notebooks: bool) -> dict[str, str]:
    """Each file of the repository that becomes one of the site, to its place there."""
    moved = {name: _INSTEAD[name] for name in ("CONTRIBUTING.md", "CHANGELOG.md")}
    kinds = (*(_PAGES if notebooks else _PAGES[:1]), ".svg")
    for path in sorted((ROOT / "docs").rglob("*")):
        if path.suffix in kinds and HERE not in path.parents:
            name = path.relative_to(ROOT / "docs")
            page = name.with_name("index.md") if name.name == "README.md" else name
            moved[path.relative_to(ROOT).as_posix()] = page.as_posix()
    return moved


def relinked(text: str, old: str, new: str, known: Mapping[str, str], source: Path) -> str:
    """The text of the page ``old`` as it has to be at ``new``.

    Parameters
    ----------
    text
        Markdown with links that are relative to ``old``.
    old, new
        The page's path in the repository, and in the site.
    known
        Paths of the repository to those of the site.
    source
        The site's folder. A link to a file that is no page of the site downloads it; one to a
        folder becomes its text; one to nothing stays, for Sphinx to complain.
    """

    def link(found: re.Match[str]) -> str:
        words, to, at = found["text"], found["to"], found["at"] or ""
        if not to or "://" in to or to.startswith("mailto:"):
            return found[0]
        path = os.path.normpath(PurePosixPath(old).parent / to)
        if path in known:
            return f"{words}({os.path.relpath(known[path], PurePosixPath(new).parent)}{at})"
        if (ROOT / path).is_file():
            return f"{words}({os.path.relpath(ROOT / path, (source / new).parent)})"
        return words[1:-1] if (ROOT / path).exists() else found[0]

    parts = re.split(r"(^```.*?^```$)", text, flags=re.MULTILINE | re.DOTALL)
    return "".join(part if part.startswith("```") else _LINK.sub(link, part) for part in parts)


def contents(pages: set[str]) -> str:
    """The tables of contents of ``pages``: a part that has none of them is left out."""
    named = {page for part in PARTS.values() for page in part}
    tops = {page for page in pages if "/" not in page or page.endswith("/index")}
    text = ""
    for caption, part in PARTS.items():
        rest = sorted(tops - named) if caption == _REST else []
        listed = [*(page for page in part if page in tops), *rest]
        text += _toctree(listed, caption)
    return text


def _toctree(pages: list[str], caption: str = "") -> str:
    if not pages:
        return ""
    options = [":hidden:", *([f":caption: {caption}"] if caption else [])]
    return "\n".join(["", "```{toctree}", *options, "", *pages, "```", ""])
