"""JSON schemas, regular expressions and grammars to token masks and forced tokens.

The only file that imports llguidance.
"""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any

import llguidance.llamacpp
import numpy as np
from llguidance import LLMatcher, LLParserLimits, LLTokenizer

from edgebox.errors import EngineFault, EngineRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from edgebox.engine.model import Model


_LIMITS = LLParserLimits(step_lexer_fuel=10_000_000)
"""llguidance derives expressions while it reads, and ends an answer in its middle ("too many
expressions constructed") at 200,000 for one token if it is not told otherwise. The figures of a
call, held over several lines, took more in 18 of 41 answers; none took 2,000,000, and the slowest
token of them all took 27 ms."""


class Grammars:
    """Compiles constraints for one model's vocabulary.

    Building the tokenizer takes a second or two (1-1.7 s measured at 152k tokens), so a
    model has one of these for as long as it is loaded.
    """

    def __init__(self, model: Model) -> None:
        self._vocabulary = model.vocabulary
        with warnings.catch_warnings():
            # llguidance calls a deprecated function for every one of 152k tokens.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._tokenizer: LLTokenizer = llguidance.llamacpp.lltokenizer_from_vocab(
                model.vocab, eos_token=model.end_tokens
            )

    def compile(self, schema: dict[str, Any]) -> Constraint:
        """Return a new constraint for one answer that keeps to a JSON schema.

        Raises:
            EngineRefused: the schema cannot be enforced.
        """

        def grammar() -> str:
            made: str = LLMatcher.grammar_from_json_schema(
                json.dumps(schema), overrides={"whitespace_flexible": False}
            )
            return made

        return self._compile("JSON schema", grammar)

    def compile_regex(self, pattern: str) -> Constraint:
        """Return a new constraint for one answer that matches a regular expression as a whole.

        Raises:
            EngineRefused: it is none, or needs look-around.
        """
        return self._compile("regular expression", lambda: LLMatcher.grammar_from_regex(pattern))

    def compile_grammar(self, lark: str) -> Constraint:
        """Return a new constraint for one answer that keeps to a grammar in Lark's syntax.

        Raises:
            EngineRefused: the grammar cannot be enforced.
        """
        return self._compile("grammar", lambda: LLMatcher.grammar_from_lark(lark))

    def _compile(self, kind: str, grammar: Callable[[], str]) -> Constraint:
        try:
            matcher = LLMatcher(self._tokenizer, grammar(), log_level=0, limits=_LIMITS)
        except (ValueError, TypeError) as error:
            raise EngineRefused(f"The {kind} cannot be used: {error}") from None
        if matcher.is_error():
            raise EngineRefused(f"The {kind} cannot be used: {_first_line(matcher)}")
        return Constraint(matcher, self._vocabulary)


class Constraint:
    """The state of one constrained answer."""

    def __init__(self, matcher: LLMatcher, vocabulary: int) -> None:
        self._matcher = matcher
        self._vocabulary = vocabulary
        self._mask = np.zeros((vocabulary + 31) // 32, dtype=np.int32)

    def apply(self, logits: NDArray[np.float32]) -> None:
        """Set the logits of every token that may not come next to -inf, in place.

        Args:
            logits: float32 of shape (vocabulary,).

        Raises:
            EngineFault: the matcher failed.
        """
        self._matcher.unsafe_compute_mask_ptr(self._mask.ctypes.data, self._mask.nbytes)
        self._check()
        allowed = np.unpackbits(self._mask.view(np.uint8), bitorder="little")[: self._vocabulary]
        logits[allowed == 0] = -np.inf

    def allows(self, token: int) -> bool:
        """Whether the token may come next. Costs a hundredth of ``apply``.

        Raises:
            EngineFault: the matcher failed.
        """
        allowed = bool(self._matcher.validate_tokens([token]) == 1)
        self._check()
        return allowed

    def accept(self, token: int) -> list[int]:
        """Advance by a sampled token.

        Returns:
            The tokens that the constraint forces next; they are already accepted.

        Raises:
            EngineFault: the token was not allowed, or the matcher failed.
        """
        self._matcher.consume_token(token)
        self._check()
        forced = [] if self._matcher.is_stopped() else list(self._matcher.compute_ff_tokens())
        if forced:
            self._matcher.consume_tokens(forced)
            self._check()
        return forced

    @property
    def complete(self) -> bool:
        """The answer is complete: no token may follow."""
        return bool(self._matcher.is_stopped())

    def _check(self) -> None:
        if self._matcher.is_error():
            raise EngineFault(f"The constraint failed: {_first_line(self._matcher)}")


def _first_line(matcher: LLMatcher) -> str:
    return str(matcher.get_error()).partition("\n")[0][:200]
