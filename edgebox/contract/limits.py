"""How long the parts of a request may be. Apart, for what checks them without reading a call."""

MAX_ID_CHARACTERS = 128
MAX_METADATA_BYTES = 16 * 1024
MAX_METADATA_DEPTH = 32
MAX_URL_CHARACTERS = 2048
