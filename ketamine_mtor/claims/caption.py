"""The caption's text: its sentences, and where a quote lies in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Words that a quote may have.
MOST_WORDS = 25
_SENTENCE_END = re.compile(r"(?<=\.)\s+")


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
