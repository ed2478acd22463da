"""What machines read of the project, of one source, and the FAIR-CA sheet: ``docs/fair.md``."""

from __future__ import annotations

import json
from pathlib import Path

from ketamine_mtor import paths
from ketamine_mtor.fair import crate, descriptions, sheet, source
from ketamine_mtor.files import renewed

PAGE = "docs/fair.md"


def made(folder: Path | None = None) -> dict[str, bytes]:
    """Each file that is made, by its path in the checkout ``folder``, to its bytes.

    Raises
    ------
    InputError
        Where CITATION.cff, pyproject.toml, the sheet or a file that is named is wrong or not there.
    """
    folder = paths.root() if folder is None else folder
    said = source.read(folder)
    documents = {
        "codemeta.json": descriptions.codemeta(said),
        ".zenodo.json": descriptions.zenodo(said),
        crate.NAME: crate.render(said, folder),
    }
    files = {name: _text(document) for name, document in documents.items()}
    page = renewed(paths.read(folder / PAGE), sheet.render(folder), PAGE)
    return files | {PAGE: page.encode()}


def _text(document: object) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()
