"""The deduction of a return told in words: `standard, one 65+`, `itemised 20,000`."""

import re

_EITHER, _AGED, _BLIND = "either", "aged", "blind"
_SIXTY_FIVE = r"65(?:\s*(?:\+|(?:and|or)\s+(?:older|over|above)))?(?!\w)"
_SPELLINGS = (
    (re.compile(r"\bno one\b"), "none"),
    (re.compile(r"\b(?:taxpayer|filer|head)\s+and\s+spouse\b"), "both"),
    (re.compile(r"\baged?\s*(?:/|or)\s*blind\b"), _EITHER),
    (re.compile(rf"\b(?:(?:aged?|over|elderly|seniors?)\s+)?{_SIXTY_FIVE}"), _AGED),
    (re.compile(r"\b(?:age|elderly|seniors?)\b"), _AGED),
)
"""How a thing may be told, and the one word for it; in this order."""
_NONE = frozenset({"no", "not", "none", "nobody", "neither", "without", "zero", "0"})
_COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "both": 2, "three": 3, "four": 4}
_FILLERS = frozenset(
    {
        "deduction", "and", "or", "nor", "with", "plus", "of", "the", "for", "is", "are", "who", "addition",
        "additions", "additional", "box", "boxes", "spouse", "spouses", "person", "persons", "taxpayer",
        "taxpayers", "filer", "filers",
    }
)  # fmt: skip
_AMOUNT = re.compile(r"(?:itemi[sz]ed\s*:?\s*)?\$?\s*(\d[\d, ]*(?:\.\d+)?)")


def amount_told(text: str) -> str | None:
    """Return the digits of an amount in dollars, alone or after "itemised"; None for other words."""
    found = _AMOUNT.fullmatch(text.strip().lower())
    return re.sub("[, ]", "", found[1]) if found else None


def boxes_told(text: str) -> tuple[int, int] | None:
    """Return the boxes for aged or blind that `standard …` names, and those for age alone.

    A count holds for what follows it, up to the next comma: "both aged and blind" are four boxes.
    None: words that aren't understood; nothing is guessed from the rest.
    """
    said = text.strip().lower()
    if not said.startswith("standard"):
        return None
    said = said.removeprefix("standard")
    for pattern, word in _SPELLINGS:
        said = pattern.sub(f" {word} ", said)
    boxes = aged = 0
    for part in re.split(r"[,;]", said):
        count = 1
        for word in re.findall(r"\w+", part):
            if word in (_EITHER, _AGED, _BLIND):
                boxes += count
                aged += count if word == _AGED else 0
            elif (told := _count(word)) is not None:
                count = told
            elif word not in _FILLERS:
                return None
    return boxes, aged


def _count(word: str) -> int | None:
    if word in _NONE:
        return 0
    return int(word) if word in {"1", "2", "3", "4"} else _COUNTS.get(word)
