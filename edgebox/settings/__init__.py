"""Settings: defaults, then ``edgebox.toml``, then ``EDGEBOX_*`` variables.

Nested keys use two underscores: ``EDGEBOX_API__PORT=9000`` is ``port`` under
``[api]``. A key or variable that does not exist is an error that names it. Composition
roots read the settings once and pass values on; nothing else reads them.
"""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from edgebox.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

Role = Literal["slm", "mlm"]
ROLES: tuple[Role, ...] = ("slm", "mlm")
ENV_PREFIX = "EDGEBOX_"
SYSTEM_CONFIG = Path("/etc/edgebox/edgebox.toml")


def xdg(variable: str, fallback: str) -> Path:
    """The user's XDG folder for ``variable``, or its documented default."""
    return Path(os.environ.get(variable) or Path.home() / fallback)


def default_config_path() -> Path:
    """Where the configuration is looked for: $EDGEBOX_CONFIG, the user's own, then /etc."""
    if named := os.environ.get("EDGEBOX_CONFIG"):
        return Path(named)
    user = xdg("XDG_CONFIG_HOME", ".config") / "edgebox" / "edgebox.toml"
    # Not exists(): it raises in a home that is closed, such as root's, whose $HOME runuser keeps.
    if os.access(user, os.F_OK) or not SYSTEM_CONFIG.parent.exists():
        return user
    closed = not os.access(SYSTEM_CONFIG.parent, os.X_OK)  # to this user: reading it says so
    return SYSTEM_CONFIG if closed or SYSTEM_CONFIG.exists() else user


def default_models_dir() -> Path:
    """``gguf/`` of the checkout this runs from, else ``models/`` of the user's data."""
    checkout = Path(__file__).resolve().parents[2] / "gguf"
    if (checkout / "catalog.toml").exists():
        return checkout
    return xdg("XDG_DATA_HOME", ".local/share") / "edgebox" / "models"


class Section(BaseModel):
    """A table of the file: unknown keys are errors, and so are values of another kind."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth_values(cls, value: object) -> object:
        """``port = true`` is a slip; pydantic alone would read it as 1."""
        if isinstance(value, bool):
            raise ValueError("cannot be true or false")  # noqa: TRY004 - pydantic knows ValueError
        return value


class ApiSettings(Section):
    """``[api]``: the HTTP side."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8600
    body_limit_bytes: Annotated[int, Field(gt=0)] = 16 * 1024 * 1024
    transcript_limit_characters: Annotated[int, Field(gt=0)] = 200_000
    batch_limit_consultations: Annotated[int, Field(gt=0)] = 500
    rate_per_minute: Annotated[int, Field(gt=0)] = 600
    key_tolerance_seconds: Annotated[float, Field(gt=0)] = 300
    idempotency_hours: Annotated[float, Field(gt=0)] = 24
    # "HOST:PORT" of a second listener for /metrics without a key; empty: only with a key.
    metrics_listen: str = ""
    # PEM files, absolute paths; both or neither.
    tls_cert: str = ""
    tls_key: str = ""

    @field_validator("metrics_listen")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        port = value.rpartition(":")[2]
        if value and not (":" in value and port.isascii() and port.isdigit() and int(port) < 65536):
            raise ValueError("has to be HOST:PORT, or empty")
        return value

    @field_validator("tls_cert", "tls_key")
    @classmethod
    def _absolute(cls, value: str) -> str:
        if value and not value.startswith("/"):
            raise ValueError("has to be an absolute path, or empty")
        return value

    @model_validator(mode="after")
    def _both_or_neither(self) -> ApiSettings:
        if bool(self.tls_cert) != bool(self.tls_key):
            raise ValueError("tls_cert and tls_key have to be set together, or neither of them")
        return self

    @property
    def tls(self) -> bool:
        """Whether the API speaks HTTPS."""
        return bool(self.tls_cert)

    @property
    def local_url(self) -> str:
        """Where programs on this machine reach the API."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(self.host, self.host)  # noqa: S104
        host = f"[{host}]" if ":" in host else host
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"


class QuickSettings(Section):
    """``[quick]``: the summary an agent waits for."""

    deadline_seconds: Annotated[float, Field(ge=0.2, le=60)] = 3.0
    max_tokens: Annotated[int, Field(ge=16, le=1024)] = 96
    # Kept back from the deadline for HTTP, scheduling and the fallback itself.
    margin_seconds: Annotated[float, Field(ge=0.02, le=5)] = 0.2
    max_in_flight: Annotated[int, Field(ge=1)] = 64


class BatchSettings(Section):
    """``[batch]``: when the backlog runs."""

    min_pending: Annotated[int, Field(ge=1)] = 20
    max_wait_seconds: Annotated[float, Field(gt=0)] = 900
    concurrency: Annotated[int, Field(ge=1, le=64)] = 4
    lease_seconds: Annotated[float, Field(gt=0)] = 120
    max_attempts: Annotated[int, Field(ge=1)] = 3
    max_tokens: Annotated[int, Field(ge=64, le=4096)] = 512
    # Consultations that may wait, in all and of one client; more are refused until there is room.
    max_waiting: Annotated[int, Field(ge=1)] = 20_000
    max_waiting_per_client: Annotated[int, Field(ge=1)] = 10_000


class CallbackSettings(Section):
    """``[callbacks]``: delivery to the centre's system."""

    timeout_seconds: Annotated[float, Field(gt=0)] = 15
    max_attempts: Annotated[int, Field(ge=1)] = 10
    concurrency: Annotated[int, Field(ge=1, le=64)] = 8


class RetentionSettings(Section):
    """``[retention]``: days (of 24 hours) after delivery; 0: kept for ever."""

    transcript_days: Annotated[float, Field(ge=0)] = 30
    result_days: Annotated[float, Field(ge=0)] = 90
    record_days: Annotated[float, Field(ge=0)] = 365


class RoleSettings(Section):
    """``[engines.slm]`` and ``[engines.mlm]``: who answers for a role."""

    model: str = ""
    # Set: this role is answered by another OpenAI-compatible server, not by our engine.
    url: str = ""
    url_model: str = ""
    context_tokens: Annotated[int, Field(ge=512)] = 16384
    parallel: Annotated[int, Field(ge=1, le=64)] = 8
    retained: Annotated[int, Field(ge=1, le=64)] = 6
    gpu_layers: Annotated[int, Field(ge=-1)] = -1
    gpu_memory_gib: Annotated[float, Field(ge=0)] = 0  # 0: no limit
    unload_after_minutes: Annotated[float, Field(ge=0)] = 0
    repack: Literal["auto", "on", "off"] = "auto"

    @field_validator("url")
    @classmethod
    def _http(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("has to begin with http:// or https://, or be empty")
        return value


class EngineSettings(Section):
    """``[engines]``: the process that runs the models."""

    threads: Annotated[int, Field(ge=0)] = 0  # 0: one per physical core
    queue_limit: Annotated[int, Field(ge=1)] = 256
    step_target_seconds: Annotated[float, Field(gt=0)] = 0.1
    slm: RoleSettings = RoleSettings(model="qwen3-1.7b-q8_0")
    mlm: RoleSettings = RoleSettings(model="qwen3-4b-instruct-2507-q4_k_m", parallel=4)

    @field_validator("slm", "mlm", mode="before")
    @classmethod
    def _keep_role_defaults(cls, value: object, info: ValidationInfo) -> object:
        """A table that sets one thing of a role keeps the role's own other defaults."""
        if not isinstance(value, dict) or info.field_name is None:
            return value
        default = cls.model_fields[info.field_name].default
        return default.model_dump(include={"model", "parallel"}) | value

    def role(self, role: Role) -> RoleSettings:
        """The settings of one role."""
        return self.slm if role == "slm" else self.mlm


class Settings(BaseSettings):
    """Everything an administrator can set."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, env_nested_delimiter="__", extra="forbid", validate_default=True
    )

    state_dir: Path = Field(
        default_factory=lambda: xdg("XDG_STATE_HOME", ".local/state") / "edgebox"
    )
    models_dir: Path = Field(default_factory=default_models_dir)
    # The engine's socket is there, so that the engine need not see the database; empty: state_dir.
    runtime_dir: str = ""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    api: ApiSettings = ApiSettings()
    quick: QuickSettings = QuickSettings()
    batch: BatchSettings = BatchSettings()
    callbacks: CallbackSettings = CallbackSettings()
    retention: RetentionSettings = RetentionSettings()
    engines: EngineSettings = EngineSettings()

    @property
    def database(self) -> Path:
        """The one SQLite file that holds the truth."""
        return self.state_dir / "edgebox.db"

    @property
    def huey_database(self) -> Path:
        """Huey's own file: only wake-ups live there, losing it loses nothing."""
        return self.state_dir / "huey.db"

    @property
    def socket(self) -> Path:
        """The engine's Unix socket."""
        return Path(self.runtime_dir or self.state_dir) / "engine.sock"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment over file: the file arrives as the init values."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings


def load_settings(path: Path | None = None) -> Settings:
    """Read the settings.

    Args:
        path: the TOML file; the default path when None. A default file that does
            not exist means defaults; a named one that does not exist is an error.

    Raises:
        ConfigError: unreadable, not TOML, an unknown key or variable, or a wrong value.
    """
    file = path or default_config_path()
    values = read_values(file, named=path is not None or "EDGEBOX_CONFIG" in os.environ)
    for name, problem in wrong_variables():
        raise ConfigError(f"{name}: {problem}")
    try:
        return Settings(**values)
    except ValidationError as error:
        raise ConfigError(_explain(error, file)) from None


def read_values(file: Path, *, named: bool) -> dict[str, Any]:
    """What the file sets, unchecked.

    Args:
        file: the TOML file.
        named: whether somebody asked for this one: it then has to exist.

    Raises:
        ConfigError: it is missing, unreadable or not TOML.
    """
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if named:
            raise ConfigError(
                f"There is no configuration at {file}. Write one with: edgebox init"
            ) from None
        return {}
    except PermissionError:
        raise ConfigError(f"This user may not read {file}. Try as root: sudo edgebox ...") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"Cannot read {file}: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file} is not valid TOML: {error}") from None


def wrong_variables() -> Iterator[tuple[str, str]]:
    """Variables that pydantic-settings passes over (no such key) or fails on (no JSON).

    Yields:
        (the variable, what is wrong with it and what to do), never its value.
    """
    for name, value in os.environ.items():
        if not name.upper().startswith(ENV_PREFIX) or name == "EDGEBOX_CONFIG":
            continue
        fields = Settings.model_fields
        default: object = None
        for key in name[len(ENV_PREFIX) :].lower().split("__"):
            if key not in fields:
                yield name, "there is no such setting. Unset it, or correct its name."
                break
            default = fields[key].default
            fields = type(default).model_fields if isinstance(default, Section) else {}
        else:
            if isinstance(default, Section) and not _is_json_object(value):
                fix = f"To set one key of it: {name}__KEY=VALUE"
                yield name, f"a whole table has to be a JSON object. {fix}"


def _is_json_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _explain(error: ValidationError, file: Path) -> str:
    """One line per problem, by key, without repeating a value (it may be a secret)."""
    lines = []
    for item in error.errors(include_url=False, include_input=False, include_context=False):
        key = ".".join(str(part) for part in item["loc"])
        if item["type"] == "extra_forbidden":
            lines.append(f"unknown key '{key}'")
        else:
            lines.append(f"'{key}': {item['msg']}")
    return f"{file} (or EDGEBOX_*): " + "; ".join(lines)
