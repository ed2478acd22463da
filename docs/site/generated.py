"""Pages that are made when the site is built: of claims, tables and code; the model by its own."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

import ketamine_mtor as km
from docs.site import model
from ketamine_mtor import cli, knowledge
from ketamine_mtor.claims import Result, load_claims
from ketamine_mtor.claims.judge import Verdict
from ketamine_mtor.claims.model import Claim
from ketamine_mtor.cli import info
from ketamine_mtor.fair.source import RESOLVER
from ketamine_mtor.pages import cited, markdown
from ketamine_mtor.report import KINDS, origins, write
from ketamine_mtor.report.words import measured, threshold
from ketamine_mtor.sbgn.publish import stretches
from ketamine_mtor.studies import rivals

EXECUTABLE = (
    '<a href="caption.html">The executable caption</a> has the plots, the lit map, and what is'
    " behind each claim."
)
#: A link out of the executable caption, which is no page of Sphinx's and has none of its own.
_BACK = '<p class="small"><a href="index.html">The documentation of ketamine_mtor</a></p>'
_VERBATIM = "```{{code-block}} text\n{}\n```"


def pages(judged: Path | None = None) -> Mapping[str, str]:
    """Each page by its path in the site.

    Parameters
    ----------
    judged
        Where to write the executable caption, for which all claims are judged; None: the claims
        have the statuses of the committed table.
    """
    result = None
    if judged is not None:
        result = km.validate()
        write(result, judged)
        report = judged.read_text(encoding="utf-8")
        judged.write_text(with_way_back(report), encoding="utf-8")
    listed = stretches()
    return {
        "model/index.md": model.overview(listed),
        **{f"model/{each.module}.md": model.page(each) for each in listed},
        "claims.md": _claims(result),
        "identifiers.md": _identifiers(),
        "references.md": _references(),
        "names.md": _names(),
        "api.md": _api(),
        "cli.md": _cli(cli.main),
    }


def with_way_back(report: str) -> str:
    """The report with a link to the site's first page at its head.

    Raises
    ------
    ValueError
        Where it has no header.
    """
    before, header, after = report.partition("<header>\n")
    if not header:
        raise ValueError("the report has no header, in which a link to the site may stand")
    return f"{before}{header}{_BACK}\n{after}"


def stands_for(page: str) -> Iterable[str]:
    """The files of the repository of which a page shows the content."""
    folder, _, name = page.removesuffix(".md").partition("/")
    where = {"model": f"ketamine_mtor/rules/{name}.py", "gallery": f"docs/gallery/{name}.py"}
    return [where[folder]] if folder in where and name != "index" else []


def landing_table() -> str:
    """The caption's claims with their committed statuses, in short."""
    status = _committed()
    rows = [
        (f"[{each.number}](claims.md#{each.number.lower()})", _quoted(each), status[each.id])
        for each in load_claims()
        if each.kind == "caption"
    ]
    return markdown(("claim", "what the caption says", "status"), rows)


# The claims


def _committed() -> Mapping[str, str]:
    """Each claim to its status in the committed table, which may be of before a claim."""
    frame = rivals.STUDY.frame()
    found = dict(zip(frame["claim"], frame[knowledge.DEFAULT_VARIANT], strict=True))
    return {claim.id: found.get(claim.id, "not judged yet") for claim in load_claims()}


def _quoted(claim: Claim) -> str:
    return " ... ".join(claim.quote)


def _claims(result: Result | None) -> str:
    verdicts = {} if result is None else {each.claim.id: each for each in result.verdicts}
    status = _committed() | {name: each.status for name, each in verdicts.items()}
    text = [
        "# Claims",
        "A claim is one statement with experiments that would show it wrong. *Measured* is the"
        " number that decides: the first that failed, or the one closest to its threshold. Claims"
        " of the role calibration helped to set a number; held-out ones were only checked.",
    ]
    if result is not None:
        text.append(EXECUTABLE)
    claims = load_claims()
    for kind, (heading, about) in KINDS.items():
        members = [each for each in claims if each.kind == kind]
        rows = [_row(each, status[each.id], verdicts.get(each.id)) for each in members]
        columns = ("claim", "what it says", "measured", "threshold", "status", "role")
        text += [f"## {heading}", f"{about.capitalize()}.", markdown(columns, rows)]
    text.append("## Behind each claim")
    for each in claims:
        text += [f"### {each.number}", *_behind(each)]
    return "\n\n".join(text) + "\n"


def _row(claim: Claim, status: str, verdict: Verdict | None) -> tuple[str, ...]:
    decisive = None if verdict is None else verdict.decisive
    name = f"[{claim.number}](#{claim.number.lower()})"
    numbers = (measured(decisive), threshold(decisive))
    return (name, claim.statement, *numbers, status, claim.role)


def _behind(claim: Claim) -> Iterable[str]:
    yield claim.statement
    if claim.quote:
        yield f"> {_quoted(claim)}"
    if claim.note:
        yield claim.note
    yield "\n".join(f"- {each.say()}" for each in claim.conditions)
    yield claim.biology.strip()
    experiments = "; ".join(f"`{each.name}`: {each.what}" for each in claim.experiments.values())
    papers = "; ".join(model.cited(paper) for paper in origins.papers(claim.source))
    yield f"Experiments: {experiments}." + (f" Sources: {papers}." if papers else "")


# The tables


def _identifiers() -> str:
    tables = knowledge.load()
    label = {row.identifier: row.label for row in tables.identifiers.values()}

    def resource(name: str) -> tuple[str, str]:
        return (f"[{name}]({RESOLVER}{name})" if name else "", label.get(name, ""))

    monomers = [
        (f"`{row.monomer}`", row.qualifier, *resource(row.resource), row.note)
        for row in tables.monomers.values()
    ]
    places = [
        (f"`{row.id}`", "isVersionOf", *resource(row.resource), row.note)
        for row in tables.compartments.values()
    ]
    processes = [
        (f"`{row.rule}`", f"[{row.sbo}]({RESOLVER}{row.sbo})", *resource(row.resource), row.note)
        for row in tables.rules.values()
    ]
    columns = ("qualifier", "identifier", "what it is called there", "note")
    return (
        "\n\n".join(
            (
                "# Identifiers",
                "What the model's things are in public databases, as the SBML says it:"
                " `monomers.tsv`, `compartments.tsv` and `rules.tsv`, with the labels of"
                " `identifiers.tsv`.",
                "## Molecules and cell states",
                markdown(("monomer", *columns), monomers),
                "## Compartments",
                markdown(("compartment", *columns), places),
                "## Rules",
                markdown(("rule", "kind of process", *columns[1:]), processes),
            )
        )
        + "\n"
    )


def _references() -> str:
    rows = [(row.status, cited(row), row.note) for row in knowledge.load().references.values()]
    return (
        "# References\n\nEvery paper and data set of the tables. READ: read, as the note says how"
        " far; REPO: read in a repository of models; MEM: not checked, never a source.\n\n"
        + markdown(("status", "reference", "note"), rows)
        + "\n"
    )


def _names() -> str:
    text = [
        "# Names",
        "What can be read, given, taken away and chosen: what `ketamine-mtor info` lists. The unit"
        " 1 is a fraction or a relative value; nM are of the compartment in which a molecule lives."
        " The numbers are in [parameters](parameters.md), the claims in [claims](claims.md).",
    ]
    for what in ("observables", "drugs", "genes", "variants"):
        rows = [[_cell(key, row[key]) for key in info.columns(what)] for row in info.listed(what)]
        rows = [(f"`{first}`", *others) for first, *others in rows]
        text += [f"## {what.capitalize()}", markdown(info.columns(what), rows)]
    return "\n\n".join(text) + "\n"


def _cell(column: str, value: object) -> str:
    if column == "source":
        return model.linked(origins.papers(value))
    if isinstance(value, Mapping):
        return "; ".join(f"{name} {each['value']:g} {each['unit']}" for name, each in value.items())
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


# The code


def _api() -> str:
    text = [
        "# Python",
        "What `import ketamine_mtor as km` gives; nothing else is promised to stay."
        " Units: times in hours where a name does not say otherwise, `every` in seconds, ketamine"
        " in mg/kg, drugs in nM; a parameter has the unit of its table. Each variable of a run"
        ' has its unit in `attrs["units"]`: [names](names.md).',
    ]
    for name in km.__all__:
        if name == "__version__":
            continue
        kind = "class" if inspect.isclass(getattr(km, name)) else "function"
        members = "\n   :members:" if kind == "class" and name in ("Bath", "Experiment") else ""
        text += [
            f"## {name}",
            f"```{{eval-rst}}\n.. auto{kind}:: ketamine_mtor.{name}{members}\n```",
        ]
    return "\n\n".join(text) + "\n"


def _cli(group: click.Group) -> str:
    settings = group.context_settings | {"terminal_width": 90}
    text = ["# Command line", _help(group, "ketamine-mtor", settings)]
    for name, command in group.commands.items():
        text += [f"## {name}", _help(command, f"ketamine-mtor {name}", settings)]
    return "\n\n".join(text) + "\n"


def _help(command: click.Command, name: str, settings: Mapping[str, Any]) -> str:
    context = click.Context(command, info_name=name, **settings)
    return _VERBATIM.format(command.get_help(context))
