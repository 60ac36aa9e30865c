"""A model small enough to predict: the next token is a pure function of all tokens before it.

Its KV cells are real bookkeeping: every slot remembers the tokens at its
positions, so a wrong position, a lost cell or a leaked prefix changes the
output, as it would with llama.cpp.
"""

import numpy as np

from edgebox.engine.model import Decoded

VOCABULARY = 97
END = 0


def next_token(tokens):
    """What follows these tokens: an arbitrary but fixed mixing of all of them."""
    state = 17
    for token in tokens:
        state = (state * 31 + token + 7) % 1_000_003
    return state % VOCABULARY


def next_echo(tokens):
    """What follows where a model likes to repeat what it read: mostly what followed before."""
    state = next_token(tokens)
    if state % 10:
        for place in range(len(tokens) - 1, 1, -1):
            if list(tokens[place - 2 : place]) == list(tokens[-2:]):
                return tokens[place]
    return state


def expected(prompt, max_tokens, follows=next_token):
    """The greedy answer of a lone, cold run."""
    tokens, answer = list(prompt), []
    while len(answer) < max_tokens:
        token = follows(tokens)
        if token == END:
            break
        answer.append(token)
        tokens.append(token)
    return answer


class ToyModel:
    on_gpu = False
    rewinds = True

    def __init__(self, *, slots=12, context_tokens=4096, step_tokens=32, abort_every=0):
        self.slots = slots
        self.outputs = 2 * slots
        self.context_tokens = context_tokens
        self.step_tokens = step_tokens
        self.closed = False
        self.cells = {}
        self.steps = []
        self._abort_every = abort_every
        self._calls = 0
        self._rows = {}
        self._wanted = lambda: False

    def decode(self, chunks):
        self._calls += 1
        assert 0 < sum(len(c.tokens) for c in chunks) <= self.step_tokens
        assert len({c.slot for c in chunks}) == len(chunks)
        for chunk in chunks:
            assert 0 <= chunk.slot < self.slots
            assert chunk.position == len(self.cells.get(chunk.slot, ())), "a gap in the cells"
        if self._wanted() or (self._abort_every and self._calls % self._abort_every == 0):
            return Decoded.ABORTED, []
        if self.held() + sum(len(c.tokens) for c in chunks) > self.context_tokens:
            return Decoded.NO_SPACE, []
        self.steps.append([(c.slot, len(c.tokens)) for c in chunks])
        rows, at = [], 0
        self._rows = {}
        for chunk in chunks:
            self.cells[chunk.slot] = [*self.cells.get(chunk.slot, ()), *chunk.tokens]
            at += len(chunk.tokens)
            cells = self.cells[chunk.slot]
            for back in range(chunk.logits - 1, -1, -1):
                rows.append(at - 1 - back)
                self._rows[at - 1 - back] = self.follows(cells[: len(cells) - back])
        assert len(rows) <= self.outputs
        return Decoded.DONE, rows

    def follows(self, tokens):
        return next_token(tokens)

    def held(self):
        return sum(len(tokens) for tokens in self.cells.values())

    def logits(self, row):
        values = np.zeros(VOCABULARY, dtype=np.float32)
        values[self._rows[row]] = 1.0
        return values

    def copy_prefix(self, source, target, length):
        assert len(self.cells[source]) >= length
        assert not self.cells.get(target)
        self.cells[target] = self.cells[source][:length]

    def truncate(self, slot, length=0):
        self.cells[slot] = self.cells.get(slot, [])[:length]

    def piece(self, token):
        return f"{token} ".encode()

    def ends(self, token):
        return token == END

    def close(self):
        self.closed = True

    def on_abort(self, wanted):
        self._wanted = wanted


class EchoingModel(ToyModel):
    """A model that mostly goes on as its text did before."""

    def follows(self, tokens):
        return next_echo(tokens)
