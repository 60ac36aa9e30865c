"""Who speaks a line: labels learned from the call itself.

A label is a short beginning of a line with a sign behind it. Which beginnings are labels is decided
over the whole call, because ``주소: 서울`` and ``A: 월 3만 원`` look the same as ``홍길동: 네``:

1. a word of a role (고객, 상담사, 챗봇, agent, TX …) is a label wherever its form is one, but no
   field of a form (`fields`): 예약자: 김민수;
2. a person's name, or an anonymous label (화자 1, Speaker A, Guest-1, SPEAKER_00), is one where it
   repeats or stands beside another label;
3. a single letter or number is one where no role is named;
4. any other word is one where it repeats, is no heading of a form, and other labels are there;
5. whatever stands between a date with a clock and a colon is one where nearly every label has that
   date: a chat export;
6. whoever speaks once beside learned labels has a turn of its own (`_once`).
7. a name with a clock is one above each message of a chat, and none with nothing below it
   (`heads`); a caller's number is one where it repeats with a sign;
8. a letter or a number is one where it answers the only side that is named, line by line
   (`_answering`).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from edgebox.reading.candidates import JOINED, PLAIN, SPACED, UNNAMED, is_said
from edgebox.reading.fields import fields, is_heading
from edgebox.reading.heads import TIMED, heading_messages, heading_nothing
from edgebox.reading.jobs import may_be_a_job, works
from edgebox.reading.normal import VOICE
from edgebox.reading.roles import (
    ANONYMOUS,
    EITHER,
    MOBILE,
    NOT_NAMES,
    OFFICE,
    OTHERS,
    PARTICLES,
    is_name,
    is_person,
    role_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgebox.reading.candidates import Candidate, Pair

_OPENERS_LISTED: Final = """
    네네 네에 아니 아니요 아뇨 그럼 그러면 근데 그런데 그래서 그래도 그리고 그게 그거 그건 그냥
    그니까 그러니까 저기 저기요 저는 제가 저희 혹시 일단 아직 지금 잠시만요 잠깐만요 안녕하세요
    여보세요 감사합니다 고맙습니다 죄송합니다 알겠습니다 맞아요 맞습니다 이거 이게 이건 오늘 내일
    어제 고객님
"""
_OPENERS: Final = frozenset(_OPENERS_LISTED.split())
"""Words that begin sentences: no names."""

_NOUN_END: Final = re.compile(r"[비료금율률액처량값품점]$|일자?$")
"""How the three syllables of 배송비, 수수료 and 결제일 end, and hardly a name."""


_NUMBERED: Final = re.compile(r"[0-9A-Ha-h] ?(?:화자|발화자|참석자|참가자)?$")
_NUMBER: Final = re.compile(r"[\W\d_]+$")
_OPPOSITE: Final = frozenset(["상대", "상대방"])
"""Who speaks beside 나."""
_MOST_NAMES: Final = 6
_STRONG: Final = frozenset({":", "[]", "\t", "timed", ">", "|", ")"})
"""Forms that a role's word has only as a label."""
_CALLED: Final = frozenset({":", "[]"})
"""Forms of a caller's number as a label."""


def learn(candidates: Sequence[Candidate | None]) -> frozenset[Pair]:
    """Return the labels of this call, by the rules above.

    Args:
        candidates: of every line, in order.
    """
    counts = Counter((one.label.lower(), one.form) for one in candidates if one is not None)
    for pair in heading_nothing(candidates):
        del counts[pair]
    again = {pair for pair, count in counts.items() if count > 1}
    named = {pair for pair in counts if role_of(pair[0])}
    if all(EITHER.fullmatch(word) for word, _ in named):
        named &= again
    learned = {pair for pair in named if pair[1] in _STRONG}  # 1
    headings = fields(candidates, learned)
    learned -= headings
    learned |= _exported(candidates)  # 5
    learned |= {pair for pair in counts if pair[1] == VOICE}
    strong = bool(learned)
    learned |= _without_a_sign(counts, named, strong=strong)
    learned |= _plain(candidates)
    sides = {role_of(word) for word, _ in learned}
    both = {"customer", "agent"} <= sides
    people = {pair for pair in counts if is_person(pair[0]) and pair[1] in _STRONG}
    if learned or len(people) > 1 or any(counts[pair] > 1 for pair in people):
        learned |= {  # 2
            pair for pair in people if counts[pair] > 1 or not (both or _NOUN_END.search(pair[0]))
        }
    anonymous = {pair for pair in counts if pair[1] in _STRONG and ANONYMOUS.fullmatch(pair[0])}
    letters = {pair for pair in anonymous if len(pair[0]) == 1}
    words = {pair for pair in anonymous - letters if counts[pair] > 1 or _NUMBERED.search(pair[0])}
    called = {pair for pair in counts if pair[1] in _CALLED}
    mobiles = {pair for pair in called if MOBILE.fullmatch(pair[0])}
    words |= mobiles & again
    dialled = mobiles | {pair for pair in called if OFFICE.fullmatch(pair[0])}
    beside = len(dialled) > 1 or bool(learned)  # the lines of another would be those of a lone one
    if beside and not both and not dialled.isdisjoint(again):
        words |= dialled
    words |= {pair for pair in counts if pair[0] == UNNAMED}
    if learned or len(words) > 1 or any(counts[pair] > 1 for pair in words):
        learned |= words
    if not _OPPOSITE.isdisjoint(word for word, _ in words):
        learned |= {pair for pair in letters if pair[0] == "나"}
    if not sides and not learned and len(letters) > 1:
        learned |= letters  # 3
    learned = learned or _covering(counts, len(candidates))
    learned |= _answering(candidates, learned)  # 8
    if all(form in TIMED for _, form in learned):
        learned |= heading_messages(candidates)
    forms = {form for _, form in learned} & _STRONG
    least = 3 if both else 2
    learned |= {  # 4
        (word, form)
        for (word, form), count in counts.items()
        if form in forms and count >= least and _may_be_a_speaker(word)
    } - headings
    return frozenset(learned | (_once(candidates, learned) - headings))


def _once(candidates: Sequence[Candidate | None], learned: set[Pair]) -> set[Pair]:
    """Return labels that may occur once beside the learned ones: who speaks once has a turn too.

    They are words for a third party (남편, 통역사), names and jobs before what is worded as speech
    (트레이너: 네 이층에 있습니다; what only may be a job: beside both sides), and whatever has the
    same stamp as nearly all learned labels and no particle.
    """
    found: dict[Pair, list[Candidate]] = defaultdict(list)
    for one in candidates:
        if one is not None:
            found[one.label.lower(), one.form].append(one)
    known = [one for pair in learned for one in found[pair]]
    stamped = 2 * sum(one.certain for one in known) > len(known)
    forms = {form for _, form in learned} & _STRONG
    both = {"customer", "agent"} <= {role_of(word) for word, _ in learned}

    def may_speak(pair: Pair, lines: list[Candidate]) -> bool:
        word, form = pair
        if form not in _STRONG or not word.strip() or is_heading(word):
            return False
        spoken = all(one.spoken for one in lines)
        together = [part.strip() for part in _TOGETHER.split(word)]
        if spoken and (
            word.split()[-1] in OTHERS or (len(together) > 1 and all(map(role_of, together)))
        ):
            return True
        person = is_name(word) and word not in NOT_NAMES and not _NOUN_END.search(word)
        certain = stamped and all(one.certain for one in lines) and word[-1] not in PARTICLES
        job = works(word) or (both and may_be_a_job(word.removesuffix("님")))
        return form in forms and (((person or job) and spoken) or certain)

    return {pair for pair, lines in found.items() if forms and may_speak(pair, lines)}


def _answering(candidates: Sequence[Candidate | None], learned: set[Pair]) -> set[Pair]:
    """Return a letter or a number that takes turns with the only side whose role is named.

    고객센터: … 나: …, 114: … 고객: …. Options that an agent reads out (A: … B: …) follow each
    other.
    """
    named = {pair for pair in learned if pair[1] in _STRONG and role_of(pair[0]) != "system"}
    if len({role_of(word) for word, _ in named}) != 1 or len({form for _, form in named}) != 1:
        return set()
    form = next(iter(named))[1]
    told = [
        (one.label.lower(), one.form) for one in candidates if one is not None and one.form == form
    ]
    spoken = [pair for pair in told if pair in named or _LETTER_OR_NUMBER.fullmatch(pair[0])]
    others = Counter(pair for pair in spoken if pair not in named)
    changes = sum(one != other for one, other in pairwise(spoken))
    if len(others) != 1 or others.total() < 2 or changes < _TAKES_TURNS * (len(spoken) - 1):
        return set()
    return set(others) if 2 * others.total() >= len(spoken) - others.total() else set()


_LETTER_OR_NUMBER: Final = re.compile(r"[^\W\d_]|\d{1,4}")
_TAKES_TURNS: Final = 0.8
"""Share of the lines with a label that the other one follows, at least."""


_TOGETHER: Final = re.compile(r"[&+·]")
"""Between those who speak at once: 상담사&고객."""


def _plain(candidates: Sequence[Candidate | None]) -> set[Pair]:
    """Return labels with only a space behind them, where they begin more lines than speech does.

    They are words of both sides or numbered, and the text begins with one. A role's word that is
    part of what is said (상담원 연결해 주세요, 고객 번호가) begins few of them, if any.
    """
    lines = [one for one in candidates if one is not None and one.form == PLAIN]
    if not lines or candidates[0] is not lines[0]:
        return set()
    counts = Counter(one.label.lower() for one in lines if one.label not in _ATTRIBUTES)
    found = {word for word, count in counts.items() if count > 1}
    sides = {role_of(word) for word in found}
    if not {"customer", "agent"} <= sides:
        found = {word for word in found if role_of(word) is None and _NUMBERED.search(word)}
    behind = [
        rest
        for one in candidates
        if one is not None and one.form != PLAIN
        for word, _, rest in [one.label.lower().partition(" ")]
        if word in found and rest
    ]  # 상담원 모뎀) 껐다 켜 주세요
    labelled = sum(counts[word] for word in found) + len(behind)
    enough = labelled >= _ENOUGH or labelled >= 0.7 * len(candidates)
    if any(JOINED.match(rest) for rest in behind) or not enough:
        return set()
    joined = sum(one.joined for one in lines)
    apart = Counter(role_of(one.label.lower()) for one in lines if not one.joined)
    share = 1 / 3 if labelled >= 0.7 * len(candidates) else 1 / 6
    if joined and joined > min(share * labelled, 2 * apart["customer"], 2 * apart["agent"]):
        return set()
    if len(found) < 2 or labelled <= 0.4 * len(candidates):
        return set()  # lines that go on, and those whose speech looks like a label, are others
    kinds = {_kind(word) for word in found}
    if _kind(lines[0].label.lower()) not in kinds:
        return set()
    return {(word, PLAIN) for word in counts if _kind(word) in kinds}


_ATTRIBUTES: Final = frozenset(["상담", "안내", "담당", "본사", "지점", "창구"])
"""Words of roles that stand before another noun: 상담 시간."""
_ENOUGH: Final = 6
"""Lines with a label in any call, however many go on."""


def _kind(word: str) -> str:
    """Return a label without its number: 화자 of 화자 3; all words of roles are one kind."""
    return "" if role_of(word) else _NUMBER.sub("", word)


def _exported(candidates: Sequence[Candidate | None]) -> set[Pair]:
    """Return the labels of a chat export: the form says it, however often each one writes."""
    dated = [one for one in candidates if one is not None and one.dated and one.form == ":"]
    others = [one for one in candidates if one is not None and not one.dated and one.form == ":"]
    if len(dated) < 2 or len(others) > len(dated):
        return set()
    return {(one.label.lower(), one.form) for one in dated}


def _without_a_sign(counts: Counter[Pair], named: set[Pair], *, strong: bool) -> set[Pair]:
    """Return the labels of forms that sentences have too: they need company of their kind."""
    found: set[Pair] = set()
    for form in ("alone", ",", "-", "timed text"):
        same = {
            pair
            for pair in counts
            if pair[1] == form
            and not is_said(pair[0])
            and (pair in named or _told_apart(pair[0], counts[pair]))
        }
        if form == "timed text" and strong:
            continue  # "고객 10:30 방문 예정" is a note beside labels that have a sign
        if len(same) > 1 and sum(counts[pair] for pair in same) > 2 - (form == "timed text"):
            found |= same
    spaced = Counter({pair: count for pair, count in counts.items() if pair[1] == SPACED})
    speakers = {pair for pair, count in spaced.items() if pair in named or count > 1}
    if len({role_of(word) for word, _ in spaced} - {None}) > 1 or _take_turns(spaced, named):
        found |= speakers
    return found


def _take_turns(spaced: Counter[Pair], named: set[Pair]) -> bool:
    """Return whether a role and a few names begin nearly all of these lines, and each repeats."""
    again = {pair for pair, count in spaced.items() if count > 1}
    names = {pair[0] for pair in again - named}
    people = len(again) > 1 and any(is_person(word) or _numbered(word) for word, _ in again)
    return (
        (people or not again.isdisjoint(named))
        and 0 < len(names) <= _MOST_NAMES
        and all(_may_be_a_speaker(name) and name not in _OPENERS for name in names)
        and sum(spaced[pair] for pair in again | (named & set(spaced))) > 0.7 * spaced.total()
    )


def _numbered(word: str) -> bool:
    return len(word) > 1 and ANONYMOUS.fullmatch(word) is not None


def _may_be_a_speaker(word: str) -> bool:
    shaped = 1 < len(word) <= 12 and not word[0].isdigit()
    return shaped and not is_heading(word) and not _NOUN_END.search(word)


def _covering(counts: Counter[Pair], lines: int) -> set[Pair]:
    """Return the words that begin nearly every line and repeat: names of any kind."""
    for form in _STRONG:
        found = {
            pair
            for pair, count in counts.items()
            if pair[1] == form and count > 1 and _is_word(pair[0]) and not is_heading(pair[0])
        }
        if 1 < len(found) <= _MOST_NAMES and sum(counts[pair] for pair in found) > 0.7 * lines:
            return found
    return set()


def _is_word(word: str) -> bool:
    """Return whether a label has the length of a name, or is a letter or a picture: 최, 👩."""
    if len(word) == 1:
        return word.isalpha() or unicodedata.category(word) == "So"
    return 1 < len(word) <= 12


def _told_apart(word: str, count: int) -> bool:
    if is_person(word):
        return count > 1
    return _numbered(word)
