"""Kinds of places, companies and products, behind which each has its name."""

from __future__ import annotations

import re
from typing import Final

KINDS: Final = (
    r"은행|병원|의원|약국|약품|지점|점|역|동|로|길|아파트|빌라|빌딩|타워|호텔|리조트|펜션|마트|백화점"
    r"|택배|항공|여행사?|투어|통신|텔레콤|모바일|전자|카드|캐피탈|증권|생명|화재|보험|대학교?|학교|학원|유치원"
    r"|어린이집|분식|베이커리|치킨|피자|카페|식당|렌터?카|모터스|정수기|청정기|워치|폰|매트리스|공원|마을|시청"
    r"|구청|요금제|농장|농원|이사|인강|도서관|세무서"
)
PLACE: Final = re.compile(rf"(?:{KINDS})$")
"""Ends of names of places, companies and products."""

NAMED_KIND: Final = re.compile(
    rf"(?:{KINDS}|내과|외과|치과|의원|가스|슈퍼|편의점|미용실|헤어|주유소|고속|건설|물산|식품|상회|상사|서점|책방"
    r"|꽃집|떡집|제과|서비스|센터|시장|초등학교|중학교|고등학교|성당|교회|실|리|읍|면|시|군|구|천|산|호|섬|행|역)$"
)
"""Kinds behind which a name is told by its place, not by its sound."""
