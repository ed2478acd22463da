"""Small maps: of the small model's network, and of rules of every kind."""

from __future__ import annotations

import builtins
from functools import cache

import pysb
from pysb import ANY

from ketamine_mtor import emit, sbgn
from ketamine_mtor.sbgn.content import Map
from tests import small_model

NAMING = sbgn.Naming(
    monomers={
        "Receptor": emit.About(sbo="SBO:0000252", name="receptor"),
        "Ketamine": emit.About(sbo="SBO:0000247", resources=(("is", "chebi:6121"),)),
        "Gene": emit.About(resources=(("encodes", "uniprot:P42345"),)),
        "Channel": emit.About(sbo="SBO:0000253"),
    },
    compartments={"membrane": emit.About(name='the "thin" membrane')},
)


def drawn(content: Map) -> str:
    return sbgn.to_sbgn(content, sbgn.arrange(content))


@cache
def small() -> str:
    """The map of the small model's network."""
    return drawn(sbgn.network_map(small_model.with_network(), NAMING, "small"))


def model_of(*monomers: pysb.Monomer) -> pysb.Model:
    """A model of these monomers, and a rate ``k``."""
    model = pysb.Model("drawn", _export=False)
    for each in (*monomers, pysb.Parameter("k", 1, _export=False)):
        model.add_component(each)
    return model


def rule_of(model: pysb.Model, name: str, expression, *rates: pysb.Parameter) -> pysb.Rule:
    rule = pysb.Rule(name, expression, *(rates or [model.parameters["k"]]), _export=False)
    model.add_component(rule)
    return rule


@cache
def patterns() -> pysb.Model:
    """Rules of every kind: enzymes, genes, channels, binding, transport, turnover."""
    receptor = pysb.Monomer("Receptor", ["a", "b", "s"], {"s": ["u", "p"]}, _export=False)
    ketamine = pysb.Monomer("Ketamine", ["b", "s"], {"s": ["in", "out"]}, _export=False)
    gene, channel = (pysb.Monomer(name, _export=False) for name in ("Gene", "Channel"))
    model = model_of(receptor, ketamine, gene, channel)
    k = model.parameters["k"]
    free, held = receptor(a=None), receptor(a=1) % ketamine(b=1)
    rule_of(model, "binds", free + ketamine(b=None) >> held)
    rule_of(model, "leaves", held >> free + ketamine(b=None))
    rule_of(
        model, "pairs", receptor(b=None) + receptor(b=None) | receptor(b=1) % receptor(b=1), k, k
    )
    rule_of(model, "kinase", receptor(a=ANY) + receptor(s="u") >> receptor(a=ANY) + receptor(s="p"))
    rule_of(model, "made", gene() >> gene() + ketamine(b=None, s="in"))
    rule_of(model, "passes", channel() + ketamine(s="in") >> channel() + ketamine(s="out"))
    rule_of(model, "gone", ketamine(s="out") >> None)
    return model


RULES = ("binds", "leaves", "pairs", "kinase", "made", "passes", "gone")


@cache
def pattern_map() -> Map:
    return sbgn.rule_map(patterns(), NAMING, "rules", "rules of every kind", RULES)


def hide(monkeypatch, package: str) -> None:
    """Make a package look as if it were not installed."""
    there = builtins.__import__

    def importer(name, *rest, **more):
        if name.partition(".")[0] == package:
            raise ImportError(name)
        return there(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", importer)


def overlapping(boxes) -> int:
    """How many pairs of boxes share a pixel."""
    return sum(
        a.x < b.x + b.w and b.x < a.x + a.w and a.y < b.y + b.h and b.y < a.y + a.h
        for place, a in enumerate(boxes)
        for b in boxes[:place]
    )
