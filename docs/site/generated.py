"""Pages that are made from the tables, rules, claims and code when the site is built."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import click

import ketamine_mtor as km
from ketamine_mtor import cli, knowledge, paths, rules
from ketamine_mtor.claims import Result, load_claims
from ketamine_mtor.claims.judge import Verdict
from ketamine_mtor.claims.loader import read_caption
from ketamine_mtor.claims.model import Claim
from ketamine_mtor.cli import info
from ketamine_mtor.pages import cited, markdown, title
from ketamine_mtor.report import KINDS, origins, write
from ketamine_mtor.report.words import measured, threshold
from ketamine_mtor.sbgn.publish import Stretch, stretches
from ketamine_mtor.studies import rivals

#: Resolves every compact identifier of the tables.
_RESOLVER = "https://identifiers.org/"
EXECUTABLE = (
    '<a href="caption.html">The executable caption</a> has the plots, the lit map, and what is'
    " behind each claim."
)
#: The function of a module of rules that adds all of them.
_WRITES = "write"
_DECISIONS = Path(__file__).parents[1] / "decisions"
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
    listed = stretches()
    return {
        "model/index.md": _model(listed),
        **{f"model/{each.module}.md": _stretch(each) for each in listed},
        "claims.md": _claims(result),
        "identifiers.md": _identifiers(),
        "references.md": _references(),
        "names.md": _names(),
        "api.md": _api(),
        "cli.md": _cli(cli.main),
    }


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


# The model


def _model(listed: Iterable[Stretch]) -> str:
    own, others = [], []
    for each in listed:
        link = f"[{title(each.module)}]({each.module}.md)"
        row = (link, _about(each.module), str(len(each.rules)))
        (own if each.variant == knowledge.DEFAULT_VARIANT else others).append(row)
    columns = ("module", "what it says", "rules")
    return (
        "\n\n".join(
            (
                "# The model, module by module",
                "> " + read_caption(paths.validation()).strip(),
                "The caption is written as rules in one module per stretch of it, in its order."
                " Each page has the module's picture, its rules with their papers, and its numbers"
                " with their units.",
                *_paragraphs("anatomy"),
                "![The caption as a map](../maps/activity_flow.svg)",
                markdown(columns, own),
                "## In variants only",
                markdown(columns, others),
            )
        )
        + "\n"
    )


def _stretch(each: Stretch) -> str:
    steps = origins.steps(each.rules)
    numbers = {value.id: (value, papers) for step in steps for value, papers in step.numbers}
    papers = {paper.name: paper for step in steps for paper in step.papers}
    for _, found in numbers.values():
        papers |= {paper.name: paper for paper in found}
    rows = [(f"`{s.rule}`", f"`{s.pattern}`", _linked(s.papers)) for s in steps]
    amounts = [
        (f"`{v.id}`", f"{v.value:.4g}", v.unit, v.kind, _linked(of), _prose(v.note))
        for v, of in numbers.values()
    ]
    picture = f"../maps/{each.module}.svg"
    notes = [f"- {note}" for note in _notes(each.module)]
    text = [
        f"# {title(each.module)}",
        _about(each.module),
        *_paragraphs(each.module),
        f"[![Map: {title(each.module)}]({picture})]({picture})",
        f"[How to read the map](../sbgn.md); a click opens it. Source:"
        f" `ketamine_mtor/rules/{each.module}.py`.",
        *([] if each.variant == knowledge.DEFAULT_VARIANT else [_only_in(each.module)]),
        *(["## Mechanism", "\n".join(notes)] if notes else []),
        "## Rules",
        markdown(("rule", "pattern", "papers"), rows),
    ]
    if amounts:
        text += [
            "## Parameters",
            markdown(("number", "value", "unit", "kind", "source", "note"), amounts),
        ]
    text += [
        "## Papers",
        *(f"- {_cited(p)}" for p in sorted(papers.values(), key=lambda p: p.name)),
    ]
    return "\n\n".join(text) + "\n"


def _only_in(module: str) -> str:
    having = [row.variant for row in knowledge.load().variants.values() if module in row.modules]
    return (
        f"Only in the [variants](../names.md#variants) {', '.join(f'`{name}`' for name in having)}."
    )


def _about(module: str) -> str:
    """The sentence below a module's title."""
    said = rules.title(module).partition(": ")[2]
    first = said.partition(" ")[0]
    # Names such as mTORC1 and eIF4F stay as they are.
    return f"{said[0].upper() if first.islower() else said[0]}{said[1:]}."


def _paragraphs(module: str) -> list[str]:
    """What a module's docstring says after its title, and that of ``write`` after what it adds."""
    tree = _tree(module)
    (adds,) = (each for each in _functions(tree) if each.name == _WRITES)
    docstrings = [ast.get_docstring(each) or "" for each in (tree, adds)]
    return [_prose(each) for said in docstrings for each in said.split("\n\n")[1:]]


def _notes(module: str) -> list[str]:
    """What the other functions say of the biology: not what they give to other code."""
    found = []
    for function in _functions(_tree(module)):
        said = (ast.get_docstring(function) or "").split("\n\n")
        if function.name != _WRITES:
            found.append(_prose(" ".join(said[1:] if _gives(function) else said)))
    return [" ".join(each.split()) for each in found if each]


def _tree(module: str) -> ast.Module:
    return ast.parse(inspect.getsource(import_module(f"ketamine_mtor.rules.{module}")))


def _functions(tree: ast.Module) -> list[ast.FunctionDef]:
    return [node for node in tree.body if isinstance(node, ast.FunctionDef)]


@cache
def _modules() -> frozenset[str]:
    return frozenset(each.module for each in stretches())


def _prose(said: str) -> str:
    """A docstring or a note in Markdown: papers, modules of rules and decisions are links."""
    references, modules = knowledge.load().references, _modules()

    def linked(found: re.Match[str]) -> str:
        module, decision, word = found.groups()
        if module:
            return f"[{title(module)}]({module}.md)" if module in modules else found[0]
        if decision:
            (page,) = _DECISIONS.glob(f"{decision}-*.md")
            return f"[decision {decision}](../decisions/{page.name})"
        return _linked(origins.papers([word])) if word in references else word

    return re.sub(r"`(\w+)`|docs/decisions/(\d{4})|(\w+)", linked, said.replace("``", "`"))


def _gives(function: ast.FunctionDef) -> bool:
    returns = (node for node in ast.walk(function) if isinstance(node, ast.Return))
    return any(node.value is not None for node in returns)


def _linked(papers: Iterable[origins.Paper]) -> str:
    return ", ".join(f"[{p.name}]({p.address})" if p.address else p.name for p in papers)


def _cited(paper: origins.Paper) -> str:
    return f"{_linked([paper])}: {paper.citation}" if paper.citation else f"{paper.name}: no paper"


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
    papers = "; ".join(_cited(paper) for paper in origins.papers(claim.source))
    yield f"Experiments: {experiments}." + (f" Sources: {papers}." if papers else "")


# The tables


def _identifiers() -> str:
    tables = knowledge.load()
    label = {row.identifier: row.label for row in tables.identifiers.values()}

    def resource(name: str) -> tuple[str, str]:
        return (f"[{name}]({_RESOLVER}{name})" if name else "", label.get(name, ""))

    monomers = [
        (f"`{row.monomer}`", row.qualifier, *resource(row.resource), row.note)
        for row in tables.monomers.values()
    ]
    places = [
        (f"`{row.id}`", "isVersionOf", *resource(row.resource), row.note)
        for row in tables.compartments.values()
    ]
    processes = [
        (f"`{row.rule}`", f"[{row.sbo}]({_RESOLVER}{row.sbo})", *resource(row.resource), row.note)
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
        return _linked(origins.papers(value))
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
