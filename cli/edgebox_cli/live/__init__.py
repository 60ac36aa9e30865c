"""``edgebox live``: a transcript sent as speech-to-text would send it."""
