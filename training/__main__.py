"""`python -m training --data FOLDER`: train the heads and write them into the package."""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path
from typing import Any

from parvis.listen.contracts import LABELS
from parvis.listen.heads import save_head
from training.kinds import CLASSES, SETS, train_kind
from training.page import write_page
from training.sentiment import train_sentiment

_HEADS = Path(__file__).parent.parent / "src" / "parvis" / "listen" / "heads"
_PAGE = Path(__file__).parent.parent / "docs" / "reference" / "models.md"
_UMSAB = "UMSAB (Barbieri et al. 2022): 2,163 tweets each in fr, en, de, es, it, pt"


def main() -> None:
    """Train what was asked for; figures are printed and written into the cards."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of labelled texts (JSONL)")
    parser.add_argument("--page", action="store_true", help="write docs/reference/models.md alone")
    parser.add_argument("--out", type=Path, default=_HEADS, help="where heads are written")
    parser.add_argument("--cache", type=Path, default=Path("build/training"))
    parser.add_argument("--only", choices=["sentiment", *CLASSES], help="train one of them")
    asked = parser.parse_args()
    if asked.page:
        write_page(_PAGE)
        return
    if asked.data is None:
        parser.error("--data is needed: the folder of labelled texts")
    for name in [asked.only] if asked.only else ["sentiment", *CLASSES]:
        if name == "sentiment":
            arrays, figures = train_sentiment(asked.data, asked.cache)
            card: dict[str, Any] = {"classes": LABELS, "data": _UMSAB}
        else:
            arrays, figures = train_kind(name, asked.data, asked.cache)
            card = {"classes": CLASSES[name], "data": SETS[name]}
        card |= {
            "command": f"python -m training --data FOLDER --only {name}",
            "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "figures": figures,
        }
        print(save_head(name, arrays, card, asked.out), flush=True)
    if asked.out == _HEADS:
        write_page(_PAGE)


if __name__ == "__main__":
    main()
