"""What the generated pages of ``docs/`` share: tables, references and titles in Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ketamine_mtor.knowledge.rows import Reference


def markdown(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown."""
    columns = list(columns)
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines
    )


def cited(row: Reference) -> str:
    """A reference in Markdown: its id, linked where there is a DOI or a PMID, and its citation."""
    name = f"[{row.id}]({row.address})" if row.address else row.id
    return f"{name}: {row.citation}"


def title(module: str) -> str:
    """What a module of ``rules/`` is about, as far as a colon."""
    from ketamine_mtor import rules

    return rules.title(module).partition(":")[0]
