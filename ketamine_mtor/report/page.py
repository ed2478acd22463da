"""The page: the caption as it was judged, its map, and all that is behind each claim."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ketamine_mtor import files, paths
from ketamine_mtor._version import __version__
from ketamine_mtor.claims import caption as text
from ketamine_mtor.claims.judge import FAIL, NOT_RUN, PASS, Verdict
from ketamine_mtor.claims.loader import load_claims, read_caption
from ketamine_mtor.progress import tracked
from ketamine_mtor.report import activities, origins
from ketamine_mtor.report.findings import Findings
from ketamine_mtor.report.words import by_condition, by_kind, measured, threshold
from ketamine_mtor.studies.picture import heat_map
from ketamine_mtor.studies.robustness import bounds

if TYPE_CHECKING:
    from ketamine_mtor.claims import Result

TITLE = "The caption, judged: how ketamine acts on mTOR"
_ORDER = {PASS: 0, NOT_RUN: 1, FAIL: 2}
#: The parts of the page, beside this module.
_PAGE, _STYLE, _SCRIPT = "page.html", "page.css", "page.js"


class Piece(NamedTuple):
    """A stretch of the caption: the ids of the claims that quote it and their worst status."""

    text: str
    claims: tuple[str, ...]
    status: str


def write(result: Result, path: Path) -> None:
    """Write the page: one HTML file that needs nothing else, put in place at once.

    Parameters
    ----------
    result
        What `validate` gave.
    path
        The file; its folder is made where it is missing.

    Raises
    ------
    InputError
        When the folder cannot be written.
    """
    files.write(path, render(result).encode())


def render(result: Result) -> str:
    """The page's text."""
    import jinja2

    from ketamine_mtor.report.plots import draw

    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    environment.filters.update(
        measured=measured,
        threshold=threshold,
        by_kind=by_kind,
        by_condition=by_condition,
        groupby_stretch=_by_stretch,
    )
    verdicts = result.verdicts
    claims = [verdict.claim for verdict in verdicts]
    vehicles = cache(result.runs.simulate)
    with tracked("plots", claims) as listed:
        plots = {
            claim.id: _embedded(draw(claim, result.runs, result.variant, vehicles))
            for claim in listed
        }
    findings = Findings()
    svg = activities.drawing()
    lights = activities.lights(result, activities.shown(svg))
    script = _part(_SCRIPT)
    return environment.from_string(_part(_PAGE)).render(
        title=TITLE,
        result=dict(result),
        verdicts=verdicts,
        necessity=result.necessity,
        surprises=result.surprises,
        variant=result.variant,
        version=__version__,
        caption=pieces(read_caption(paths.validation()), verdicts),
        plots=plots,
        links={claim.id: origins.steps(origins.own_rules().get(claim.id, ())) for claim in claims},
        papers={claim.id: origins.papers(claim.source) for claim in claims},
        found={claim.id: findings.of(claim) for claim in claims},
        findings=findings,
        heat_map=_embedded(heat_map(findings.matrix, load_claims())) if findings.matrix else "",
        map=svg,
        lights=to_json(lights),
        lit=lights["runs"],
        last_time=len(lights["minutes"]) - 1,
        bounds=bounds,
        looked_at=to_json(activities.looked_at(result)),
        style=_part(_STYLE),
        script=script,
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )


def _part(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _embedded(svg: str) -> str:
    return base64.b64encode(svg.encode()).decode()


def to_json(document: Any) -> str:
    """JSON that cannot end the element that it stands in."""
    return json.dumps(document, separators=(",", ":")).replace("<", "\\u003c")


def pieces(caption: str, verdicts: Sequence[Verdict]) -> list[Piece]:
    """The caption cut where a quote starts or ends."""
    spans = [
        (text.find(quote, caption), verdict)
        for verdict in verdicts
        for quote in verdict.claim.quote
    ]
    cuts = sorted({0, len(caption), *(cut for span, _ in spans for cut in (span.start, span.end))})
    found = []
    for start, end in itertools.pairwise(cuts):
        speakers = [v for span, v in spans if span.start <= start and end <= span.end]
        status = max((v.status for v in speakers), key=_ORDER.__getitem__, default="")
        found.append(Piece(caption[start:end], tuple(v.claim.id for v in speakers), status))
    return found


def _by_stretch(verdicts: Iterable[Verdict]) -> list[tuple[str, list[Verdict]]]:
    grouped: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        grouped.setdefault(verdict.claim.stretch, []).append(verdict)
    return list(grouped.items())
