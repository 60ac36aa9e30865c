"""The engine: both models on one decode thread, behind an OpenAI-compatible interface."""

import os

# libgomp reads this when it is loaded, so it is set before any module here can load it (llama.py,
# backends.py and constraint.py do). Threads that wait for each other spin; when one of them has
# lost its core, spinning keeps it from moving to the other. Measured on two cores, against
# libgomp's default (300,000): beside one busy process up to ten times the tokens and on another day
# half of them, alone the same to a tenth fewer. So this is where `edgebox tune` did not measure.
os.environ.setdefault("GOMP_SPINCOUNT", "2500")
