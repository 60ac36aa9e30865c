"""Where sentences and clauses end, in speech, in written text, and in text that still grows.

A point is no end inside 4.5, v3.2, www.example.com and kim.mj@example.com, after a number or letter
of a list (가. 나.), of a date (2025. 9. 13. 오후) or of an abbreviation (No. 3, Rm. 1203), inside
a quotation that goes on ("…됩니다."라고, “배송 중.” 상태가), before a particle, or after … in
mid-sentence. Behind how sentences end it needs no space (됩니다.그럼). While a text grows, a
point that is its last character is an end only where no continuation could take it back.

Speech and writing differ: a transcript often has no punctuation, so a polite ending and a space end
a sentence there (`split_sentences`, `split_clauses`). A written sentence ends at punctuation only
(`sentence_ends`, `last_whole`).
"""

from __future__ import annotations

import re
from typing import Final

_END: Final = re.compile(
    r"(?<![.!?。．？！…])(?P<signs>[.!?。．？！…]++)(?P<closers>[\"'”’」』)\]]*+)"
    r"(?:(?=\s|$)|(?<=(?:니다|니까|어요|아요|해요|돼요|세요|게요|에요|예요|네요|까요|나요|군요"
    r"|대요|래요|지요|했음|됐음)[.!?。．？！])(?=(?!라[고는며])[가-힣0-9])|(?<=[가-힣][。．？！])(?=(?!라[고는며])[가-힣]))"
)
"""Punctuation before a space, or between a polite ending and the next word. Runs are taken whole:
trying their parts takes quadratic time."""
_WRITTEN_END: Final = re.compile(
    rf"{_END.pattern}|(?<=[다요죠음함됨])(?<![필중수주개]요)(?<![다처마모믿소]음)(?<!바다)(?=\n)"
)
_SPOKEN_BREAK: Final = re.compile(
    r"\n\s*|(?<=니다|니까)\s+|(?<=죠)\s+|(?<=요)(?<![중필주수개동강소]요)\s+"
)
"""Where unpunctuated speech is cut. Nouns in 요 (필요, 중요, 수요 …) are no endings."""

_DATE_BEFORE: Final = re.compile(r"(?<!\d)(?:(?:\d{4}|\d{2})\.[ ]?)?\d{1,2}\.[ ]?\d{1,2}$")
_NUMBER_BEFORE: Final = re.compile(r"(?<![\w.,])[\d,]{1,20}$")
_SPACED_DECIMAL: Final = re.compile(r"\d \. ?\d")
_LATIN_BEFORE: Final = re.compile(r"(?<![A-Za-z])([A-Za-z](?:\.?[A-Za-z]){0,5})$")
_ABBREVIATIONS_LISTED: Final = """
    no nos vs mr mrs ms dr prof st jr sr co corp inc ltd e.g i.e etc a.m p.m approx dept tel fax ph
    vol ver fig ext u.s u.k ph.d est min max avg cf jan feb mar apr jun jul aug sep sept oct nov
    dec rm bldg apt fl lv art intl
"""
_INITIALS: Final = re.compile(r"[A-Za-z](?:\.[A-Za-z])*")
"""A.S. 접수, U.S.A. 로밍."""
_ABBREVIATIONS: Final = frozenset(_ABBREVIATIONS_LISTED.split())
_QUOTED_ON: Final = re.compile(
    r"\s*(?:이?라고|이?라는|이?라며|이?란|라고|하고|하며|하는|는|고|며|를|을|이|가|은|에|로|와"
    r"|과|도)(?=\s|[가-힣])"
)
_SAID_ON: Final = re.compile(r"\s*이?라(?:고|는|며|면서)(?=\s|[가-힣])")
"""What goes on behind speech without quotation marks: 안 됩니다. 라고 안내했습니다."""
_OPENS: Final = re.compile(
    r"\s*(?:상담|고객|직원|기사|담당|회원|이에|이후|그래서|그런데|그러나|그러자|그럼|그러면|그리고|하지만"
    r"|또한?(?=\s)|결국|통화|네(?=\s)|예(?=\s)|아니)|\s*\n"
)
"""What begins a sentence, and none is continued with."""
_HANGUL: Final = re.compile(r"[가-힣]")
_LETTERS: Final = "가나다라마바사아자차카타파하"
_ITEM: Final = re.compile(rf"(?<!\S)(?<!참 )[{_LETTERS}]$")
"""The letter of a list: 가. 재직증명서 나. 소득증명서. Not 참 나."""
_LISTED: Final = 120
"""Characters in which the letter before it stands: not 이게 다. 다른 건"""
_INTERJECTIONS_LISTED: Final = """
    ok okay yes yeah sure sorry thanks you good great nice hello hi bye no wow oh well please
"""
_INTERJECTIONS: Final = frozenset(_INTERJECTIONS_LISTED.split())
_BRAND: Final = re.compile(r"(?<![A-Za-z])[A-Z][a-z]+$")
_NUMBERED: Final = re.compile(r"(?<![A-Za-z])(?:no|nos|rm|vol|pp?)\.? ?\d+$", re.IGNORECASE)
"""A number that an abbreviation announced: No. 1004. 객실."""
_QUOTE_BEGINS: Final = {'"': '"', "”": "“", "'": "'", "’": "‘", "」": "「", "』": "『"}
_SETTLED: Final = re.compile(r"\s+\S{1,6}\s|\s+\S{7}|\s*\n")
"""A whole word behind a closing quote: no particle of quotation can come any more."""
_FINAL_SYLLABLE: Final = "다요죠까네음함됨임"
_QUOTATION: Final = 300
"""Characters in which a quotation that was opened is looked for."""
_QUOTES: Final = {'"': '"', "“": "”", "「": "」", "『": "』", "(": ")"}
_SINGLE: Final = re.compile(
    r"(?P<opening>‘(?!\d\d[.년])|(?<![^\s(])'(?![\d\s]))|’|(?<=\S)'(?<![A-Za-z]')"
    r"|(?<=[A-Za-z])'(?![A-Za-z])"
)
"""A single quotation mark; none is that of '25. 9. 13. or of don't."""
_PARTICLE: Final = re.compile(
    r"[ \t]+(?:으로|로|에서|에게|에|이?라고|이?라는|이며|까지|부터|을|를)(?=\s|$)"
)
"""What begins no sentence: a point before it belongs to a name or an address."""

_CONJUNCTIONS_LISTED: Final = """
    그러며 그러면 그러니까 그런데 이어서 그래서 그러므로 아니면
"""
_CONJUNCTIONS: Final = frozenset(_CONJUNCTIONS_LISTED.split())
_DONE_LISTED: Final = """
    가입 감액 개통 거절 건의 걱정 검토 결정 결제 고려 공유 교체 교환 구매 권유 기대 납부 논의 답변
    당부 대기 독촉 동의 등록 말 메모 면제 명시 문의 반납 반품 발급 발생 발송 방문 배송 변경 보상
    보류 복구 부탁 분실 불만 사과 상담 선택 설명 설정 설치 송금 수락 수령 수리 시작 시정 신고 신청
    안내 약속 양해 연결 연락 연장 예약 완료 요구 요청 우려 원 유지 의뢰 이의 이해 인지 입금 재발급
    적용 전달 전송 전환 접수 정리 정정 정지 제공 제안 제출 조정 조치 조회 주문 주장 중단 중지 지급
    지적 진행 차단 참고 처리 철회 청구 초기화 추가 출고 취소 통보 포기 표시 하소연 항의 해결 해제
    해지 협의 호소 확인 확정 환급 환불 회수 회신 희망
"""
_DONE: Final = "|".join(sorted(set(_DONE_LISTED.split()), key=len, reverse=True))
"""Nouns with which 하고 is a verb (취소하고) and no particle (카드하고)."""

# Connective endings of verbs, so that 계약서, 신고 and 하나 are no clause ends, nor 매장에서.
_CONNECTIVE: Final = (
    rf"(?:(?:(?:{_DONE})(?:을|를)? ?하|[했되됐이있없았었였받렸싶겠않말드니내주보오가])고|며"
    r"|(?:아|어|(?<![위대관통의비])해|여|돼|되어|려|와|가|(?<!따)라|켜|춰|쳐|져)서"
    r"|(?:으|었|았|했|됐)나|(?:는|은|인|던|한)데|(?<!(?<![가-힣])하)(?<!까)지만|므로|니까|(?:하|되|으|이)면)"
)
_WRITTEN_CLAUSE_END: Final = re.compile(
    rf"{_CONNECTIVE}(?=,|\s)"
    rf"|(?:(?:{_DONE})[함됨]|[했됐있없]음|[했됐었았였있없한된]다|(?<=[위대통]해)|따라| [후뒤])"
    r"(?=,\s)"
)
_STATEMENT_BREAK: Final = re.compile(r"[,;]\s+|(?<=[고며])\s+")
_SPOKEN_CLAUSE_BREAK: Final = re.compile(r"[,;]\s+|(?<=[고서데만면며지])\s+|(?<=니까)\s+")


def sentence_ends(text: str, *, growing: bool = False) -> list[int]:
    """Return the offsets behind each sentence of a written text, closing quotes included.

    Args:
        text: written text.
        growing: more may follow: an end counts only where nothing that follows can undo it.
    """
    ends = []
    begin = 0
    for match in _WRITTEN_END.finditer(text):
        if not match["signs"] or _is_end(text, begin, match, growing=growing):
            ends.append(match.end())
            begin = match.end()
    return ends


def last_whole(text: str) -> str:
    """Return a text up to its last whole sentence, else its last clause and ``…``, else ""."""
    if ends := sentence_ends(text, growing=True):
        return text[: ends[-1]].strip()
    for match in reversed(list(_WRITTEN_CLAUSE_END.finditer(text))):
        whole = text[: match.end()].rstrip(" ,;·")
        if whole.strip() not in _CONJUNCTIONS and not _open_quote(whole):
            return f"{whole}…"
    return ""


_ENDS: Final = re.compile(r"(?:[요다까죠네]|[.?!…。？！])\s*\Z")
_PHRASE: Final = 2
"""Spaces in an English sentence without signs, at least."""


def is_sentence(text: str) -> bool:
    """Return whether a text ends like a sentence, or is several words of English."""
    phrase = text.isascii() and text.count(" ") >= _PHRASE
    return phrase or _ENDS.search(text[-8:]) is not None


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Return the spans of the sentences of ``text``, spoken or written.

    White space between two sentences is in no span.
    """
    breaks = [(match.start(), match.end()) for match in _SPOKEN_BREAK.finditer(text)]
    begin = 0
    for match in _END.finditer(text):
        if match.end() < len(text) and _is_end(text, begin, match, growing=False):
            begin = match.end()
            breaks.append((match.end(), _after_space(text, match.end())))
    spans = []
    start = 0
    for end, after in sorted(breaks):
        if end >= start:
            spans.append((start, end))
        start = max(start, after)
    spans.append((start, len(text)))
    return [(a, b) for a, b in spans if text[a:b].strip()]


def split_clauses(text: str) -> list[tuple[int, int]]:
    """Return the spans of the statements: sentences, cut again where one is joined to the next."""
    spans = []
    for start, end in split_sentences(text):
        at = start
        for match in _STATEMENT_BREAK.finditer(text, start, end):
            spans.append((at, match.end()))
            at = match.end()
        spans.append((at, end))
    return spans


def clause_starts(sentence: str) -> list[int]:
    """Return the offsets at which a spoken sentence can be cut between two clauses."""
    return [match.end() for match in _SPOKEN_CLAUSE_BREAK.finditer(sentence)]


def _is_end(  # noqa: PLR0911 - the cases of the module's docstring, one by one
    text: str, begin: int, match: re.Match[str], *, growing: bool
) -> bool:
    """Return whether punctuation ends the sentence that begins at ``begin``."""
    signs, closers, at = match["signs"], match["closers"], match.start()
    last = _after_space(text, match.end()) == len(text)
    before = text[max(begin, at - 40) : at]
    if not before.strip():
        return False
    if _open_quote(text[max(begin, match.end() - _QUOTATION) : match.end()]):
        return last and not growing
    if (_QUOTED_ON if closers else _SAID_ON).match(text, match.end()):
        return False
    told = closers or before[-1] == "요" or signs == "?"  # speech: 안 돼요. 라고, 되나요? 라고
    if told and (last or not _SETTLED.match(text, match.end())):
        return not growing
    if _is_embedded(text, begin, at, closers) and not _OPENS.match(text, match.end()):
        return False
    ended = before[-1] in _FINAL_SYLLABLE and len(before.split()[-1]) > 1
    if closers.endswith(")") and not ended and not text[begin:].lstrip().startswith("("):
        return last and not growing
    if signs == "." and not closers:
        return _point_ends(text, begin, match.end(), ended=ended, growing=growing)
    if "…" in signs or signs.startswith(".."):
        return ended or (last and not growing) or "\n" in text[match.end() : match.end() + 2]
    brand = _BRAND.search(before)
    if signs == "!" and brand and brand[0].lower() not in _INTERJECTIONS:  # Yahoo! 메일
        return not (growing if last else _goes_on_in_korean(text, begin, match.end()))
    return not (last and growing and before[-1].isascii())  # the ? of an address


def _is_embedded(text: str, begin: int, at: int, closers: str) -> bool:
    """Return whether a quotation that ends at ``at`` began in mid-sentence."""
    opening = _QUOTE_BEGINS.get(closers[:1])
    if opening is None:
        return False
    begin = max(begin, at - _QUOTATION)
    return bool(text[begin : text.rfind(opening, begin, at)].strip())


def _goes_on_in_korean(text: str, begin: int, end: int) -> bool:
    """Return whether a Korean sentence goes on behind Latin letters and a sign (Rm. 1203 호).

    A Korean sentence does not end with them, unless the next one has begun.
    """
    if _HANGUL.search(text, max(begin, end - _QUOTATION), end) is None:
        return False
    at = _after_space(text, end)
    after = text[at : at + 1]
    return after.isdigit() or (after >= "가" and not _OPENS.match(text, end))


def _point_ends(text: str, begin: int, end: int, *, ended: bool, growing: bool) -> bool:
    """Return whether a point ends a sentence. ``ended``: it stands behind how sentences end."""
    before = text[max(begin, end - 41) : end - 1]
    last = _after_space(text, end) == len(text)
    settled = not growing or _SETTLED.match(text, end) is not None
    if before[-1] == " " and before.rstrip()[-1].isdigit():
        return settled and not _SPACED_DECIMAL.match(text, end - 3)
    if not ended and _PARTICLE.match(text, end):
        return False
    if before[-1].isdigit():
        return settled and (last or _number_ends(text, before, end))
    latin = _LATIN_BEFORE.search(before)
    if _is_abbreviated(text, end, latin[1].lower()) if latin else _is_item(text, before, end):
        return last and not growing
    return ended or settled


def _is_abbreviated(text: str, end: int, word: str) -> bool:
    """Return whether a word in Latin letters, with a point, ends no sentence."""
    if word in _ABBREVIATIONS or _INITIALS.fullmatch(word):
        return True
    at = _after_space(text, end)
    return word not in _INTERJECTIONS and text[at : at + 1].isdigit()


def _is_item(text: str, before: str, end: int) -> bool:
    """Return whether a syllable with a point is the letter of a list."""
    item = _ITEM.search(before)
    if item is None:
        return False
    place = _LETTERS.index(item[0])
    return not place or f"{_LETTERS[place - 1]}." in text[max(0, end - _LISTED) : end]


def _number_ends(text: str, before: str, end: int) -> bool:
    """Return whether the point behind a number, with a space behind it, ends a sentence."""
    after = _after_space(text, end)
    if text[end] == "\n":
        return True
    if text[after : after + 1].isdigit() or _DATE_BEFORE.search(before):
        return False
    if _NUMBERED.search(before) and not _OPENS.match(text, end):
        return False
    number = _NUMBER_BEFORE.search(before)
    short = number is not None and len(number[0].replace(",", "")) < 3
    return not short


def _open_quote(sentence: str) -> bool:
    """Return whether a quotation has begun and not ended."""
    for opening, closing in _QUOTES.items():
        if opening == closing:
            if sentence.count(opening) % 2:
                return True
        elif sentence.count(opening) > sentence.count(closing):
            return True
    single = [match["opening"] is not None for match in _SINGLE.finditer(sentence)]
    return 2 * sum(single) > len(single)


def _after_space(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at
