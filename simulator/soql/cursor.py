"""A place in a list of tokens: look, take, insist."""

from __future__ import annotations

from collections.abc import Container

from simulator.errors import ApiError
from simulator.soql.lexer import Token, located, tokenize
from simulator.soql.nodes import Path


class Cursor:
    """Walks through the tokens of one query."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._tokens = tokenize(text)
        self._next = 0

    def peek(self) -> Token:
        """Return the next token and stay."""
        return self._tokens[self._next]

    def take(self) -> Token:
        """Return the next token and go on."""
        token = self._tokens[self._next]
        self._next = min(self._next + 1, len(self._tokens) - 1)
        return token

    def take_word(self, word: str) -> bool:
        """Go past a key word if it is next."""
        token = self.peek()
        if token.kind != "name" or token.text.lower() != word:
            return False
        self.take()
        return True

    def take_mark(self, mark: str) -> bool:
        """Go past a bracket, comma or colon if it is next."""
        if self.peek().kind != "mark" or self.peek().text != mark:
            return False
        self.take()
        return True

    def take_other_than(self, words: Container[str]) -> str | None:
        """Take a name (an alias) unless it is one of these key words."""
        token = self.peek()
        if token.kind != "name" or token.text.lower() in words:
            return None
        return self.take().text

    def expect_word(self, word: str) -> None:
        """Go past a key word. Raises ApiError MALFORMED_QUERY."""
        if not self.take_word(word):
            raise self.unexpected()

    def expect_mark(self, mark: str) -> None:
        """Go past a mark. Raises ApiError MALFORMED_QUERY."""
        if not self.take_mark(mark):
            raise self.unexpected()

    def expect_name(self) -> Token:
        """Take a name. Raises ApiError MALFORMED_QUERY."""
        token = self.peek()
        if token.kind != "name":
            raise self.unexpected()
        return self.take()

    def expect_path(self) -> Path:
        """Take a field path. Raises ApiError MALFORMED_QUERY."""
        token = self.expect_name()
        return Path(tuple(token.text.split(".")), token.at)

    def unexpected(self, token: Token | None = None) -> ApiError:
        """Build the error for a token that must not stand here, the next one by default."""
        token = token or self.peek()
        return located(self.text, at=token.at, code="MALFORMED_QUERY", message=f"unexpected token: '{token.text}'")
