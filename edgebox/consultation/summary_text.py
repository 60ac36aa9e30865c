"""The summary in what a model wrote.

Small models, and other servers', put things around a summary: a label, a code fence, JSON, a list,
their thinking, a sentence about the task. That is taken off.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from edgebox.reading.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

_THOUGHT: Final = re.compile(r"<think>.*?(?:</think>|\Z)|\A[^<]*</think>", re.DOTALL)
_TURN_ENDS: Final = re.compile(r"<\|[^|<>]{1,24}\|>|</?s>|\[/?INST\]|<(?:start|end)_of_turn>")
_MARKS: Final = re.compile(r"```[a-z]*|^#{1,6} |<(?:/?p|/?b|/?strong) ?/?>", re.MULTILINE)
_BOLD: Final = re.compile(
    r"(?<![\w*])\*\*(?=[^\s*])([^*\n]+)(?<=\S)\*\*(?!\*)"
    r"|(?<!\w)__(?=[^\s_])([^_\n]+)(?<=\S)__(?!\w)|(?:^|(?<=\s))\*\*(?=[^\W\d_])"
)
"""Marks of bold print, closed or not; no masked 김**이 or 010-****-5678."""
_BREAK: Final = re.compile(r"\\[nr]|<br ?/?>|</?p>")
_JSON: Final = re.compile(r"""["'](?:summary|요약|상담 ?요약|text|result|content)["']\s*:\s*["']""")
_JSON_ENDS: Final = re.compile(r"""(?<!\\)["']\s*(?:[,}\]]|\Z)""")
_ITEM: Final = re.compile(r"^\s*(?:[-*•·]\s+|\d[.)]\s+(?=[가-힣]))", re.MULTILINE)
_OPEN_ITEM: Final = re.compile(r"(?<=[가-힣0-9A-Za-z)%])\s*\n\s*(?:[-*•·]\s+|\d[.)]\s+(?=[가-힣]))")
"""The end of a line of a list that has no sign: 카드 정지 요청."""

_LABEL: Final = re.compile(
    r"\A\s*(?:assistant\s*(?:[:：]|\n))?\s*"
    r"(?:(?:[\[<【(〈]\s*(?:상담|통화|고객)? ?(?:내용 ?)?(?:요약|summary)\s*[\]>】)〉]\s*[:：]?"
    r"|(?:(?:상담|통화|최종|한 줄|한두 문장)? ?(?:내용 ?)?요약(?:문|본)?|summary)(?: 결과)? ?"
    r"(?:[:：]|\n)"
    r"|(?:요약|정리)하(?:면|자면)[,:：]?\s"
    r"|(?:다음|아래|위|이|해당)[은는의]?\s[^:：.\n]{0,40}요약[^:：.\n]{0,24}[:：])\s*)?",
    re.IGNORECASE,
)
"""What a model calls its own answer."""

_ABOUT_ITSELF: Final = re.compile(
    r"(?:위|이|다음|아래|해당|본|주어진|제공된) ?(?:상담|통화|대화)(?: ?내용)?[을를은는의]? "
    r".{0,20}요약"
    r"|^(?:제공된 |주어진 )?(?:상담|통화|대화) ?내용[이을은]? ?"
    r"(?:(?:제공|입력|전달)(?:되지|된 것이|하지|해) .{0,12}|(?:없|부족합)(?:습니다|니다|음)"
    r"|(?:알려|보내|입력해) ?주(?:세요|시면).{0,20})[.!?]*$"
    r"|문장으로 요약|요약을? 시작|요약 도우미|\bas an ai\b",
    re.IGNORECASE,
)
"""A sentence about the task."""
_OFFERS: Final = re.compile(
    r"요약(?:해 ?(?:드리|보겠|줘|달라)|하겠|한 ?것|드리겠|할 (?:내용|수|상담))"
    r"|언제든지? (?:말씀|문의|연락|질문)해 ?주(?:세요|십시오|시기 바랍니다)[.!]*$"
)
"""One about the task, unless it tells what people did: 약관을 요약해 달라고 했습니다."""
_TELLS: Final = re.compile(r"고객|손님|상담[사원]|[했됐었았였렸겼났갔왔봤줬냈]")

_ASSENTS: Final = re.compile(
    r"^(?:(?:네|예|물론(?:입니다|이죠)?|알겠습니다|좋습니다|죄송합니다|안녕하세요|감사합니다)"
    r"[,.! ]*)+$"
)


def summary_in(text: str, call: str) -> str:
    """Return the summary in a model's text: one paragraph, "" if there is none.

    Args:
        text: of the model, whole or so far.
        call: the transcript. In one about a summary (요약), sentences about the task are kept.
    """
    text = _THOUGHT.sub("", text).strip()
    text = next((part for part in _TURN_ENDS.split(text) if part.strip()), "")
    text = _MARKS.sub("", _of_json(_BREAK.sub(" ", text).strip("` \n")))
    text = _BOLD.sub(lambda match: match[1] or match[2] or "", text)
    text = _ITEM.sub("", _OPEN_ITEM.sub(", ", _LABEL.sub("", text)))
    text = " ".join(text.split()).strip("\"'“‘`” ’")
    return text if "요약" in call else " ".join(_without_talk(text))


def _of_json(text: str) -> str:
    """Return the summary of a JSON object, whole or cut off; other text as it is."""
    bare = re.sub(r"\A(?:```)?(?:json)?\s*", "", text)
    if not bare.startswith(("{", "[")) or not (found := _JSON.search(bare)):
        return "" if re.match(r"\{\s*[\"']", bare) else text
    rest = bare[found.end() :]
    end = _JSON_ENDS.search(rest)
    value = rest[: end.start()] if end else rest
    try:
        return str(json.loads(f'"{value}"', strict=False))
    except ValueError:
        return value.replace("\\", "")


def _without_talk(text: str) -> Iterator[str]:
    """Yield the sentences of a text but for those about the task, and an assent before them."""
    spans = split_sentences(text)
    begun = False
    for start, end in spans:
        said = text[start:end]
        offers = _OFFERS.search(said) and not _TELLS.search(said)
        assents = not begun and len(spans) > 1 and _ASSENTS.match(said)
        if _ABOUT_ITSELF.search(said) or offers or assents:
            continue
        begun = True
        yield said
