"""The catalogue: what a model is, pulling, importing, verifying."""

from edgebox.models.catalog import Catalog, ModelEntry, memory_need
from edgebox.models.installed import Installed, require

__all__ = ["Catalog", "Installed", "ModelEntry", "memory_need", "require"]
