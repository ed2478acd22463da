"""What tools of others say of the descriptions and the FAIR-CA sheet: exit 1 where they find fault.

Runs in an environment of its own (fair-constraints.txt), without this package and offline: the
JSON-LD contexts come out of the rocrate and somesy wheels, the FAIR-CA template and the published
assessments out of that of fair-ca-visualization. Each check first has to find fault with a file
that is broken on purpose. Writes the sheet in the template's form.
"""

import copy
import csv
import importlib.metadata
import json
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from pathlib import Path
from unittest.mock import patch

import openpyxl
import requests
from pyld import jsonld
from rocrate_validator import models, services
from rocrate_validator.utils.http import HttpRequester

CRATE, CODEMETA, ZENODO = "ro-crate-metadata.json", "codemeta.json", ".zenodo.json"
#: What RO-Crate recommends and is left out: nobody publishes it yet, the authors have no address,
#: those of the review no affiliation in CITATION.cff, and commands have no date, as files do not.
LEFT_OUT = {
    "ro-crate-1.1": ("22.3", "30.2", "30.3", "31.2"),
    "process-run-crate-0.5": ("3.2", "5.1", "8.4"),
}
VALUES = {"full": 1, "half": 0.5, "no": 0, "not applicable": "NA"}


def packaged(package: str, name: str) -> Path:
    """A file inside an installed package, which is not imported."""
    return Path(importlib.metadata.distribution(package).locate_file(name))


CONTEXTS = {
    "https://w3id.org/ro/crate/1.1/context": packaged("rocrate", "rocrate/data/ro-crate.jsonld"),
    "https://w3id.org/codemeta/3.0": packaged("somesy", "somesy/codemeta/schema-3.jsonld"),
}
TEMPLATE = packaged("fair-ca-visualization", "fairvis/data/FAIR_assessment_template.xlsx")


def offline(_: object, address: str, **__: object) -> requests.Response:
    """What the web would answer."""
    answer = requests.Response()
    answer.status_code = 200 if address in CONTEXTS else 404
    answer._content = CONTEXTS[address].read_bytes() if address in CONTEXTS else b""
    answer.headers["Content-Type"] = "application/ld+json"
    return answer


def by_roc_validator(root: Path, crate: dict | None = None) -> list[str]:
    """Faults of a checkout's crate, or of ``crate`` alone, in what its profiles ask for."""
    settings = services.ValidationSettings(
        rocrate_uri=str(root),
        profile_identifier="process-run-crate",
        requirement_severity=models.Severity.RECOMMENDED,
        offline=True,
    )
    with patch.object(HttpRequester, "get", offline, create=True):
        if crate is None:
            issues = services.validate(settings).get_issues()
        else:
            issues = services.validate_metadata_as_dict(crate, settings).get_issues()
    allowed = {f"{profile}_{check}" for profile, checks in LEFT_OUT.items() for check in checks}
    return sorted({str(each.message) for each in issues if each.check.identifier not in allowed})


def by_expansion(document: dict) -> list[str]:
    """Words of a JSON-LD document that its context does not know, so that no machine reads them."""
    dropped: list[str] = []

    def load(address: str, _: object) -> dict:
        context = json.loads(CONTEXTS[address].read_text(encoding="utf-8"))
        return {"contextUrl": None, "documentUrl": address, "document": context}

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # RO-Crate's own context says more than is read
        expanded = jsonld.expand(document, {"documentLoader": load}, dropped.append)
    return [f"'{word}' means nothing" for word in dropped] + ([] if expanded else ["nothing left"])


def by_cffconvert(citation: str) -> list[str]:
    """Faults of CITATION.cff."""
    done = cffconvert(citation, "--validate")
    return [] if done.returncode == 0 else [(done.stderr or done.stdout).strip().splitlines()[-1]]


def otherwise(ours: dict, citation: str, form: str) -> list[str]:
    """Fields that cffconvert makes of CITATION.cff for ``form`` and that are otherwise in ours."""
    theirs = json.loads(cffconvert(citation, "-f", form).stdout)
    faults = []
    for field in ("title", "name", "description", "version", "keywords", "creators", "license"):
        want, have = theirs.get(field), ours.get(field)
        if want is not None and have != want and not (isinstance(have, list) and want in have):
            faults.append(f"{field} is {have!r}, of CITATION.cff it is {want!r}")
    return faults


def cffconvert(citation: str, *options: str) -> subprocess.CompletedProcess[str]:
    """The program cffconvert on a text."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "CITATION.cff"
        path.write_text(citation, encoding="utf-8")
        command = [Path(sys.executable).with_name("cffconvert"), "-i", path, *options]
        return subprocess.run(command, capture_output=True, text=True, check=False)


def by_template(sheet: list[dict], published: list[dict]) -> list[str]:
    """Ids that the template has otherwise, and counts that the published sheets have otherwise."""
    ids = [row["ID"] for row in table(TEMPLATE)]
    faults = (
        [] if [row["id"] for row in sheet] == ids else ["the ids are not those of the template"]
    )
    for row in published:
        for name in row["sheets"].split():
            rows = table(TEMPLATE.parent / f"assessments/{name}.xlsx")
            often = Counter(each["Assessment"] for each in rows)
            counted = [often[1], often[0.5], often[0], often["NA"] + often[None]]
            if counted != [int(row[key]) for key in ("full", "half", "no", "not_applicable")]:
                faults.append(f"{name} has {counted}")
    return faults


def table(path: Path) -> list[dict]:
    """The rows of the first sheet of a workbook that have an id."""
    head, *rows = openpyxl.load_workbook(path, data_only=True).worksheets[0].values
    return [named for row in rows if (named := dict(zip(head, row, strict=True)))["ID"]]


def fill(sheet: list[dict], target: Path) -> None:
    """Write the sheet in the template's form, which fair-ca-visualization shows."""
    book = openpyxl.load_workbook(TEMPLATE)
    page = book.worksheets[0]
    place = {cell.value: cell.column for cell in page[1]}
    answers = {row["id"]: row for row in sheet}
    for line in range(2, page.max_row + 1):
        if row := answers.get(page.cell(line, place["ID"]).value):
            page.cell(line, place["Assessment"], VALUES[row["answer"]])
            page.cell(line, place["Comment"], row["reason"] or f"evidence: {row['evidence']}")
    target.parent.mkdir(exist_ok=True)
    book.save(target)


def misspelt(document: dict) -> dict:
    """A copy whose licence no machine finds."""
    copied = copy.deepcopy(document)
    for entity in copied.get("@graph", [copied]):
        if entity.get("@id", "./") == "./":
            entity["lisence"] = entity.pop("license")
    return copied


def main(root: Path) -> int:
    """Check the descriptions of a checkout; the exit status."""
    crate, codemeta, zenodo = (
        json.loads((root / name).read_text(encoding="utf-8")) for name in (CRATE, CODEMETA, ZENODO)
    )
    citation = (root / "CITATION.cff").read_text(encoding="utf-8")
    sheet, published = (
        list(csv.DictReader((root / name).open(encoding="utf-8"), delimiter="\t"))
        for name in ("validation/fair_ca.tsv", "validation/fair_ca_published.tsv")
    )
    worse = [row | {"full": "84"} for row in published]
    checks = {
        "CITATION.cff: cffconvert": (
            by_cffconvert(citation),
            by_cffconvert(citation.replace("authors:", "persons:")),
        ),
        f"{CODEMETA}: JSON-LD": (by_expansion(codemeta), by_expansion(misspelt(codemeta))),
        f"{CRATE}: JSON-LD": (by_expansion(crate), by_expansion(misspelt(crate))),
        f"{CODEMETA}: as cffconvert's": (
            otherwise(codemeta, citation, "codemeta"),
            otherwise(codemeta | {"version": "9"}, citation, "codemeta"),
        ),
        f"{ZENODO}: as cffconvert's": (
            otherwise(zenodo, citation, "zenodo"),
            otherwise(zenodo | {"license": {"id": "GPL-3.0"}}, citation, "zenodo"),
        ),
        f"{CRATE}: roc-validator": (
            by_roc_validator(root),
            by_roc_validator(root, misspelt(crate)),
        ),
        "FAIR-CA sheet: the template": (
            by_template(sheet, published),
            by_template(sheet[1:], published) and by_template(sheet, worse),
        ),
    }
    for name, (faults, of_broken) in checks.items():
        if not of_broken:
            print(f"{name} finds nothing in a broken file: the gate is open")
            return 1
        print(f"{name}: {len(faults)} faults", *faults, sep="\n  ")
    if any(faults for faults, _ in checks.values()):
        return 1
    fill(sheet, root / "dist/fair_ca.xlsx")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
