"""Reads and checks the claim files. A mistake gives one line: file, claim, field, what is allowed.

`validation/claims/*.yaml` hold the claims, one file per stretch of the figure in its order;
`validation/experiments.yaml` holds the experiments that they share.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from ketamine_mtor import paths
from ketamine_mtor.claims import caption as text
from ketamine_mtor.claims.conditions import ConditionReader
from ketamine_mtor.claims.model import Claim, Setup
from ketamine_mtor.claims.vocabulary import Vocabulary, check_source, model_vocabulary
from ketamine_mtor.claims.words import fault, known
from ketamine_mtor.errors import InputError, nearest
from ketamine_mtor.knowledge.rows import ASSUMED

_EVIDENCE = re.compile(r"\b[EPQ]\d{1,2}[a-d]?\b")
#: How deep lists may lie in each other, which crash the loader in C beyond some ten thousands ...
_DEEPEST = 50
#: ... and how often a file may repeat a part by name: repeated parts of repeated parts explode.
_MOST_ALIASES = 10


# The one in C, ten times as quick, where it was built.
class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc] # either
    """Refuses a key that is there twice, of which YAML would keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        found = super().construct_mapping(node, deep)
        if len(found) < len(node.value):
            raise yaml.constructor.ConstructorError(
                problem="a key is there twice", problem_mark=node.start_mark
            )
        return found


def _finite(loader: _Loader, node: yaml.ScalarNode) -> float:
    number = loader.construct_yaml_float(node)
    if not math.isfinite(number):
        raise yaml.constructor.ConstructorError(
            problem=f"{node.value} is no finite number", problem_mark=node.start_mark
        )
    return number


_Loader.add_constructor("tag:yaml.org,2002:float", _finite)


def read_yaml(path: Path) -> Any:
    """What a YAML file holds; an InputError of one line where it cannot be read."""
    text = paths.read(path)
    depth = aliases = 0
    try:
        for event in yaml.parse(text, Loader=_Loader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            aliases += isinstance(event, yaml.AliasEvent)
            if depth > _DEEPEST or aliases > _MOST_ALIASES:
                raise fault(
                    path.name, f"allowed: lists {_DEEPEST} deep, and {_MOST_ALIASES} aliases"
                )
        return yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as problem:
        raise fault(path.name, f"is no YAML: {problem}") from None


@cache
def _validator(name: str) -> Any:
    import jsonschema

    source = resources.files("ketamine_mtor.claims") / name
    return jsonschema.Draft202012Validator(json.loads(source.read_text(encoding="utf-8")))


def check_schema(document: Any, schema: str, path: Path) -> None:
    """`InputError` with claim, field and nearest match unless the document fits the schema."""
    from jsonschema.exceptions import best_match

    error = best_match(_validator(schema).iter_errors(document))
    if error is None:
        return
    steps = list(error.absolute_path)
    where = path.name
    if steps[:1] == ["claims"] and len(steps) > 1:
        claim = document["claims"][steps[1]]
        where += f", claim {claim.get('id', steps[1]) if isinstance(claim, dict) else steps[1]}"
        steps = steps[2:]
    where += f", field {'.'.join(map(str, steps)) or 'top level'}"
    if error.validator == "additionalProperties":
        allowed = error.schema.get("properties", {})
        for word in sorted(set(error.instance) - set(allowed)):
            known(word, allowed, where, "field")
    if error.validator == "enum":
        known(error.instance, error.validator_value, where, str(steps[-1]))
    raise fault(where, error.message)


def load_setups(path: Path, vocabulary: Vocabulary) -> dict[str, Setup]:
    """The named experiments of experiments.yaml, checked against the model's words."""
    document = read_yaml(path)
    check_schema(document, "experiments.schema.json", path)
    setups = {}
    for name, entry in document["experiments"].items():
        where = f"{path.name}, experiment {name}"
        options = {**document.get("defaults", {}), **entry}
        what = options.pop("what")
        for field, allowed in (
            ("drugs", vocabulary.drugs),
            ("knockouts", vocabulary.genes),
            ("parameters", vocabulary.parameters),
        ):
            for word in options.get(field) or ():
                known(word, allowed, f"{where}, field {field}", field.rstrip("s"))
        if "variant" in options:
            known(options["variant"], vocabulary.variants, f"{where}, field variant", "variant")
        setups[name] = Setup(name, what, options)
    return setups


def _sources(raw: Mapping[str, Any], vocabulary: Vocabulary, where: str) -> tuple[str, ...]:
    for word in raw["source"]:
        if word == ASSUMED:
            if raw["kind"] == "literature":
                raise fault(f"{where}, field source", "a literature claim needs a paper")
            continue
        check_source(word, vocabulary, f"{where}, field source", f", or {ASSUMED}")
    if raw["kind"] == "expectation" and list(raw["source"]) != [ASSUMED]:
        raise fault(f"{where}, field source", "an expectation's source is [assumed], no paper")
    for word in _EVIDENCE.findall(raw["biology"]):
        known(word, vocabulary.sources, f"{where}, field biology", "evidence id")
    return tuple(raw["source"])


def _quotes(raw: Mapping[str, Any], caption: str, where: str) -> tuple[str, ...]:
    quotes = [raw["quote"]] if isinstance(raw["quote"], str) else raw["quote"]
    field = f"{where}, field quote"
    if raw["kind"] != "caption":
        if quotes != [""]:
            raise fault(field, f'a claim of kind {raw["kind"]} quotes nothing: ""')
        return ()
    for quote in quotes:
        if not quote:
            raise fault(field, "a caption claim must quote the caption")
        try:
            text.find(quote, caption)
        except ValueError as problem:
            raise fault(field, f"'{quote}' {problem}") from None
        if text.words(quote) > text.MOST_WORDS:
            raise fault(
                field, f"{text.words(quote)} words (allowed: at most {text.MOST_WORDS}): '{quote}'"
            )
    return tuple(quotes)


def _check_together(claims: list[Claim], files: Mapping[str, str], caption: str) -> None:
    """What only shows when all claims are seen: repeated ids, shared phrases, upstream."""
    ids = {claim.id for claim in claims}
    phrases: Counter[str] = Counter()
    speakers: dict[text.Span, set[str]] = {}
    for claim in claims:
        for word in claim.upstream:
            known(word, ids, f"{files[claim.id]}, claim {claim.id}, field upstream", "claim")
        phrases.update({quote.strip(" .,").lower() for quote in claim.quote})
        for quote in claim.quote:
            sentence = text.sentence_of(text.find(quote, caption), caption)
            speakers.setdefault(sentence, set()).add(claim.id)
    for claim in claims:
        where = f"{files[claim.id]}, claim {claim.id}, field quote"
        for quote in claim.quote:
            if phrases[quote.strip(" .,").lower()] > 2:
                raise fault(where, f"more than two claims quote '{quote}'")
            span = text.find(quote, caption)
            sentence = text.sentence_of(span, caption)
            whole = len(quote.rstrip(".")) >= len(caption[sentence.start : sentence.end]) - 1
            if whole and len(speakers[sentence]) > 1:
                raise fault(where, "quotes a whole sentence that makes several statements")
    _check_upstream_ends(claims, files)


def _check_upstream_ends(claims: list[Claim], files: Mapping[str, str]) -> None:
    for claim in claims:
        if claim.id in upstream_of(claim.id, claims):
            raise fault(
                f"{files[claim.id]}, claim {claim.id}, field upstream", "a claim above itself"
            )


def upstream_of(claim_id: str, claims: Iterable[Claim]) -> list[str]:
    """Ids of all claims above a claim, direct and indirect, in the order of `claims`."""
    direct = {claim.id: claim.upstream for claim in claims}
    found: set[str] = set()
    waiting = list(direct[claim_id])
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting.extend(direct[current])
    return [name for name in direct if name in found]


def load_claims(
    folder: Path | None = None, vocabulary: Vocabulary | None = None
) -> tuple[Claim, ...]:
    """All claims in the order of the figure, checked.

    Parameters
    ----------
    folder
        Holds caption.txt, experiments.yaml and claims/*.yaml; the package's own by default.
    vocabulary
        Words that the claims may use; the model's own by default.

    Raises
    ------
    InputError
        One line that names file, claim, field, what is allowed and the nearest match.
    """
    if folder is None and vocabulary is None:
        return _packaged(paths.validation())
    return _read_claims(folder or paths.validation(), vocabulary or model_vocabulary())


@cache
def _packaged(folder: Path) -> tuple[Claim, ...]:
    return _read_claims(folder, model_vocabulary())


def _read_claims(folder: Path, vocabulary: Vocabulary) -> tuple[Claim, ...]:
    caption = read_caption(folder)
    setups = load_setups(folder / "experiments.yaml", vocabulary)
    claims: list[Claim] = []
    files: dict[str, str] = {}
    for path in sorted((folder / "claims").glob("*.yaml")):
        document = read_yaml(path)
        check_schema(document, "schema.json", path)
        for raw in document["claims"]:
            where = f"{path.name}, claim {raw['id']}"
            if raw["id"] in files:
                raise fault(f"{where}, field id", f"already used in {files[raw['id']]}")
            files[raw["id"]] = path.name
            claims.append(_claim(raw, document["stretch"], setups, vocabulary, caption, where))
    if not claims:
        raise fault(str(folder.name), "no claim files (claims/*.yaml) found")
    _check_together(claims, files, caption)
    return tuple(claims)


def read_caption(folder: Path) -> str:
    """The caption's text, without the line end that closes the file."""
    return paths.read(folder / "caption.txt").rstrip("\n")


def _claim(
    raw: Mapping[str, Any],
    stretch: str,
    setups: Mapping[str, Setup],
    vocabulary: Vocabulary,
    caption: str,
    where: str,
) -> Claim:
    known(raw["experiment"], setups, f"{where}, field experiment", "experiment")
    reader = ConditionReader(raw["experiment"], setups, vocabulary, where)
    conditions = tuple(
        condition for entry in raw["test"]["all"] for condition in reader.read(entry)
    )
    used = {name for condition in conditions for name in condition.setups()}
    return Claim(
        id=raw["id"],
        kind=raw["kind"],
        role=raw["role"],
        quote=_quotes(raw, caption, where),
        statement=" ".join(raw["statement"].split()),
        stretch=stretch,
        link=raw["link"],
        upstream=tuple(raw["upstream"]),
        experiment=raw["experiment"],
        conditions=conditions,
        biology=" ".join(raw["biology"].split()),
        source=_sources(raw, vocabulary, where),
        experiments={name: setups[name] for name in sorted({*used, raw["experiment"]})},
        note=" ".join(raw.get("note", "").split()),
    )


def choose(claims: Sequence[Claim], ids: Iterable[str] | None) -> list[Claim]:
    """Those of ``claims`` with these ids, whole or up to the first ``_``; all for None.

    Raises
    ------
    InputError
        For an id that none has.
    """
    if ids is None:
        return list(claims)
    if not isinstance(ids, Iterable):
        raise InputError(f"claims are {ids!r}; allowed: a list of ids, or None for all")
    wanted = [ids] if isinstance(ids, str) else list(ids)
    numbers = [claim.number for claim in claims]
    allowed = [*numbers, *(claim.id for claim in claims)]
    for name in wanted:
        if name not in allowed:
            close = nearest(name, allowed)
            raise InputError(
                f"unknown claim '{name}'"
                + (f"; nearest: '{close}'" if close else "")
                + "; allowed: an id of `ketamine-mtor info claims`, whole or up to its first '_'"
            )
    return [
        claim
        for claim, number in zip(claims, numbers, strict=True)
        if claim.id in wanted or number in wanted
    ]
