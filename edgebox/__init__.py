"""EdgeBox: consultation summaries from two local language models."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("edgebox")
except PackageNotFoundError:  # running from an unpacked tree
    __version__ = "0+unknown"
