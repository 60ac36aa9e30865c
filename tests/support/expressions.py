"""Texts under an expression, matched as the engine matches them."""

from llguidance import LLMatcher, LLTokenizer

BYTES = LLTokenizer("byte")


def lets_through(expression, *texts):
    """Whether each text matches as a whole, as the engine matches it."""
    start = LLMatcher(BYTES, LLMatcher.grammar_from_regex(expression), log_level=0)
    assert not start.is_error(), start.get_error()[:200]
    found = []
    for text in texts:
        matcher, octets = start.deep_copy(), list(text.encode())
        found.append(matcher.try_consume_tokens(octets) == len(octets) and matcher.is_accepting())
    return found
