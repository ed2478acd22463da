"""The page ``docs/studies.md`` and its picture, from the committed tables."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from ketamine_mtor import paths
from ketamine_mtor.claims.judge import PASS
from ketamine_mtor.claims.loader import load_claims
from ketamine_mtor.claims.model import Claim, number
from ketamine_mtor.claims.mutants import load_spare
from ketamine_mtor.files import renewed
from ketamine_mtor.pages import markdown
from ketamine_mtor.script import Parser, command, renew_or_check
from ketamine_mtor.studies import necessity, rivals, robustness
from ketamine_mtor.studies.necessity import RULE, named, own
from ketamine_mtor.studies.picture import heat_map

#: What the page is made of.
STUDIES = (necessity.STUDY, rivals.STUDY, robustness.HOLDS, robustness.DECIDES)
PAGE, PICTURE = "docs/studies.md", "docs/necessity.svg"


def files() -> dict[str, bytes]:
    """Page and picture, by their paths from the root.

    Raises
    ------
    InputError
        Where a table or the page cannot be read, or the page lacks the marks of what is generated.
    """
    claims = load_claims()
    rows = necessity.from_frame(necessity.STUDY.frame())
    page = paths.root() / PAGE
    parts = [
        *_necessity(rows, claims),
        *_rivals(rivals.from_frame(rivals.STUDY.frame()), claims),
        *_robustness(),
    ]
    text = renewed(paths.read(page), "\n\n".join(parts), PAGE)
    return {PAGE: text.encode(), PICTURE: heat_map(rows, claims).encode()}


def _necessity(rows: Sequence[necessity.Without], claims: Sequence[Claim]) -> Iterable[str]:
    yield "### Necessity\n\n![claims by rules](necessity.svg)"
    yield "What each claim fails without, while every claim upstream of it passes:"
    yield markdown(
        ["claim", "fails alone without", "fails in all without"],
        (
            [
                claim.id.replace("_", " "),
                ", ".join(
                    f"`{name}`" if is_rule else f"*{name}*"
                    for name, is_rule in named(own(rows, claim.id, claims), claim.id)
                ),
                f"{sum(row.kind == RULE and claim.number in row.flips for row in rows)} rules",
            ]
            for claim in claims
        ),
    )
    resting = [row for row in rows if row.kind == RULE and row.not_run and not row.flips]
    yield (
        "Without one of these animals find no drug-free steady state, so that claims are not run:"
        f" {', '.join(f'`{row.name}`' for row in resting)}."
    )
    yield "Rules without which, one at a time, every claim passes, and why they are there:"
    reasons: dict[str, list[str]] = {}
    for rule, why in load_spare().items():
        reasons.setdefault(why, []).append(f"`{rule}`")
    yield markdown(["rules", "why"], ([", ".join(names), why] for why, names in reasons.items()))


def _rivals(rows: Sequence[rivals.Stand], claims: Sequence[Claim]) -> Iterable[str]:
    kinds = dict.fromkeys(claim.kind for claim in claims)
    compared = [row.claim for row in rows if rivals.NOT_ASKED in row.status.values()]
    rows = [row for row in rows if row.claim not in compared]
    yield "### Rival variants\n\nHow many claims of each kind pass in each variant:"
    yield markdown(
        ["kind", "claims", *rivals.RIVALS],
        (
            [
                kind,
                str(sum(row.kind == kind for row in rows)),
                *(
                    str(sum(row.kind == kind and row.status[rival] == PASS for row in rows))
                    for rival in rivals.RIVALS
                ),
            ]
            for kind in kinds
        ),
    )
    if compared:
        yield f"Claims that compare a rival with the default themselves: {', '.join(compared)}."
    said = {claim.id: claim.statement for claim in claims}
    yield "Findings and expectations on which they differ:"
    yield markdown(
        ["claim", "what it says", *rivals.RIVALS],
        (
            [
                number(row.claim),
                said[row.claim],
                *(
                    "yes" if row.status[rival] == PASS else row.status[rival]
                    for rival in rivals.RIVALS
                ),
            ]
            for row in rivals.disputed(rows)
            if row.kind != robustness.KIND
        ),
    )


def _robustness() -> Iterable[str]:
    table = robustness.HOLDS.frame()
    draws = dict(zip(table[robustness.WITHIN], table["sets"], strict=True))
    yield "### Robustness\n\nThe share of sets in which a claim holds, in per cent:"
    shares = table.pivot(index="claim", columns=robustness.WITHIN, values="holds")
    low, high = (
        table.pivot(index="claim", columns=robustness.WITHIN, values=end) for end in ("low", "high")
    )
    yield markdown(
        ["claim", *(f"{robustness.bounds(within)} ({sets:,})" for within, sets in draws.items())],
        (
            [
                claim.replace("_", " "),
                *(
                    f"{100 * shares.at[claim, each]:.1f}"
                    f" ({100 * low.at[claim, each]:.1f} to {100 * high.at[claim, each]:.1f})"
                    for each in draws
                ),
            ]
            for claim in dict.fromkeys(table["claim"])
        ),
    )
    decides = robustness.DECIDES.frame()
    decides = decides[decides["number"] != ""]
    yield (
        "What decides that: the share of the variance of whether a claim holds that goes with one"
        " number alone, in per cent; + where more of it is better. Empty where no number stands"
        " out, or where the claim holds or fails in too few sets:"
    )
    yield markdown(
        ["claim", *map(robustness.bounds, draws)],
        (
            [
                claim.replace("_", " "),
                *(
                    ", ".join(
                        f"`{row.number}` {100 * float(row.share):.0f}"
                        f"{'+' if row.more_is == 'better' else '-'}"
                        for row in decides[
                            (decides["claim"] == claim) & (decides[robustness.WITHIN] == within)
                        ].itertuples()
                    )
                    for within in draws
                ),
            ]
            for claim in dict.fromkeys(table["claim"])
        ),
    )


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """``python -m ketamine_mtor.studies.page``: writes page and picture, or compares them.

    Returns the exit status: 0; 1 where with ``--check`` one is out of step; 2 for wrong input.
    """
    parser = Parser(prog="python -m ketamine_mtor.studies.page")
    parser.add_argument("--check", action="store_true", help="only say what is out of step")
    check = parser.parse_args(arguments).check
    return renew_or_check(files(), _renewed_by(), check=check)


def _renewed_by() -> str:
    """What renews the page: with tables of before it would be of before too."""
    before = [each for each in STUDIES if each.out_of_step(each.frame())]
    commands = dict.fromkeys(each.command for each in before)
    return ", ".join(commands) or "python -m ketamine_mtor.studies.page"


if __name__ == "__main__":
    sys.exit(main())
