"""A COMBINE archive: a zip with a manifest that says what each file is; always the same bytes."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Mapping

MANIFEST = "manifest.xml"

_COMBINE = "http://identifiers.org/combine.specifications/"
_MEDIA = "http://purl.org/NET/mediatypes/"
#: By suffix, what a file is. Formats of COMBINE without their version: COPASI knows only these.
_FORMATS = {
    ".xml": f"{_COMBINE}sbml",
    ".sedml": f"{_COMBINE}sed-ml",
    ".sbgn": f"{_COMBINE}sbgn",
    ".rdf": f"{_COMBINE}omex-metadata",
    ".cps": f"{_MEDIA}application/x-copasi",
    ".png": f"{_MEDIA}image/png",
    ".svg": f"{_MEDIA}image/svg+xml",
    ".csv": f"{_MEDIA}text/csv",
    ".md": f"{_MEDIA}text/markdown",
    ".txt": f"{_MEDIA}text/plain",
    ".cff": f"{_MEDIA}text/yaml",
}
#: The earliest a zip knows.
_DATE = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o644


def pack(files: Mapping[str, bytes]) -> bytes:
    """The archive of ``files``, each by its path in it, in their order.

    No file is the master: tools then offer, or run, all of its SED-ML.
    """
    manifest = _manifest(files)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in {MANIFEST: manifest, **files}.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = _READABLE << 16
            archive.writestr(entry, content)
    return held.getvalue()


def _manifest(files: Mapping[str, bytes]) -> bytes:
    namespace = f"{_COMBINE}omex-manifest"
    root = ET.Element("omexManifest", {"xmlns": namespace})
    contents = {".": f"{_COMBINE}omex", f"./{MANIFEST}": namespace}
    contents |= {f"./{name}": _FORMATS[f".{name.rpartition('.')[2]}"] for name in files}
    for location, kind in contents.items():
        ET.SubElement(root, "content", {"location": location, "format": kind})
    ET.indent(root)
    return ET.tostring(root, encoding="UTF-8", xml_declaration=True) + b"\n"
