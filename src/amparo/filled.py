"""A sentence made of a pattern and values: English as it stands, another language at the page.

Errors, findings of the gate and other texts that a page shows are raised in English. Where a
text holds values, the pattern is kept with it, so that whoever shows it can look up the pattern
and fill in the same values. Without values a plain string is its own pattern.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping


class Filled(str):
    """English text that remembers the pattern and the values that it was made of."""

    __slots__ = ("pattern", "values")
    pattern: str
    values: Mapping[str, object]

    def again(self, say: Callable[[object], str]) -> str:
        """The sentence with the pattern, and every text in it, as `say` gives them."""
        return say(self.pattern).format(
            **{
                name: say(value) if isinstance(value, str) else value
                for name, value in self.values.items()
            }
        )


def filled(pattern: str, /, **values: object) -> Filled:
    """The text of a pattern with `{name}` places. KeyError where a value is missing."""
    text = Filled(pattern.format(**values))
    text.pattern, text.values = pattern, values
    return text
