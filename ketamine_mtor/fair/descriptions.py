"""The description in the forms of CodeMeta and of Zenodo."""

from __future__ import annotations

import re

from ketamine_mtor.fair.source import DOI, SPDX, Source


def codemeta(source: Source) -> dict[str, object]:
    """``codemeta.json``: CodeMeta 3.0, which search engines and Software Heritage read."""
    return {
        "@context": "https://w3id.org/codemeta/3.0",
        "type": "SoftwareSourceCode",
        "identifier": source.urn,
        "name": source.title,
        "description": source.abstract,
        "author": [{"type": "Organization", "name": name} for name in source.authors],
        "version": source.version,
        "datePublished": source.released,
        "license": [f"{SPDX}{licence}" for licence in source.licences],
        "keywords": list(source.keywords),
        "programmingLanguage": "Python",
        "runtimePlatform": f"Python {source.python}",
        "softwareRequirements": [
            {"type": "SoftwareApplication", "name": name, "version": versions}
            for name, versions in (re.split("(?=[<>=])", need, maxsplit=1) for need in source.needs)
        ],
        "readme": "README.md",
        "releaseNotes": "CHANGELOG.md",
        "isAccessibleForFree": True,
        "referencePublication": {
            "id": f"{DOI}{source.review_doi}",
            "type": "ScholarlyArticle",
            "name": source.review,
        },
    }


def zenodo(source: Source) -> dict[str, object]:
    """``.zenodo.json``: what Zenodo is told where a release is deposited there."""
    code, model = source.licences
    return {
        "upload_type": "software",
        "title": source.title,
        "description": source.abstract,
        "creators": [{"name": name} for name in source.authors],
        "version": source.version,
        "publication_date": source.released,
        "access_right": "open",
        "license": {"id": code},
        "notes": f"The code is under {code}, the model files are under {model}.",
        "keywords": list(source.keywords),
        "related_identifiers": [
            {
                "identifier": source.review_doi,
                "scheme": "doi",
                "relation": "isDerivedFrom",
                "resource_type": "publication-article",
            },
            {"identifier": source.urn, "scheme": "urn", "relation": "isVersionOf"},
        ],
    }
