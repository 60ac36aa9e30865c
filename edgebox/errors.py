"""The errors that this program raises on purpose.

::

    EdgeBoxError
    ├── UsageError                 wrong arguments on a command line           exit 2
    ├── ConfigError                edgebox.toml or EDGEBOX_* cannot be used    exit 1
    ├── BoxNotRunning              the API or the engine does not answer       exit 3
    ├── CaseInvalid                a transcript for evaluation is unusable     exit 1
    ├── RunInvalid                 a saved evaluation cannot be used           exit 1
    ├── RequestError               a client's request is refused (RFC 9457)
    │   ├── MalformedRequest       400  the body is not JSON
    │   ├── InvalidBoundKey        401  never says which part was wrong
    │   ├── LoginNeeded            401  no session, or it has ended
    │   ├── Forbidden              403  not for this role, or sent by another site
    │   ├── LoginRefused           403  never says which part was wrong
    │   ├── NotFound               404
    │   ├── MethodNotAllowed       405
    │   ├── RequestConflict        409  the same Idempotency-Key is in flight
    │   ├── Resync                 409  the append does not continue the call
    │   ├── CallEnded              409  nothing can be added to the call
    │   ├── BodyTooLarge           413
    │   ├── UnsupportedMediaType   415
    │   ├── UpgradeRequired        426  this path speaks WebSocket
    │   ├── InvalidFields          422  carries one (pointer, detail) per field
    │   ├── RateLimited            429  Retry-After
    │   │   ├── ClientQueueFull    429  too many of this client's analyses wait
    │   │   └── LoginLocked        429  too many wrong passwords
    │   └── BoxBusy                503  Retry-After
    │       └── QueueFull          503  too many analyses wait
    ├── ModelError                 the catalogue and its files                 exit 1
    │   ├── UnknownModel           no such name in the catalogue
    │   ├── ModelMissing           known, but not downloaded
    │   ├── ModelNotTrusted        hash unknown, no administrator vouched for it
    │   ├── HashMismatch           the file is not the one the catalogue lists
    │   ├── ModelUnreadable        not a GGUF file, or cut short
    │   ├── ModelsFolderError      the models folder is full, read-only or in use
    │   ├── ModelsTooLarge         the models of both roles do not fit in memory
    │   └── DownloadFailed         no source gave the file
    ├── EngineError                the engine did not generate
    │   ├── EngineUnavailable      not running, starting, stopping, or too slow
    │   │   ├── EngineDied         the connection broke during the answer
    │   │   └── EngineOverloaded   503, or no answer in time: there may be too many requests
    │   ├── EngineBusy             its queue is full
    │   ├── EngineRefused          the request can never work (schema, context)
    │   └── EngineFault            llama.cpp failed; not caused by the caller
    └── StoreError                 the database
        ├── StoreBusy              locked or full: nothing was written
        │   └── StoreUncertain     a commit failed: it may have been kept or not
        ├── LeaseLost              another worker holds this consultation now
        ├── Removed                retention has removed what was asked for
        └── BackupError            a backup cannot be written, read or put in place

A message says what happened and what to do. It never contains a transcript, a secret or a file's
content. ``http_status`` is the API's answer when the error reaches it, ``exit_code`` the command
line's exit code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence


class EdgeBoxError(Exception):
    """The base class of all errors that EdgeBox raises on purpose."""

    http_status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1
    title: ClassVar[str] = "Internal error"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


def where(error: BaseException) -> str:
    """Describe an unexpected error for a log: its type and the last line of ours that it passed.

    Its message and source lines are left out, because both may quote a transcript.
    """
    place = "outside edgebox"
    step = error.__traceback__
    while step is not None:
        module = step.tb_frame.f_globals.get("__name__", "")
        if module.startswith("edgebox"):
            place = f"{module}:{step.tb_lineno}"
        step = step.tb_next
    return f"{type(error).__qualname__} at {place}"


class UsageError(EdgeBoxError):
    """The arguments on the command line are wrong."""

    exit_code = 2


class ConfigError(EdgeBoxError):
    """The configuration file or an EDGEBOX_* variable cannot be used."""


class BoxNotRunning(EdgeBoxError):
    """The process that this command talks to does not answer."""

    exit_code = 3


class CaseInvalid(EdgeBoxError):
    """A file or folder of transcripts for evaluation cannot be used."""


class RunInvalid(EdgeBoxError):
    """What an evaluation or a session of measurements kept cannot be read, written or compared."""


class RequestError(EdgeBoxError):
    """A client's request is refused. ``slug`` names the kind in the problem's ``type``."""

    http_status = 400
    title = "Bad request"
    slug: ClassVar[str] = "bad-request"

    def __init__(self, detail: str, *, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class MalformedRequest(RequestError):
    """The body is not a JSON object in UTF-8."""

    title = "Malformed JSON"
    slug = "malformed-json"


class InvalidBoundKey(RequestError):
    """The bound key is missing or not valid. The answer does not say why.

    ``reason`` is for the box's log, where the key itself does not show it; ``kind`` is one of
    ``api.refusals.KINDS`` for the box's metrics, empty where the key itself shows it.
    """

    http_status = 401
    title = "Invalid bound key"
    slug = "invalid-bound-key"

    def __init__(self, reason: str = "", *, kind: str = "") -> None:
        self.reason = reason
        self.kind = kind
        super().__init__(
            "The bound key is missing or not valid. Sign a fresh one: "
            "client_id:timestamp:hex(HMAC-SHA256(secret, client_id:timestamp)), "
            "and check this client's clock."
        )


class LoginNeeded(RequestError):
    """There is no session, or it has ended."""

    http_status = 401
    title = "Login needed"
    slug = "login-needed"


class Forbidden(RequestError):
    """This person may not do this, or the request came from another site."""

    http_status = 403
    title = "Forbidden"
    slug = "forbidden"


class LoginRefused(RequestError):
    """The name or the password is wrong. The answer does not say which."""

    http_status = 403
    title = "Login refused"
    slug = "login-refused"


class NotFound(RequestError):
    """There is nothing here for this client."""

    http_status = 404
    title = "Not found"
    slug = "not-found"


class MethodNotAllowed(RequestError):
    """The path exists, the method does not."""

    http_status = 405
    title = "Method not allowed"
    slug = "method-not-allowed"


class RequestConflict(RequestError):
    """The same Idempotency-Key is being processed right now."""

    http_status = 409
    title = "Request in progress"
    slug = "request-in-progress"


class Resync(RequestError):
    """An append does not continue what was received of a call.

    Args:
        expected: the offset from which to send.
    """

    http_status = 409
    title = "Resync"
    slug = "resync"

    def __init__(self, expected: int) -> None:
        super().__init__(f"Send the call again from character {expected}.")
        self.expected = expected


class CallEnded(RequestError):
    """Nothing can be added to a call."""

    http_status = 409
    title = "Call ended"
    slug = "call-ended"


class TranscriptGone(RequestError):
    """Retention has removed the transcript that a question is about."""

    http_status = 409
    title = "Transcript removed"
    slug = "transcript-removed"


class BodyTooLarge(RequestError):
    """The body, a transcript in it, or the number of consultations is over the limit.

    Args:
        detail: what is too large, and the limit.
        errors: (JSON pointer, detail) per field that is too large.
    """

    http_status = 413
    title = "Body too large"
    slug = "body-too-large"

    def __init__(self, detail: str, *, errors: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(detail)
        self.errors = list(errors)


class UnsupportedMediaType(RequestError):
    """The content type is not application/json."""

    http_status = 415
    title = "Unsupported media type"
    slug = "unsupported-media-type"


class UpgradeRequired(RequestError):
    """This path speaks WebSocket, and the request does not ask for it as RFC 6455 says."""

    http_status = 426
    title = "Upgrade required"
    slug = "upgrade-required"


class InvalidFields(RequestError):
    """One or more fields are wrong.

    Args:
        errors: (JSON pointer, what is wrong and what to send) per field.
        detail: one line about all of them; made from the first error when left out.
    """

    http_status = 422
    title = "Invalid fields"
    slug = "invalid-fields"

    def __init__(self, errors: list[tuple[str, str]], detail: str | None = None) -> None:
        first = ": ".join(filter(None, errors[0])) if errors else "The request is not valid."
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        super().__init__(detail or first + more)
        self.errors = errors


class RateLimited(RequestError):
    """This client sends more than its rate."""

    http_status = 429
    title = "Too many requests"
    slug = "too-many-requests"


class LoginLocked(RateLimited):
    """Too many wrong passwords, for this name or from this address."""


class BoxBusy(RequestError):
    """The box is full, or still starting."""

    http_status = 503
    title = "Box busy"
    slug = "box-busy"


class QueueFull(BoxBusy):
    """The box accepts no more consultations until some are analysed."""


class ClientQueueFull(RateLimited):
    """The box accepts no more consultations of this client until some are analysed."""


class ModelError(EdgeBoxError):
    """Something is wrong with a model or its file."""


class UnknownModel(ModelError):
    """The catalogue has no model of this name."""


class ModelMissing(ModelError):
    """The model is known, but its file is not here."""


class ModelNotTrusted(ModelError):
    """The file's hash is in no catalogue, and the administrator did not vouch for it."""


class HashMismatch(ModelError):
    """The file is not the one that the catalogue lists."""


class ModelUnreadable(ModelError):
    """The file is not a GGUF language model, or it was cut short."""


class ModelsFolderError(ModelError):
    """The models folder is full, cannot be written, or another command is writing there."""


class ModelsTooLarge(ModelError):
    """The models of both roles do not fit in this machine's memory together.

    Args:
        need: a sentence with what they need and what is free.
        instead: a sentence with what to do.
    """

    def __init__(self, need: str, instead: str) -> None:
        super().__init__(f"{need} {instead}")
        self.need, self.instead = need, instead


class DownloadFailed(ModelError):
    """No source gave the file."""


class EngineError(EdgeBoxError):
    """A generation did not happen.

    Attributes:
        retry_after: seconds that another server asks for before the next request; 0 if it does not.
    """

    http_status = 503
    title = "Engine error"
    retry_after: float = 0.0


class EngineUnavailable(EngineError):
    """The engine is not running, still starting, stopping, or did not answer in time."""


class EngineDied(EngineUnavailable):
    """The connection broke during the answer: the engine died, perhaps because of the request."""


class EngineOverloaded(EngineUnavailable):
    """It answered that it cannot serve now, or not in time: fewer requests may help."""


class EngineBusy(EngineError):
    """The engine's queue is full."""


class EngineRefused(EngineError):
    """The engine will never accept this request: too long, or a schema it cannot use."""

    http_status = 400


class EngineFault(EngineError):
    """llama.cpp reported an error that the caller did not cause."""

    http_status = 500


class StoreError(EdgeBoxError):
    """The database could not be read or written."""


class StoreBusy(StoreError):
    """The database is locked or the disk is full; nothing was written."""

    http_status = 503


class StoreUncertain(StoreBusy):
    """The disk failed during a commit: the next start of the box shows whether it was kept."""


class LeaseLost(StoreError):
    """The lease ran out and another worker holds the consultation: drop the result."""


class Removed(StoreError):
    """Retention has removed the transcripts or results that this needs."""


class BackupError(StoreError):
    """A backup cannot be written, read or put in place. Existing files are unchanged."""
