"""``python -m edgebox_cli``: how ``edgebox up`` starts its children."""

from edgebox_cli.main import main

main()
