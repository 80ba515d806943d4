"""What a declared function says of itself in its docstring, title and body; what it means is its caller's."""

import inspect
from collections.abc import Callable


def title(declared: Callable[..., object]) -> str:
    """The first paragraph in one line, without its full stop."""
    return " ".join(_docstring(declared).split("\n\n", 1)[0].split()).rstrip(".")


def body(declared: Callable[..., object]) -> str:
    """The paragraphs below the title; the title where there are none."""
    return _docstring(declared).split("\n\n", 1)[-1].strip()


def _docstring(declared: Callable[..., object]) -> str:
    if not (said := inspect.getdoc(declared)):
        raise ValueError(f"{declared.__name__} says nothing of itself: it needs a docstring")
    return said
