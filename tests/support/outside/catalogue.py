"""A catalogue of one small model, for tests that need a real file of it."""

import hashlib

from edgebox.models.catalog import Catalog, HubSource, ModelEntry, PackageSource

HUB = HubSource(hub="someone/tiny-GGUF", file="Tiny Q8.gguf")
HUB_PATH = "someone/tiny-GGUF/resolve/main/Tiny%20Q8.gguf"
PACKAGES = PackageSource(
    pattern="tiny-model-part{n}", version="1.0", parts=3, data="tiny_model_part{n}/data/p{n:02}.bin"
)


def entry(content: bytes, **changes: object) -> ModelEntry:
    """Return the catalogue's entry for ``content``."""
    fields: dict[str, object] = {
        "name": "tiny-q8_0",
        "family": "Tiny",
        "roles": ("slm",),
        "quantization": "Q8_0",
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "verified": True,
        "licence": "MIT",
        "sources": (HUB,),
    }
    return ModelEntry.model_validate({**fields, **changes})


def catalog(content: bytes, **changes: object) -> Catalog:
    """Return a catalogue that lists only ``content``."""
    return Catalog((entry(content, **changes),))
