"""The printed text that is nearest to a pattern which matched none; what is looked for, and where, is its caller's."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

# As like as "re-offenders" and "reoffender": another spelling of a word, not another word.
_ALIKE = 0.8
_LONGEST = 150


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]{2,}\d*|[a-z]?\d+", text.lower())


def words_of_pattern(pattern: str) -> set[str]:
    """The words that a pattern asks for, in whatever order; not those that it forbids or only captures (`(?=...|)`)."""
    inside = r"(?:[^()]|\((?:[^()]|\([^()]*\))*\))*"
    while (asked := re.sub(rf"\(\?<?!{inside}\)|\(\?={inside}\|\)", " ", pattern)) != pattern:
        pattern = asked
    pattern = re.sub(r"\[[^]]*\][?*+]?|\\[a-zA-Z]|\.[*+]|\{[\d,]*\}|\(\?[:=]?(?:P<\w+>)?", " ", pattern)
    return set(_words(re.sub(r"[-'’,]\?|[?\\]", "", pattern)))


def nearest(pattern: str, printed: Iterable[str]) -> str | None:
    """The text that shares most with the words of a pattern and says least besides; None where none shares any."""
    wanted = words_of_pattern(pattern)
    alike: dict[str, bool] = {}

    def likeness(text: str) -> float:
        words = dict.fromkeys(_words(text))
        for word in words:
            if word not in alike:
                alike[word] = bool(get_close_matches(word, wanted, 1, _ALIKE))
        # A long word says more than "of" and "by".
        shared = sum(len(word) for word in words if alike[word])
        return shared**2 / sum(map(len, words)) if shared > 2 else 0.0

    ranked = {text: likeness(text) for text in printed}
    best = max(ranked, key=lambda text: ranked[text], default="")
    return best if best and ranked[best] else None


def but_found(what: str, pattern: str, printed: Iterable[str]) -> str:
    """What a refusal adds where a pattern matched nothing: "; the nearest title is 'Table 2: ...'", if there is one."""
    found = nearest(pattern, printed)
    if found is None:
        return ""
    return f"; the nearest {what} is {found if len(found) <= _LONGEST else f'{found[:_LONGEST]}...'!r}"
