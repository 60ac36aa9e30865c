"""Forms of verbs that stand where a name could: 들어온, 신청하실, 정해진.

A word that ends so is no name of a shop, a product or a person, whatever word of the call it is
near to: 들어올 of 들어온, 받으실 of 나으실.
"""

from __future__ import annotations

import re
from typing import Final

_AUXILIARY: Final = (
    "오온올옴와왔가간갈감갔보본볼봄봐봤주준줄줌줘줬지진질짐져졌"
    "나난날남났내낸낼냄냈두둔둘둠둬뒀드든들듦"
)
"""Forms of 오다, 가다, 보다, 주다, 지다, 나다, 내다, 두다 and 들다 behind another verb."""

_ENDINGS: Final = "며|고|는|는지|기|지|면|게|도록|므로|자|려|던|거나|시|신|실|심|"
"""What follows the stems of 기다리다, 드리다 and 바뀌다, or nothing."""

VERBAL: Final = re.compile(
    r"[했됐있없않못겠었았였쳤렸졌]"
    r"|(?:니다|[가-힣]다|다고|다며|다는|려고|하고|되고|하며|되며|으며|으면|하면|되면|면서|지만"
    r"|기로|하는|되는|하지|되지|하기|되기|하게|되게|라고|라는|으나|하여|되어|해서|돼서|거나|하도록|[할될한된함됨해돼받요죠])$"
    r"|하[시려]|되[시려]|[어여]서$|[가-힣]아(?:본|볼|봄)$|받[은을던]$"
    r"|[져려겨켜쳐워](?:나|들어)?[본볼봄간갈감온올옴준줄줌둔둘둠낸낼냄진짐난날]$"
    # 들어올, 늦어질, 돌아갈, 정해진, 들어가며, 돌려주
    rf"|[어아해][{_AUXILIARY}]$(?<!해[지주])(?<!아[나들주])"
    r"|[어여려겨해져](?:가|오|보|주|지|내|보내)(?:며|되|야|게|고|면|기|도|도록)?$(?<!여[가주])(?<!해[지주])"
    # 받으실, 신청하신, 돌아가신, 가셔야
    r"|[하되으][신실심]$|[어아여려겨](?:가|오|보|주|내)[신실심]$|[보꺼]내[신실심]$|^[가오보주내쓰두드놓하되사나][신실심]$"
    rf"|[시셔](?:면|고|는|야|도)$|[는은을]지$|[어아여려겨]드(?:[린릴림려]|리(?:{_ENDINGS}))$"
    rf"|아니(?:므로|고|며|나|라|라서|면)$|기다(?:[린릴림려]|리(?:{_ENDINGS}))$|바뀌(?:어|{_ENDINGS})$"
)
"""A form of a verb, or a word that has one in it."""

_CAUSATIVE: Final = re.compile(
    r"[빌걸올내알열돌밀풀팔말날흘늘살불물눌울몰틀잘들달][린릴림]|[옮맡남끊웃넘숨벗담잠][긴길김]"
    r"|[보쓰쌓줄먹섞높덮모고붙죽속녹][인일임]|[닫막갇꽂뽑밟잡굳][힌힐힘]|[다지버느][닌난릴낀낄]|[나바꾸꺼][눈꾼내]"
)
"""Forms of verbs of two syllables in -리-, -기-, -이-, -히- and a few more: 빌릴, 옮길, 다닌."""


def is_short_verb(word: str) -> bool:
    """Return whether a word of two syllables is a form of a verb: 빌릴, 맡긴."""
    return _CAUSATIVE.fullmatch(word) is not None
