"""The wire format, each shape spelled once: paths, requests, results and answers.

Results and callbacks are typed dicts, the other shapes are models. A result is stored as JSON
and leaves the box as it was stored, without being validated or changed: a callback is signed
over its bytes, and a row of another release may lack a field or have more.
"""
