"""The sections of ``edgebox.toml``: every key with its kind, its limits and its default."""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from edgebox.settings.origins import as_browsers_write
from edgebox.settings.places import default_models_dir, xdg
from edgebox.system.addresses import bracketed

Role = Literal["slm", "mlm"]
ROLES: tuple[Role, ...] = ("slm", "mlm")
ENV_PREFIX = "EDGEBOX_"
LONGEST_SOCKET_PATH = 107
"""Bytes: sun_path of Linux has 108, and the last is zero (``unix(7)``)."""


def _absolute(value: str) -> str:
    if value and not value.startswith("/"):
        raise ValueError("has to be an absolute path, or empty")
    return value


FilePath = Annotated[str, AfterValidator(_absolute)]
"""An absolute path, or empty."""


def _absolute_folder(value: Path) -> Path:
    if not value.is_absolute():
        raise ValueError("has to be an absolute path, such as /var/lib/edgebox")
    return value


Folder = Annotated[Path, AfterValidator(_absolute_folder)]
"""An absolute path. A relative one would be another folder for each process and command."""

_YEAR = 366 * 86400.0

LEAST_READING = 1536
"""Tokens of another server's context for the instructions, up to 821 characters, and for a part of
a call, a token a character at worst."""
_LEAST_HERE = 768
"""The same in our own engine, whose tokenizers need half of that for Korean."""


def _is_address(url: str) -> bool:
    """Return whether a URL names a host, and a port that there can be, and no more than a path."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    spaces = any(sign.isspace() for sign in url)
    return bool(parts.hostname) and port != 0 and not (spaces or parts.query or parts.fragment)


def _overlap(host: str, other: str) -> bool:
    """Return whether two hosts surely listen on one address."""
    try:
        one, two = ipaddress.ip_address(host), ipaddress.ip_address(other)
    except ValueError:  # a name
        return host == other
    return one == two or (one.version == two.version and (one.is_unspecified or two.is_unspecified))


class Section(BaseModel):
    """A table of the file. Unknown keys and values of another kind are errors."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth_values(cls, value: object, info: ValidationInfo) -> object:
        """Refuse ``port = true``, which pydantic alone would read as 1."""
        wanted = cls.model_fields[info.field_name].annotation if info.field_name else None
        if isinstance(value, bool) and wanted is not bool:
            raise ValueError("cannot be true or false")
        return value


class ApiSettings(Section):
    """``[api]``: the HTTP side."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8600
    body_limit_bytes: Annotated[int, Field(gt=0)] = 16 * 1024 * 1024
    transcript_limit_characters: Annotated[int, Field(gt=0)] = 200_000
    batch_limit_consultations: Annotated[int, Field(gt=0)] = 500
    rate_per_minute: Annotated[int, Field(gt=0)] = 600
    # TCP connections at a time: in all, and from one address other than this machine.
    max_connections: Annotated[int, Field(ge=8)] = 1000
    max_connections_per_peer: Annotated[int, Field(ge=1)] = 64
    key_tolerance_seconds: Annotated[float, Field(gt=0)] = 300
    key_future_seconds: Annotated[float, Field(ge=0)] = 30
    idempotency_hours: Annotated[float, Field(gt=0)] = 24
    # "HOST:PORT" of a second listener for /metrics without a key. Empty: only with a key.
    metrics_listen: str = ""
    # A file with a token for /metrics on the API's own port. Absolute path; empty: none.
    metrics_token_file: FilePath = ""
    # Absolute paths of PEM files; both or neither.
    tls_cert: FilePath = ""
    tls_key: FilePath = ""
    allow_plain_http: bool = False

    @field_validator("metrics_listen")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        port = value.rpartition(":")[2]
        if value and not (":" in value and port.isascii() and port.isdigit() and int(port) < 65536):
            raise ValueError("has to be HOST:PORT, or empty")
        return value

    @model_validator(mode="after")
    def _both_or_neither(self) -> ApiSettings:
        if bool(self.tls_cert) != bool(self.tls_key):
            raise ValueError("tls_cert and tls_key have to be set together, or neither of them")
        return self

    @model_validator(mode="after")
    def _two_listeners(self) -> ApiSettings:
        host, _, port = self.metrics_listen.rpartition(":")
        taken = _overlap(self.host, host.strip("[]") or "127.0.0.1")
        if port and int(port) == self.port != 0 and taken:
            raise ValueError("metrics_listen has to have another port than port")
        return self

    @property
    def tls(self) -> bool:
        """Whether the API speaks HTTPS."""
        return bool(self.tls_cert)

    @property
    def this_machine_only(self) -> bool:
        """Whether no other machine reaches the API."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def plain_http_problem(self) -> str | None:
        """Why the API does not start without TLS; None where it does."""
        if self.tls or self.this_machine_only or self.allow_plain_http:
            return None
        return (
            f"The API would listen on {self.host or 'every address'} without TLS: keys and calls "
            "could be read in the network"
        )

    @property
    def plain_http_refusal(self) -> str | None:
        """Why the API does not start without TLS, and what to type; None where it does."""
        problem = self.plain_http_problem
        return problem and (
            f"{problem}. Set tls_cert and tls_key under [api], or leave "
            'host = "127.0.0.1". To serve plain HTTP all the same: allow_plain_http = true'
        )

    @property
    def local_url(self) -> str:
        """The address of the API for programs on this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(self.host, self.host)  # noqa: S104
        return f"{'https' if self.tls else 'http'}://{bracketed(host)}:{self.port}"


class QuickSettings(Section):
    """``[quick]``: the summary an agent waits for."""

    deadline_seconds: Annotated[float, Field(ge=0.2, le=60)] = 3.0
    max_tokens: Annotated[int, Field(ge=16, le=1024)] = 96
    # Reserved before the deadline for HTTP, scheduling and the fallback.
    margin_seconds: Annotated[float, Field(ge=0.02, le=5)] = 0.2
    max_in_flight: Annotated[int, Field(ge=1)] = 64

    @model_validator(mode="after")
    def _time_for_the_model(self) -> QuickSettings:
        if self.margin_seconds >= self.deadline_seconds:
            raise ValueError("margin_seconds has to be less than deadline_seconds")
        return self


class BatchSettings(Section):
    """``[batch]``: when the backlog runs."""

    min_pending: Annotated[int, Field(ge=1)] = 20
    max_wait_seconds: Annotated[float, Field(gt=0, le=_YEAR)] = 900
    concurrency: Annotated[int, Field(ge=1, le=64)] = 16
    # Of another server for the larger model. Between the two, the number follows what it can take.
    remote_concurrency_min: Annotated[int, Field(ge=1, le=512)] = 1
    remote_concurrency_max: Annotated[int, Field(ge=1, le=512)] = 64
    lease_seconds: Annotated[float, Field(gt=0, le=86400)] = 120
    max_attempts: Annotated[int, Field(ge=1)] = 3
    max_tokens: Annotated[int, Field(ge=64, le=4096)] = 512
    # Consultations that may wait, in total and of one client. More are refused.
    max_waiting: Annotated[int, Field(ge=1)] = 20_000
    max_waiting_per_client: Annotated[int, Field(ge=1)] = 10_000

    @model_validator(mode="after")
    def _fewest_and_most(self) -> BatchSettings:
        if self.remote_concurrency_min > self.remote_concurrency_max:
            raise ValueError("remote_concurrency_min has to be at most remote_concurrency_max")
        return self


class QualitySettings(Section):
    """``[quality]``: what summaries and analyses are held to."""

    ground_numbers: Literal["on", "off"] = "on"
    # Gaps of an analysis are filled with the call's own words, in quotation marks.
    quotes: Literal["on", "off"] = "on"


class CallbackSettings(Section):
    """``[callbacks]``: delivery to the centre's system."""

    timeout_seconds: Annotated[float, Field(gt=0, le=3600)] = 15
    max_attempts: Annotated[int, Field(ge=1)] = 10
    concurrency: Annotated[int, Field(ge=1, le=64)] = 8


class RetentionSettings(Section):
    """``[retention]``: days (of 24 hours) after delivery. 0: kept for ever."""

    transcript_days: Annotated[float, Field(ge=0)] = 30
    result_days: Annotated[float, Field(ge=0)] = 90
    record_days: Annotated[float, Field(ge=0)] = 365
    audit_days: Annotated[float, Field(ge=0)] = 730


class AskSettings(Section):
    """``[ask]``: questions about a call, answered by both models."""

    enabled: Literal["on", "off"] = "on"
    # From the arrival: the acknowledgement at the latest, and the whole answer.
    first_seconds: Annotated[float, Field(ge=0.2, le=30)] = 2.0
    deadline_seconds: Annotated[float, Field(ge=3, le=60)] = 15.0
    max_tokens: Annotated[int, Field(ge=64, le=4096)] = 600
    max_in_flight: Annotated[int, Field(ge=1, le=64)] = 4
    # Tokens of the call that an answer may read.
    evidence_tokens: Annotated[int, Field(ge=128)] = 1200
    # Answers from what the model knows, where the call has none. They are marked.
    general: Literal["on", "off"] = "off"
    cache_entries: Annotated[int, Field(ge=0, le=100_000)] = 2000
    cache_minutes: Annotated[float, Field(gt=0, le=1440)] = 10

    @model_validator(mode="after")
    def _first_before_the_end(self) -> AskSettings:
        if self.first_seconds >= self.deadline_seconds:
            raise ValueError("first_seconds has to be less than deadline_seconds")
        return self


class LiveSettings(Section):
    """``[live]``: calls in progress."""

    max_calls: Annotated[int, Field(ge=1, le=5000)] = 500
    idle_minutes: Annotated[float, Field(gt=0, le=720)] = 30
    # A new draft of the summary: at most this often while the call goes on.
    draft_seconds: Annotated[float, Field(ge=1, le=600)] = 10


class ConsoleSettings(Section):
    """``[console]``: the pages for people."""

    enabled: Literal["on", "off"] = "off"
    language: Literal["ko", "en"] = "ko"
    # Without work; a call in progress is work.
    idle_minutes: Annotated[float, Field(ge=1, le=720)] = 30
    session_hours: Annotated[float, Field(ge=0.1, le=24)] = 12
    # Further origins of this box, such as https://edgebox.centre.local behind a proxy.
    origins: str = ""

    @property
    def further_origins(self) -> tuple[str, ...]:
        """The origins, one by one."""
        return tuple(self.origins.replace(",", " ").split())

    @field_validator("origins")
    @classmethod
    def _origins(cls, value: str) -> str:
        return " ".join(as_browsers_write(one) for one in value.replace(",", " ").split())


class CostSettings(Section):
    """``[cost]``: what the box costs. 0: not known, and nothing that needs it is computed."""

    won_per_hour: Annotated[float, Field(ge=0)] = 0.0
    # Money is in this currency, of the three cloud prices and the target in US dollars.
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "KRW"
    machine_price: Annotated[float, Field(ge=0)] = 0.0
    machine_months: Annotated[float, Field(ge=1, le=240)] = 36.0
    upkeep_per_month: Annotated[float, Field(ge=0)] = 0.0
    kwh_price: Annotated[float, Field(ge=0)] = 0.0
    # Power usage effectiveness: the room's electricity for each kWh of the machine.
    pue: Annotated[float, Field(ge=1, le=5)] = 1.0
    # Watts of the machine where nothing measures its energy.
    idle_watts: Annotated[float, Field(ge=0)] = 0.0
    busy_watts: Annotated[float, Field(ge=0)] = 0.0
    # US dollars for a million tokens, and this currency for a US dollar.
    cloud_read: Annotated[float, Field(ge=0)] = 0.0
    cloud_cached: Annotated[float, Field(ge=0)] = 0.0
    cloud_written: Annotated[float, Field(ge=0)] = 0.0
    cloud_token_factor: Annotated[float, Field(gt=0, le=10)] = 1.0
    per_dollar: Annotated[float, Field(ge=0)] = 0.0

    @model_validator(mode="after")
    def _watts(self) -> CostSettings:
        if bool(self.idle_watts) != bool(self.busy_watts) or self.busy_watts < self.idle_watts:
            raise ValueError("idle_watts and busy_watts have to be set together, busy the larger")
        return self


class RoleSettings(Section):
    """``[engines.slm]`` and ``[engines.mlm]``: the model or server behind a role."""

    model: str = ""
    # When set, another OpenAI-compatible server answers for this role instead of our engine.
    url: str = ""
    url_model: str = ""
    url_key_file: FilePath = ""
    # What that server takes beside OpenAI's own fields. A strict one refuses what it does not know.
    url_schema: Literal["json_schema", "json_object"] = "json_schema"
    url_priority: Literal["off", "lower_first", "higher_first"] = "off"
    url_cache_salt: Literal["on", "off"] = "off"
    url_figures: Literal["on", "off"] = "off"
    context_tokens: Annotated[int, Field(ge=512)] = 16384
    parallel: Annotated[int, Field(ge=1, le=64)] = 8
    retained: Annotated[int, Field(ge=1, le=64)] = 6
    gpu_layers: Annotated[int, Field(ge=-1)] = -1
    gpu_memory_gib: Annotated[float, Field(ge=0)] = 0  # 0: no limit
    unload_after_minutes: Annotated[float, Field(ge=0)] = 0
    repack: Literal["auto", "on", "off"] = "auto"
    speculative: Literal["auto", "off"] = "auto"

    @field_validator("url")
    @classmethod
    def _http(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("has to begin with http:// or https://, or be empty")
        if value and not _is_address(value):
            raise ValueError("has to be an address such as http://10.0.0.9:8000/v1")
        return value


class EngineSettings(Section):
    """``[engines]``: the process that runs the models."""

    threads: Annotated[int, Field(ge=0)] = 0  # 0: as measured, else one per physical core
    spin: Annotated[int, Field(ge=0)] = 0  # 0: as measured, else 2500
    queue_limit: Annotated[int, Field(ge=1)] = 256
    step_target_seconds: Annotated[float, Field(gt=0)] = 0.1
    slm: RoleSettings = RoleSettings(model="qwen3-1.7b-q8_0")
    mlm: RoleSettings = RoleSettings(model="qwen3-4b-instruct-2507-q4_k_m", parallel=16)

    @field_validator("slm", "mlm", mode="before")
    @classmethod
    def _keep_role_defaults(cls, value: object, info: ValidationInfo) -> object:
        """Fill a table that sets a few keys of a role with that role's own defaults."""
        if not isinstance(value, dict) or info.field_name is None:
            return value
        default = cls.model_fields[info.field_name].default
        return default.model_dump(include={"model", "parallel"}) | value

    def role(self, role: Role) -> RoleSettings:
        return self.slm if role == "slm" else self.mlm


class Settings(BaseSettings):
    """Everything an administrator can set."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, env_nested_delimiter="__", extra="forbid", validate_default=True
    )

    state_dir: Folder = Field(
        default_factory=lambda: xdg("XDG_STATE_HOME", ".local/state") / "edgebox"
    )
    models_dir: Folder = Field(default_factory=default_models_dir)
    # Folder of the engine's socket, apart from the database, which the engine must not see.
    # Empty: state_dir.
    runtime_dir: FilePath = ""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    api: ApiSettings = ApiSettings()
    quick: QuickSettings = QuickSettings()
    batch: BatchSettings = BatchSettings()
    quality: QualitySettings = QualitySettings()
    callbacks: CallbackSettings = CallbackSettings()
    retention: RetentionSettings = RetentionSettings()
    ask: AskSettings = AskSettings()
    live: LiveSettings = LiveSettings()
    console: ConsoleSettings = ConsoleSettings()
    cost: CostSettings = CostSettings()
    engines: EngineSettings = EngineSettings()

    @field_validator("engines")
    @classmethod
    def _room_for_answers(cls, engines: EngineSettings, info: ValidationInfo) -> EngineSettings:
        """Refuse a context that holds no call beside the longest answer: every one would fail."""
        quick, batch = info.data.get("quick"), info.data.get("batch")
        wanted: tuple[tuple[Role, str, QuickSettings | BatchSettings | None], ...]
        wanted = (("slm", "quick", quick), ("mlm", "batch", batch))
        for role, table, answers in wanted:
            options = engines.role(role)
            if answers is None or (role == "slm" and options.url):
                continue  # wrong itself; of another server's context nothing is known there
            least = LEAST_READING if options.url else _LEAST_HERE
            if options.context_tokens < answers.max_tokens + least:
                raise ValueError(
                    f"context_tokens under [engines.{role}] has to be at least max_tokens under "
                    f"[{table}] plus {least:,}: instructions and call have to fit beside "
                    "the answer"
                )
        return engines

    @property
    def database(self) -> Path:
        """The SQLite file that holds all data."""
        return self.state_dir / "edgebox.db"

    @property
    def huey_database(self) -> Path:
        """Huey's own file. It holds wake-ups only; losing it loses nothing."""
        return self.state_dir / "huey.db"

    @property
    def socket(self) -> Path:
        """The engine's Unix socket."""
        return Path(self.runtime_dir or self.state_dir) / "engine.sock"

    @property
    def socket_problem(self) -> str | None:
        """Why the engine cannot have its socket there; None where it can."""
        length = len(os.fsencode(self.socket))
        if length <= LONGEST_SOCKET_PATH:
            return None
        return (
            f"The path of the engine's socket has {length} bytes, and a socket's may have "
            f"{LONGEST_SOCKET_PATH}: {self.socket}"
        )

    @property
    def analyses_at_once(self) -> int:
        """How many analyses our own engine is sent at once: no more than it runs at once."""
        return min(self.batch.concurrency, self.engines.mlm.parallel)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the environment before the file, whose values are the init values."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings
