r"""Received text in one form, with a map back to the offsets of what was received.

Exports differ in what the eye does not see: decomposed Hangul (macOS), byte-order marks and
zero-width spaces before a label, nine kinds of line end, line ends escaped twice (``\n`` as two
characters), characters written as their codes, HTML and WebVTT tags, a recogniser's own tokens.
Everything after this module sees composed Hangul, ``\n`` and ordinary spaces.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


@dataclass(frozen=True, slots=True)
class Normal:
    """A text in normal form.

    Attributes:
        text: the normal form.
        length: characters of the received text.
        places: where the two stop being parallel: offsets in ``text``, ascending.
        origins: the offset in the received text of each place.
        before: the text that this one is made of, where that is not the received one.
    """

    text: str
    length: int
    places: tuple[int, ...] = (0,)
    origins: tuple[int, ...] = (0,)
    before: Normal | None = None

    def origin(self, offset: int) -> int:
        """Return the received offset of an offset in ``text``."""
        index = bisect_right(self.places, offset) - 1
        found = min(self.length, self.origins[index] + offset - self.places[index])
        return found if self.before is None else self.before.origin(found)


_LINE_END: Final = "\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]"
_ESCAPED_LINE_END: Final = r"\\{1,4}r\\{1,4}n|\\{1,4}[nrt]"
_BREAK_TAG: Final = (
    r"<br[ ]{0,3}/?>|</(?:p|div|li|tr)>|&lt;br[ ]{0,3}/?&gt;|&lt;/(?:p|div|li|tr)&gt;"
)
_VOICE_TAG: Final = r"<v(?:\.[\w.]{1,40})?[ \t]{1,3}(?P<voice>[^<>\n]{1,40})>"
_OTHER_TAG: Final = (
    r"</?(?:v|c|i|b|u|p|li|tr|td|th|ul|ol|h[1-6]|em|strong|div|span|font|ruby|rt|lang|table|tbody)"
    r"(?:[ .][^<>\n]{0,80})?>"
    r"|<\d{1,2}:\d{2}(?::\d{2})?[.,]\d{2,3}>"
    r"|&lt;/?(?:b|i|u|p|li|tr|td|th|ul|ol|em|strong|div|span|font|table|tbody)"
    r"(?:[ ][^<>&\n]{0,80})?&gt;"
)
_BAR: Final = "[|｜]"
_MOMENT: Final = rf"< ?{_BAR}\d{{1,4}}\.\d{{1,3}}{_BAR} ?>"
_TOKEN: Final = (
    rf"< ?{_BAR}(?!im_|no_?speech)[A-Za-z_]{{1,24}}{_BAR} ?>|{_MOMENT}"
    r"|\[_(?:BEG|SOT|EOT|SOLM|PREV|NOSP|NOT|TRANSLATE|TRANSCRIBE|(?:TT|LANG|extra_token)_\w{1,8})_?\]"
    r"|(?-i:\[(?:SOT|EOT|BOS|EOS|PAD|CLS|SEP)\])|<(?:pad|bos|eos|sos)>|</?s>"
)
"""What a recogniser's model writes to itself: <|ko|>, <|2.40|>, [_BEG_], [_TT_150], </s>."""

_ENTITY: Final = {
    "&nbsp;": " ", "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'",
    "&apos;": "'",
}  # fmt: skip
_REFERENCE: Final = r"&(?:\#(?:\d{1,7}|x[0-9a-f]{1,6})|[a-z]{2,8});"
_CODES: Final = r"(?:\\u[0-9a-fA-F]{4})+"
"""Characters that a program wrote as their codes: \ud558."""
VOICE: Final = "\x02"
"""In the normal form, before and behind a label that a WebVTT voice tag is."""
INVISIBLE: Final = (
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]"
)
"""What is not printed: joiners, marks of direction, the byte-order mark, control characters."""
_AROUND: Final = re.compile(rf"(?:\s|{INVISIBLE})+")
_COLON: Final = "[\ufe30\ufe55\u2236\ua789]"
_SPACE: Final = "[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]"
# One syllable of decomposed Hangul, a composed one whose final consonant is apart, or a letter
# with its marks: the clusters that NFC may join.
_CLUSTER: Final = (
    "[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?|[가-힣][\u11a8-\u11c2]"
    "|[A-Za-z\u00c0-\u024f\u3041-\u30ff][\u0300-\u036f\u3099\u309a]+"
)
_JOINER: Final = "\u200d"


def _pattern(*, escaped: bool) -> re.Pattern[str]:
    """Return the pattern of everything that is replaced; ``escaped`` line ends with it or not."""
    parts = [
        rf"(?P<line>{_LINE_END}|{_BREAK_TAG}|\[SPEAKER[_ ]TURN\]|{_MOMENT}\s{{0,3}}{_MOMENT})",
        f"(?P<token>{_TOKEN})",
        _VOICE_TAG,
        f"(?P<drop>{_OTHER_TAG})",
        f"(?P<entity>{'|'.join(_ENTITY)})",
        f"(?P<reference>{_REFERENCE})",
        f"(?P<invisible>{INVISIBLE})",
        f"(?P<space>{_SPACE})",
        f"(?P<colon>{_COLON})",
        f"(?P<cluster>{_CLUSTER})",
    ]
    if escaped:
        parts[:0] = [f"(?P<codes>{_CODES})", f"(?P<escaped>{_ESCAPED_LINE_END})"]
    return re.compile("|".join(parts), re.IGNORECASE)


_PLAIN: Final = _pattern(escaped=False)
_WITH_ESCAPES: Final = _pattern(escaped=True)


def visible(received: str) -> tuple[int, int]:
    """Return where a text begins and ends without white space and what is not printed."""
    start, end = 0, len(received)
    if match := _AROUND.match(received):
        start = match.end()
    while end > start and _AROUND.match(received, end - 1, end):
        end -= 1
    return start, end


def normalise(received: str) -> Normal:
    """Return the normal form of a received text. Takes time linear in its length."""
    escapes = len(re.findall(r"\\[nr]|(?:\\u[0-9a-fA-F]{4}){2}", received))
    pattern = _WITH_ESCAPES if escapes > received.count("\n") else _PLAIN
    return replaced(received, _replacements(pattern, received))


def replaced(received: str, found: Iterable[tuple[int, int, str]]) -> Normal:
    """Return a text with (start, end, replacement) of some stretches, in order, put in."""
    pieces: list[str] = []
    places, origins = [0], [0]
    at = size = 0
    for start, end, put in found:
        pieces += (received[at:start], put)
        size += start - at
        places.append(size)
        origins.append(start)
        size += len(put)
        places.append(size)
        origins.append(end)
        at = end
    if at == 0:
        return Normal(received, len(received))
    pieces.append(received[at:])
    return Normal("".join(pieces), len(received), tuple(places), tuple(origins))


def _replacements(pattern: re.Pattern[str], received: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, replacement) of every stretch that is not in normal form already."""
    for match in pattern.finditer(received):
        if match[0] == _JOINER and _joins_emoji(received, match.start()):
            continue
        put = _replacement(match)
        if put != match[0]:
            yield match.start(), match.end(), put


def _printed(text: str) -> str:
    """Return characters that a reference named, in normal form."""
    if text in {"\r", "\n"}:
        return "\n"
    return " " if text.isspace() else re.sub(INVISIBLE, "", text)


def _decoded(codes: str) -> str:
    """Return the characters of codes; half of a pair that is not whole is a sign of damage."""
    units = b"".join(int(code, 16).to_bytes(2, "big") for code in codes.split("\\u")[1:])
    text = unicodedata.normalize("NFC", units.decode("utf-16-be", "replace"))
    return re.sub(INVISIBLE, "", re.sub(_LINE_END, "\n", text))


_PUT: Final[dict[str, Callable[[str], str]]] = {
    "line": lambda _: "\n",
    "escaped": lambda found: " " if found.endswith("t") else "\n",
    "reference": lambda found: _printed(html.unescape(found)),
    "codes": _decoded,
    "entity": lambda found: _ENTITY[found.lower()],
    "space": lambda _: " ",
    "token": lambda _: " ",
    "colon": lambda _: ":",
    "cluster": lambda found: unicodedata.normalize("NFC", found),
}
"""What is put in the place of a stretch, by its kind; nothing for any other kind."""


def _replacement(match: re.Match[str]) -> str:
    kind = match.lastgroup or ""
    if kind == "voice":
        return f"\n{VOICE}{match['voice'].strip()}{VOICE}: "
    return _PUT[kind](match[0]) if kind in _PUT else ""


def _joins_emoji(text: str, at: int) -> bool:
    """Return whether a zero-width joiner holds one emoji together."""
    after = text[at + 1 : at + 2]
    return (
        at > 0
        and text[at - 1] >= "\u2600"
        and bool(after)
        and after >= "\u2600"
        and (not "가" <= after <= "힣")
    )
