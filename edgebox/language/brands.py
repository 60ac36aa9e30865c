"""Names of companies and products that everybody knows."""

from __future__ import annotations

from typing import Final

_LISTED: Final = """
    넷플릭스 유튜브 디즈니플러스 웨이브 멜론 스포티파이 인스타그램 페이스북 카카오톡 카카오페이
    카카오뱅크 네이버페이 삼성페이 애플페이 토스뱅크 케이뱅크 페이코 지마켓 옥션 인터파크 티몬
    위메프 마켓컬리 올리브영 다이소 이마트 롯데마트 홈플러스 코스트코 스타벅스 이디야 투썸플레이스
    맥도날드 버거킹 롯데리아 갤럭시 아이폰 아이패드 에어팟 맥북 플레이스테이션 닌텐도
    마이크로소프트 안드로이드 윈도우 크롬 구글 아마존 알리익스프레스 에어비앤비 아고다 부킹닷컴
    익스피디아 스카이스캐너 하나투어 모두투어 배달의민족 요기요 쿠팡이츠 카카오택시 제주항공
    대한항공 아시아나 티웨이 에어부산 우체국 국민은행 신한은행 우리은행 하나은행 농협은행 기업은행
    현대카드 삼성카드 롯데카드 비씨카드 현대자동차 기아자동차 테슬라 벤츠
"""
BRANDS: Final = frozenset(_LISTED.split())
"""Names that a model knows: it puts them right where a recogniser has misheard them."""
