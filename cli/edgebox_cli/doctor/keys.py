"""The check of the keys that were refused."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from edgebox.api.refused_keys import refused_keys
from edgebox.errors import StoreError
from edgebox.store.db import Store
from edgebox_cli.common.output import local_time
from edgebox_cli.doctor.check import Check, warn

if TYPE_CHECKING:
    from edgebox.settings import Settings

_DAY = 86_400.0


def refused(settings: Settings, now: float) -> Check:
    """Warn of keys of enabled clients that were refused in the last day, with the reason.

    Keys that name no client are reported and no warning: any program on the network can send them.

    Args:
        settings: name the state folder.
        now: Unix seconds.
    """
    name = "refused keys"
    found = refused_keys(settings.state_dir, now - _DAY)
    with closing(Store(settings.database, busy_timeout=2.0)) as store:
        try:
            enabled = {one.client_id for one in store.clients.list() if not one.disabled}
        except StoreError:
            enabled = set()  # the check of the database reports it
    found.sort(key=lambda one: one.client not in enabled)
    shown = "; ".join(
        f"{one.client or 'no client'}: {one.reason} ({one.count}, the last at {local_time(one.at)})"
        for one in found[:3]
    )
    if any(one.client in enabled for one in found):
        return warn(name, "In the last 24 hours: {refused}.", "edgebox keys list", refused=shown)
    return Check(name, "ok", shown or "none in the last 24 hours")
