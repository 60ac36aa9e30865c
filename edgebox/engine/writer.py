"""What a step's rows say: the tokens that each sequence writes, and everything that follows.

One token of every sequence, or more where it was given a draft (``drafts.py``) that the model
agrees with.
"""

from __future__ import annotations

from array import array
from dataclasses import replace
from typing import TYPE_CHECKING

from edgebox.engine.pool import common_length
from edgebox.engine.sequence import Finish
from edgebox.errors import EngineError, EngineFault, where

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgebox.engine.loaded import LoadedModel
    from edgebox.engine.model import Model
    from edgebox.engine.sampling import TokenLogprob
    from edgebox.engine.scheduler import Work
    from edgebox.engine.sequence import Sequence
    from edgebox.engine.tally import Tally

EMIT_SECONDS = 0.1
"""Between two pieces of an answer: emitting every token takes a twentieth of a small model's
time."""


class Writer:
    """Samples from the logits of a step.

    Args:
        tally: counts what is written.
        clock: monotonic seconds.
        end: ends a sequence, for a reason and after an error.
    """

    def __init__(self, tally: Tally, clock: Callable[[], float], end: Callable[..., None]) -> None:
        self._tally = tally
        self._clock = clock
        self._end = end

    def write(self, work: Work, loaded: LoadedModel, rows: list[int]) -> int:
        """Sample the token after a sequence's own, and those after each of its draft's that held.

        Args:
            work: the sequence, whose own tokens are all in the cache.
            loaded: its model.
            rows: of the logits after its own tokens, and after each token of the draft.

        Returns:
            How many tokens it generated, but for forced ones that are still to be read.
        """
        sequence, began = work.sequence, len(work.sequence.tokens)
        draft = work.draft.rows if work.draft else ()
        held, slot = 0, sequence.slot
        while self._sample(sequence, loaded.model, rows[held]):
            written = sequence.tokens[began + held :]
            same = common_length(written, array("i", draft[held:]), len(written))
            held += same
            sequence.position += same
            if same < len(written):
                break
        right = 0
        if work.draft and loaded.drafts:
            written = sequence.tokens[began:]
            right = common_length(written, array("i", draft), len(draft))
            self._tally.guessed(sequence, len(draft), right)
            loaded.drafts.learn(work.draft, written)
        if sequence.finish is None and sequence.pending_text:
            now = self._clock()
            if now - sequence.emitted_at >= EMIT_SECONDS:
                sequence.flush(now)
        if slot == sequence.slot and slot is not None and held < len(draft):
            loaded.model.truncate(slot, sequence.position)
        return min(1 + right, len(sequence.tokens) - began)

    def _sample(self, sequence: Sequence, model: Model, row: int) -> bool:
        """Take the next token and everything that follows from it.

        Returns:
            Whether the sequence goes on.
        """
        try:
            generated = sequence.tokens[sequence.prompt_length :]
            token, logprob = sequence.sampler.choose(
                model.logits(row), generated, sequence.constraint
            )
            if model.ends(token):
                self._end(sequence, Finish.STOP)
                return False
            forced = sequence.constraint.accept(token) if sequence.constraint else []
        except EngineError as error:
            self._end(sequence, Finish.ERROR, error)
            return False
        except (ValueError, ArithmeticError) as error:  # caused by this sequence's parameters
            self._end(sequence, Finish.ERROR, EngineFault(f"Sampling failed: {where(error)}"))
            return False
        room = sequence.max_tokens - sequence.generated
        text = ""
        for accepted in [token, *forced][:room]:
            sequence.tokens.append(accepted)
            text += sequence.text.feed(model.piece(accepted))
        self._tally.wrote(sequence, min(room, 1 + len(forced)))
        ended = None
        if sequence.text.stopped or (sequence.constraint and sequence.constraint.complete):
            ended = Finish.STOP
        elif sequence.generated >= sequence.max_tokens:
            ended = Finish.LENGTH
        sequence.pending_text += text
        if logprob:
            sequence.flush(self._clock(), (_spelled(logprob, model),))
        if ended:
            self._end(sequence, ended)
        return not ended


def _spelled(logprob: TokenLogprob, model: Model) -> TokenLogprob:
    """Add the tokens' bytes: it may be read after the model was unloaded."""
    tokens = (logprob.token, *(token for token, _ in logprob.top))
    return replace(logprob, pieces=tuple(map(model.piece, tokens)))
