"""The catalogue: the models that EdgeBox knows, with their sizes, hashes and sources.

It is ``gguf/catalog.toml`` of the checkout, or the copy packaged beside this file. It is never
written: models that an administrator adds are recorded in the models folder (``records.py``).
"""

from __future__ import annotations

import difflib
import tomllib
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from edgebox.errors import ConfigError, UnknownModel
from edgebox.settings import Role  # noqa: TC001 - pydantic reads the annotation at run time

# llama.cpp's compute buffers, its vocabulary and the process itself, per model.
OVERHEAD_BYTES = 320 * 1024 * 1024

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
# Names become file names, so no name may lead out of the models folder.
ModelName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,99}$")]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class HubSource(_Frozen):
    """A file on a model hub: ``{endpoint}/{hub}/resolve/main/{file}``."""

    kind: Literal["hub"] = "hub"
    hub: str
    file: str

    @property
    def title(self) -> str:
        """The source in messages."""
        return f"hub {self.hub}"


class PackageSource(_Frozen):
    """Wheels of a package registry that carry the file in parts.

    ``pattern`` and ``data`` are formats over ``n`` = 1 … ``parts``.
    """

    kind: Literal["packages"] = "packages"
    pattern: str
    version: str
    parts: Annotated[int, Field(ge=1)]
    data: str

    @property
    def title(self) -> str:
        """The source in messages."""
        return f"packages {self.pattern.format(n=1)} … {self.pattern.format(n=self.parts)}"

    def package(self, n: int) -> str:
        """Return the name of the package with part ``n`` (from 1)."""
        return self.pattern.format(n=n)

    def member(self, n: int) -> str:
        """Return the path of the data file inside that package's wheel."""
        return self.data.format(n=n)


ModelSource = Annotated[HubSource | PackageSource, Field(discriminator="kind")]


class ModelEntry(_Frozen):
    """One model: what it is, what it needs, where it comes from.

    ``size_bytes`` is exact when ``sha256`` is given, else an estimate.
    ``kv_bytes_per_token`` is for fp16 keys and values over all layers; 0: unknown.
    """

    name: ModelName
    family: str
    roles: Annotated[tuple[Role, ...], Field(min_length=1)]
    quantization: str
    size_bytes: Annotated[int, Field(gt=0, alias="bytes")]
    sha256: Sha256 | None = None
    verified: bool = False
    licence: str
    layers: Annotated[int, Field(ge=0)] = 0
    kv_bytes_per_token: Annotated[int, Field(ge=0)] = 0
    template_options: dict[str, bool | int | str] = {}
    trial: bool = False
    note: str = ""
    sources: tuple[ModelSource, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _name_sources(cls, data: object) -> object:
        """Turn ``{packages = {...}}`` of the file into the fields of a PackageSource."""
        if isinstance(data, dict) and "sources" in data:
            listed = [
                {"kind": "packages", **source["packages"]}
                if isinstance(source, dict) and isinstance(source.get("packages"), dict)
                else {"kind": "hub", **source}
                if isinstance(source, dict) and "hub" in source
                else source
                for source in data["sources"]
            ]
            return {**data, "sources": listed}
        return data

    @model_validator(mode="after")
    def _verified_needs_hash(self) -> Self:
        if self.verified and self.sha256 is None:
            raise ValueError("verified = true needs a sha256")
        return self

    @property
    def filename(self) -> str:
        """The file's name in the models folder."""
        return f"{self.name}.gguf"


class Catalog:
    """Every known model, in the catalogue's order.

    Args:
        entries: the models; names and hashes are unique.
    """

    def __init__(self, entries: tuple[ModelEntry, ...]) -> None:
        self.entries = entries
        self._by_name = {entry.name: entry for entry in entries}
        self._by_hash = {entry.sha256: entry for entry in entries if entry.sha256}

    @classmethod
    def load(cls, path: Path | None = None) -> Catalog:
        """Read the catalogue.

        Args:
            path: another file than the checkout's or the packaged one.

        Raises:
            ConfigError: the file is missing or wrong.
        """
        try:
            if path is None:
                checkout = Path(__file__).resolve().parents[2] / "gguf" / "catalog.toml"
                packaged = resources.files("edgebox.models").joinpath("catalog.toml")
                found = checkout if checkout.is_file() else packaged
            else:
                found = path
            raw = tomllib.loads(found.read_text(encoding="utf-8"))
            entries = tuple(ModelEntry(**item) for item in raw.get("model", []))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ConfigError(f"Cannot read the model catalogue: {error}") from None
        except (ValidationError, TypeError) as error:
            raise ConfigError(f"The model catalogue is not valid: {error}") from None
        if len({entry.name for entry in entries}) != len(entries):
            raise ConfigError("The model catalogue lists a name twice.")
        return cls(entries)

    def get(self, name: str) -> ModelEntry:
        """Return the model of this name.

        Raises:
            UnknownModel: there is none; the message offers the closest names.
        """
        if found := self._by_name.get(name):
            return found
        raise unknown_model(name, self._by_name)

    def find_hash(self, sha256: str) -> ModelEntry | None:
        """Return the model whose file has this hash, or None."""
        return self._by_hash.get(sha256)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name


def unknown_model(name: str, known: dict[str, ModelEntry]) -> UnknownModel:
    """Make the error for a name that is not in ``known``; it offers the closest ones."""
    lowered = name.lower().removesuffix(".gguf")
    close = difflib.get_close_matches(lowered, known, n=3, cutoff=0.5) or [
        candidate for candidate in known if lowered and lowered in candidate
    ]
    advice = f"Did you mean {' or '.join(close[:3])}?" if close else "See: edgebox models list"
    return UnknownModel(f"There is no model '{name}'. {advice}")


def memory_need(entry: ModelEntry, context_tokens: int) -> int:
    """Return the bytes of memory that a model needs with ``context_tokens`` tokens of KV cache.

    The sum of weights, fp16 keys and values, and llama.cpp's own buffers. It is a little more
    than a process uses.
    """
    return entry.size_bytes + entry.kv_bytes_per_token * context_tokens + OVERHEAD_BYTES
