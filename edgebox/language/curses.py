"""Curses and insults in what people say, as recognisers write them: glued, spaced, with signs.

A curse may stand in the middle of a word (진짜씨발) only where no other word can hold it: 질병신고
holds 병신, 보존나무 존나 and 아저씨발 씨발.
"""

from __future__ import annotations

import re
from typing import Final

MASK: Final = "○○"

_SIGN: Final = r"(?:[^\w\s]|\d)?"
"""Between two syllables: 씨.발, 씨1발."""

_BEFORE: Final = (
    r"(?<![가-힣])(?:이런|저런|그런|어떤|진짜|정말|너무|완전|그냥|아니|에이|아오|무슨|염병|미친"
    r"|아|에|이|야|저|그|개|왜|뭐|또|와|뭔)?"
)
"""The begin of a word, or what is glued to a curse there."""

_ALONE: Final = (
    r"(?:^|(?<=[.!?,…:\n])|(?<=[.!?,…:] )"
    r"|(?<![가-힣])(?:아|야|에이|이런|진짜|와|아니|아오|뭐|왜|정말|너무) )"
)
"""Before a curse whose syllables stand apart: not the name in 김민지 씨 발 사이즈."""

_LISTED: Final = """
    씨팔 시팔 씨바 씨빨 쓰벌 씨부랄 씨부럴 시부랄 시부럴 씹새 씹할 개자식 개소리 개지랄 생지랄
    쌩지랄 별지랄 호로새끼 호로자식 후레자식 니미럴 느금마 새꺄 븅신 썅 쌍놈 쌍년 미친놈 미친년
    돌아이 돌대가리 염병 옘병 빌어먹 육시랄 우라질 젠장 제기랄 닥쳐 꺼져라 꺼지라 엿먹 뒈져
    머저리 등신 양아치 쓰레기같은 도둑놈 도둑년 망할놈 아이씨 에이씨 연놈 멍청
    엠창 빡대가리 개빡치 개빡쳐 개쓰레기 니애미 니애비
"""
_WORDS: Final = "|".join(sorted(set(_LISTED.split()), key=len, reverse=True))

_DISPATCHED: Final = (
    r"(?!급|송(?!금|장)|신(?!고|경)|음|표|주(?!소|문|세)|행(?!사)|생(?!각)|견(?!적)|달(?!라)|령"
    r"|언(?!제)|전(?!화)|매|인(?!간)|열|화|췌|코|탈|목|가락|바닥|등(?!신)|뒤꿈치|톱)"
)
"""Behind 발: 김민지씨발급, 날씨발표, 다시발송 are none, 씨발송금 is one."""

_YOUNG: Final = (
    r"(?! ?(?:고양이|강아지|돼지|토끼|발|손|오리|곰|사슴|염소|양(?= )|말(?!이)|송아지|물고기|줄|치"
    r"|꼬|앵무|햄스터|거북|병아리|닭|낳))"
)
"""Behind 새끼: the young of animals, and fingers."""

CURSES: Final = re.compile(
    rf"(?:"
    rf"(?:(?<![가-힣])개)?(?<!아저)(?<!아가)(?<![날글솜말불맘])씨{_SIGN}발{_DISPATCHED}"
    rf"|{_BEFORE}시{_SIGN}발(?!점|역|택시|자동차|차){_DISPATCHED}"
    rf"|개{_SIGN}(?:새{_SIGN}끼|색[기끼])(?!손|발)"
    rf"|{_BEFORE}존{_SIGN}나(?!라|무)"
    rf"|좆"
    rf"|{_BEFORE}지{_SIGN}랄(?!프)|지랄(?=하[네고는지더]|했|해|떨|이야|맞)"
    rf"|{_BEFORE}병{_SIGN}신(?![청고약규설축용호생체분환경속])|병신(?=아|들|새끼|같|이야|이네|놈)"
    rf"|{_ALONE}(?:(?:씨 발|존 나)(?=[\s,.!?~…]|놈|년|새끼|$)|병 신(?=아|들아|새끼|같|[,.!?~…]|$)"
    rf"|지 랄(?!프))"
    r"|(?<![가-힣])십새(?:끼(?!줄)|야)"
    rf"|{_BEFORE}(?:{_WORDS}|또라이(?!언|트|브))"
    rf"|(?<![가-힣])(?:이런|저런|그런|어떤|무슨|못된|나쁜|썩을|망할|미친|이|저|그|요|야)"
    rf" ?(?:개 ?)?새끼(?!를? ?낳){_YOUNG}"
    rf"|(?<![가-힣])개 새끼(?=야|네|들아|들이야|들이네|[.!]|$)"
    r"|(?<![가-힣])개 ?새 끼(?=야|네|들|[\s,.!?~]|$)"
    rf"|(?<![가-힣])(?:미친 (?:놈|년)|개같(?:은(?= )|네|아(?![가-힣])|애)|개판(?!매)|쓰레기 같은)"
    r"|(?<![가-힣])(?<!강아지 )(?<!견종 )(?<!견종은 )(?<!견종이 )시바(?= |$|[,.!?~])"
    r"(?! ?(?:이누|강아지|새끼 ?강아지|키[우워]|종|[한두세] ?마리|분양|견|예요|이에요|왕))"
    rf"|{_ALONE}닥치(?:고|세요|라고|시)|(?<![가-힣\d])10새끼(?=야|들|가|[ .!]|$)"
    rf")(?<!닥쳐(?=[오올온왔]))(?!점|역|대(?![가-힣]))[가-힣]*"
    rf"|(?<![ㄱ-ㅎ])(?:[ㅅㅆ]{_SIGN}(?:ㅂ|발{_DISPATCHED})|ㅂ{_SIGN}ㅅ|ㅄ|ㅈㄹ|ㅈㄴ|ㄱㅅㄲ)[ㄱ-ㅎ가-힣]*"
    rf"|(?<![A-Za-z])(?:motherfuck|fuck|shit|bullshit|bitch|asshole|bastard|damn)[A-Za-z가-힣]*",
    re.IGNORECASE,
)
"""With the rest of their word. An accusation (사기꾼) is no curse."""


def without_curses(text: str) -> str:
    """Return a text with every curse replaced by ``○○``."""
    return CURSES.sub(MASK, text)
