"""Words that may be what somebody works as, beside the listed roles: 주차관리원, 요양보호사.

Places, companies, things and the people of a form (대학병원, 카드사, 정류장, 수령인) end as such
words do, so that most endings need the syllables before them.
"""

from __future__ import annotations

import re
from typing import Final

_JOB: Final = re.compile(
    r"[가-힣]{1,8}(?:[리비달화배내무매침담구요직송호사]원|[소과부팀실반원점국단조처터]장"
    r"|(?:중개|관리|대리|통역|변호|경비)인"
    r"|(?:소방|경찰|교도|조사|감독|심사|조정|수사|사무|주무|지도|담당|감사|집행|관찰|검역|면접|상담)관"
    r"|사|니어|담당|팀|과장|대리|센터)"
    r"|[가-힣]{0,8}(?:(?:관리|담당|기술|작업|근무|운전|책임|운영|개발|판매|보호|통역|감독|시공|설치|수리"
    r"|교육|인솔|안내|접수|상담|조리|배달|설계|당직|점검|진행)자|상황실|관리실|경비실)"
    r"|(?:소방|경찰|교도|조사|감독|심사|조정|수사|사무|주무|지도|담당|감사|집행|관찰|검역|면접|상담)관"
)
_NONE: Final = re.compile(
    r"(?:회|본|검|조|행|공|감|식|이|복|심|의료|제조|판매|통신|보험|운송|택배|배송|물류|카드|제작|제휴"
    r"|협력|시공|개발|운영|대행|유통|출판|방송|금융|보증|손보|생보|증권|렌탈|쇼핑|렌터카|거래|게임"
    r"|플랫폼|건설|분양|신탁|정유|광고|언론|신문|위탁|외주|공급|납품|제약|가맹|결제|주관|주최|발행"
    r"|발급|캐피탈|은행)사$(?<!복지사)(?<!상담사)(?<!이발사)(?<!영양사)"
    r"|(?:주민|복지|문화|체육|쇼핑|건강|검진|접수|방문|가까운)센터$"
)
"""Companies, things and places that end as words for people who work do."""


def may_be_a_job(word: str) -> bool:
    """Return whether a word of three syllables may be what somebody works as: 주차관리원."""
    return len(word) > 2 and _JOB.fullmatch(word) is not None and _NONE.search(word) is None
