"""The pages of the model: one for each module of rules, from its code, tables and picture."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pathlib import Path

from ketamine_mtor import knowledge, paths, rules
from ketamine_mtor.claims.loader import read_caption
from ketamine_mtor.pages import markdown, title
from ketamine_mtor.report import origins
from ketamine_mtor.sbgn.publish import Stretch, stretches

#: The function of a module of rules that adds all of them.
_WRITES = "write"
_DECISIONS = Path(__file__).parents[1] / "decisions"


def overview(listed: Iterable[Stretch]) -> str:
    """The page that lists the modules, those of variants alone apart."""
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


def page(each: Stretch) -> str:
    """A module's page: what it says, its picture, rules, numbers and papers."""
    steps = origins.steps(each.rules)
    numbers = {value.id: (value, papers) for step in steps for value, papers in step.numbers}
    papers = {paper.name: paper for step in steps for paper in step.papers}
    for _, found in numbers.values():
        papers |= {paper.name: paper for paper in found}
    rows = [(f"`{s.rule}`", f"`{s.pattern}`", linked(s.papers)) for s in steps]
    amounts = [
        (f"`{v.id}`", f"{v.value:.4g}", v.unit, v.kind, linked(of), _prose(v.note))
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
        *(f"- {cited(p)}" for p in sorted(papers.values(), key=lambda p: p.name)),
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

    def link(found: re.Match[str]) -> str:
        module, decision, word = found.groups()
        if module:
            return f"[{title(module)}]({module}.md)" if module in modules else found[0]
        if decision:
            (page,) = _DECISIONS.glob(f"{decision}-*.md")
            return f"[decision {decision}](../decisions/{page.name})"
        return linked(origins.papers([word])) if word in references else word

    return re.sub(r"`(\w+)`|docs/decisions/(\d{4})|(\w+)", link, said.replace("``", "`"))


def _gives(function: ast.FunctionDef) -> bool:
    returns = (node for node in ast.walk(function) if isinstance(node, ast.Return))
    return any(node.value is not None for node in returns)


def linked(papers: Iterable[origins.Paper]) -> str:
    """The names of papers, each a link where it has an address."""
    return ", ".join(f"[{p.name}]({p.address})" if p.address else p.name for p in papers)


def cited(paper: origins.Paper) -> str:
    """A paper with its citation."""
    return f"{linked([paper])}: {paper.citation}" if paper.citation else f"{paper.name}: no paper"
