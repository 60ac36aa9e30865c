"""Settings: defaults, then ``edgebox.toml``, then ``EDGEBOX_*`` variables.

Nested keys use two underscores: ``EDGEBOX_API__PORT=9000`` is ``port`` under
``[api]``. A key or variable that does not exist is an error that names it. Composition
roots read the settings once and pass values on; nothing else reads them.
"""

from edgebox.settings.load import load_settings
from edgebox.settings.model import (
    ROLES,
    ApiSettings,
    AskSettings,
    BatchSettings,
    CallbackSettings,
    EngineSettings,
    QuickSettings,
    RetentionSettings,
    Role,
    RoleSettings,
    Settings,
)
from edgebox.settings.places import SYSTEM_CONFIG, default_config_path, default_models_dir

__all__ = [
    "ROLES",
    "SYSTEM_CONFIG",
    "ApiSettings",
    "AskSettings",
    "BatchSettings",
    "CallbackSettings",
    "EngineSettings",
    "QuickSettings",
    "RetentionSettings",
    "Role",
    "RoleSettings",
    "Settings",
    "default_config_path",
    "default_models_dir",
    "load_settings",
]
