"""The caption's text: its sentences, where a quote lies in it, and what no quote covers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

MOST_WORDS = 25
_SENTENCE_END = re.compile(r"(?<=\.)\s+")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9+/'-]*")

#: Words that state nothing by themselves.
CONNECTIVES = frozenset(
    [
        *("a", "also", "an", "and", "as", "by", "can", "in", "is", "it", "of", "on", "or"),
        *("that", "the", "this", "these", "to", "via", "well", "which", "with"),
    ]
)


@dataclass(frozen=True)
class Span:
    """Characters `start` to `end` (exclusive) of the caption."""

    start: int
    end: int


def find(quote: str, caption: str) -> Span:
    """Where the quote stands; ``ValueError`` unless it is there verbatim, exactly once."""
    count = caption.count(quote)
    if count != 1:
        raise ValueError("is not in caption.txt, verbatim" if not count else "is there twice")
    start = caption.index(quote)
    return Span(start, start + len(quote))


def sentences(caption: str) -> list[Span]:
    """The caption's sentences, each with its full stop, in order."""
    spans, start = [], 0
    text = caption.rstrip()
    for gap in _SENTENCE_END.finditer(text):
        spans.append(Span(start, gap.start()))
        start = gap.end()
    return [*spans, Span(start, len(text))]


def sentence_of(span: Span, caption: str) -> Span:
    """The sentence in which a span starts."""
    return next(s for s in sentences(caption) if s.start <= span.start < s.end)


def words(text: str) -> int:
    """Number of words, as split at white space."""
    return len(text.split())


def uncovered(caption: str, quotes: Iterable[str]) -> list[str]:
    """Words of the caption, in order, that lie in no quote; connectives are left out."""
    covered: set[int] = set()
    for quote in quotes:
        span = find(quote, caption)
        covered.update(range(span.start, span.end))
    return [
        word[0]
        for word in _WORD.finditer(caption)
        if word[0].lower() not in CONNECTIVES
        and not covered.issuperset(range(word.start(), word.end()))
    ]
