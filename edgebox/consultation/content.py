"""Whether anything was said in a call: greetings over a dead line are no consultation.

Nothing are silence, greetings, "can you hear me", the remark that the number was wrong, menus and
what recognisers invent. Everything else is content, complaints and abuse as well. In doubt a call
has content: a model can still say that little was said, a call that no model sees is lost.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edgebox.language.acts import PROMISED, REQUEST, SETTLED, without_fillers
from edgebox.language.curses import CURSES
from edgebox.language.korean import numbers_in
from edgebox.language.words import content_words
from edgebox.reading.machines import is_announced_beside
from edgebox.reading.roles import PERSON
from edgebox.reading.sentences import split_sentences

if TYPE_CHECKING:
    from edgebox.reading.call import Call, Utterance

NO_CONTENT_SUMMARY: Final = "통화 내용이 없습니다."
"""The answer for a call in which nothing was said."""

# What is said when nobody is there, the line is bad, or the number was wrong.
_PHATIC: Final = re.compile(
    r"여보세요|안녕하(?:세요|십니까|십니가)|안녕히 ?(?:계|가)\S*|반갑습니다"
    r"|수고하(?:십|셨)\S*|(?:좋은|즐거운|행복한|편안한) (?:하루|오후|오전|저녁|주말|시간|밤|명절)"
    r"(?:(?:를|을)? ?(?:되|보내)\S*)?|(?:잘 |제 )?(?:안 ?|못 ?)?(?:말|말씀"
    r"|목소리|소리)?[이가]? ?(?:잘 )?(?:안 ?)?"
    r"들리(?:세요|시나요|십니까|시는지|나요|네요|는데요|지 ?않\S*)"
    r"|(?:(?:목소리|소리|말씀|말|저)[이가도]? ?)?(?:잘 ?)?(?:안 ?|못 ?|잘 ?)들[려립렸]\S*"
    r"|말씀 ?(?:하세요|하십시오|해 ?주세요|해 ?보세요|주세요)|무엇을 도와 ?드릴까요|고객님"
    r"|(?:다음에|나중에|이따가?) 다시 (?:할|걸)게요|(?<![가-힣])아니에요(?![가-힣])"
    r"|여기요|저기요|누구세요|어디세요"
    r"|전화 ?(?:가|를)? ?(?:끊(?:긴|어진|을|겠)\S*|연결이\S*|상태가\S*)(?: 것 ?같\S*)?"
    r"|(?:먼저 )?(?:통화|전화|상담)?(?:를|을)? ?"
    r"(?:종료|끊)\S*(?: 주세요| 드리겠\S*)?|응답[이도]? ?없\S*|대답[이도]? ?없\S*"
    r"|(?:아무 ?)?말씀?[이도]? ?(?:없|안 ?하)\S*|다시 (?:전화|연락|걸)\S*"
    r"(?: ?(?:주세요|주시기|주십시오|바랍니다|주시면|드리겠\S*))*|바랍니다|감사합니다|고맙습니다"
    r"|죄송\S*|미안\S*|아이고|수고하세요|실례\S*|알겠\S*|괜찮\S*|(?:조심히 )?들어가세요"
    r"|(?:바로 |이만 )?끊\S*"
    r"|(?:전화가? ?)?끊[겼어]\S*|(?:전화를? ?)?(?:안 ?받으[시세셔]|받지 ?않으[시세셔])\S*"
    r"|부재중\S*|삐+|뚜+|뚝"
    r"|(?:사람|상담[사원]|직원|담당자)(?:을|를|이랑|하고|님)? ?(?:좀 )?(?:바꿔|바꾸|연결|통화)\S*"
    r"(?: ?(?:줘|주세요|달라고|부탁\S*))?|(?:사람|상담[사원])[을를](?![가-힣])"
    r"|시청해 ?주셔서|구독과?|좋아요|알림 ?설정\S*|부탁\S*|다음 (?:시간|영상|주|편)에\S*|뵙겠\S*"
    r"|만나요|잘못 ?누르셨\S*|(?:그런 사람|그런 데|거기) ?(?:없\S*|아니\S*)"
    r"|hello|can you hear(?: me)?|are you there|wrong number|sorry|thank(?:s| you)|bye"
    r"|is (?:this|that) the|this is|통화가? ?(?:어려|힘들|곤란|안 ?[되돼])\S*"
    r"|good(?:bye| morning| afternoon)"
    r"|기다려 ?주(?:세요|시기|십시오|시면)"
    r"|됐(?:어요|습니다|네요)|그냥|지금까지|잠깐만요?|잠시만요?|그게|하하+|호호+"
    r"|(?:마이크|전화|음성) ?테스트\S*|(?<![가-힣])(?:테스트(?![가-힣])|아{2,})"
    r"|들려요|들리네|치직\S*|지직\S*|(?:다음에|나중에|이따가?) (?:전화|연락)\S*"
    r"|하나,? ?둘,? ?셋(?:,? ?넷)?|말씀 ?가능\S*|어른 ?(?:안 )?계\S*|혹시"
    r"|(?<![가-힣])(?:네|넵|예|아니요|아뇨|아|어|음|흠|저|뭐|뭐야|그|네네)(?![가-힣])",
    re.IGNORECASE,
)
_WRONG_NUMBER: Final = re.compile(
    r"(?:전화 ?(?:번호)?(?:를|을)? ?)?잘못 ?(?:거신(?: ?(?:것|거|듯|번호|분)\S*(?: ?같\S*)?)?"
    r"|거셨(?!다|던|을)\S*|걸었(?!다|던|을|더)\S*|건 (?:것|거|듯)\S*(?: ?같\S*)?|걸으셨\S*)"
    r"|전화 ?번호를? ?잘못 ?눌렀[네나]\S*|wrong number",
    re.IGNORECASE,
)
"""That this call reached the wrong number. 잘못 걸려 온 전화 and 잘못 눌렀어요 are matters."""
_PRESSED: Final = re.compile(
    r"(?:아니에요|아뇨)?[,. ]*(?:제가 )?(?:전화를? )?잘못 ?눌렀\S*(?: ?봐요)?"
    r"|.{0,12}주머니에서 .{0,8}눌[렸린렀].*|(?:뭐야[,. ]*)?(?:왜 )?전화가 ?걸렸\S*"
    r"|전화를? ?(?:안 ?했|한 적 ?없)\S*|번호를? ?잘못 ?(?:봤|알았)\S*"
)
"""The whole of what is said by somebody who did not want to call."""
_LINE: Final = re.compile(
    r"들[려리립]|(?:말씀|응답|대답)이? ?(?:없|안)"
    r"|(?:통화|전화|연결|음성|수신)[이가은는]? ?(?:상태|품질|감도|불안정|고르지)"
    r"|시끄러|잡음|소음|소리[가는]? ?(?:끊|작|울)|수화기|조용한 곳|아무 ?번호나"
    r"|(?:통화|전화|상담|연결)[을를이가]? ?(?:종료|끊)"
    r"|(?:통화|말씀)[이가]? ?(?:어려우|곤란)|끊어진|끊겠|다시 ?(?:한번 )?말씀|다시 ?전화 ?주시면"
)
"""What an agent says of the line."""
_MATTER: Final = re.compile(
    r"접수|환불|취소|해지|변경|예약|배송|결제|요금|방문|수리|교환|신청|가입|카드|주문|분실|정지|발급|점검|기사"
    r"|고장|신고|민원|처리|인터넷|서비스|상품|티브이|텔레비전|이어폰|리모컨|미납|연체|보험|대출"
)
_WHOM: Final = re.compile(
    r"거기 ?(?:가|는)? ?\S{1,12} ?(?:아니에요|아닌가요|아니야|아닙니까|이죠|죠|인가요"
    r"|맞아요|맞나요)\??"
    r"|번호[가를]? ?(?:하나 )?틀렸나\S*"
)
"""Who is reached and why another was: asked in a call to the wrong number."""
_SHORT: Final = 10
"""Utterances of a call that reached the wrong number, at most."""
_BEGUN: Final = 4
"""Content words beside that remark from which a call has content all the same."""

_ORGANISATIONS_LISTED: Final = """
    센터 은행 뱅크 카드 보험 생명 화재 손해보험 증권 캐피탈 금고 농협 수협 신협 우체국 통신 텔레콤
    모바일 유플러스 택배 로지스 물류 병원 의원 의료원 내과 외과 치과 안과 이비인후과 피부과 소아과
    산부인과 정형외과 한의원 약국 가스 전력 에너지 수도 자동차 모터스 렌터카 렌탈 전자 가전 쇼핑
    홈쇼핑 쇼핑몰 백화점 마트 스토어 호텔 리조트 펜션 여행사 투어 항공 철도 공단 공사 구청 시청
    군청 도청 교육청 주민센터 세무서 경찰서 소방서 대학교 학원 방송 케이블 미디어 상조 연구소 협회
    재단 복지관 도서관 미용실 정비소 대리점 지점 본점 본사 영업소 사무소 상담팀 지원팀 서비스팀
    고객팀 접수처 데스크 가구 푸드 식품 라이프 닷컴 페이 컴퍼니 코리아 시스템즈 헬스 피트니스 정수기
    민원안내 민원실 민원상담 민원콜 안내데스크
"""
_ORGANISATION: Final = (
    r"[가-힣A-Za-z0-9&]{0,12}(?:"
    + "|".join(sorted(_ORGANISATIONS_LISTED.split(), key=len, reverse=True))
    + ")"
)
_JOB: Final = (
    r"(?:(?:전문|담당|고객|수석|선임)? ?(?:상담[사원]|매니저|컨설턴트)|상담 ?(?:직원"
    r"|매니저)|담당자?"
    r"|직원|팀장|실장|과장|대리|주임|주무관|설계사|코디)"
)
_IS: Final = r"(?:입니다|이에요|예요|이었습니다|였습니다|인데요|이라고 합니다|라고 합니다)"
_PERSON: Final = rf"(?:{PERSON.pattern})"
_INTRODUCTION: Final = re.compile(
    rf"(?<!\S)(?:(?:저는|저희는|여기는?) )?(?:"
    rf"(?:[가-힣]{{1,8}}[시군구도] )?(?:{_ORGANISATION} ?)(?:{_ORGANISATION} )?"
    rf"(?:{_JOB} ?)?(?:{_PERSON})?{_IS}"
    rf"|{_ORGANISATION} (?!연체|미납|리콜|정지|도용|분실|취소|환불|예약"
    rf"|배송)[가-힣]{{2,3}}{_IS}(?=[., ]*다시 (?:전화|연락))"
    rf"|(?:\S{{1,10}} ){{0,2}}{_JOB} (?:[가-힣]{{2,4}})?{_IS}|{_JOB}{_IS})"
)
"""The whole of who is calling: an organisation, a job, a name."""
_ANSWERS: Final = re.compile(
    rf"^(?:(?:네|예|넵)[,. ]+\S{{1,12}}(?: \S{{1,8}})?|(?:여보세요|안녕하(?:세요"
    rf"|십니까))[,.? ]+\S{{1,12}}"
    rf"|\S{{1,10}}(?: \S{{1,6}})?(?={_IS}[.,!? ]*(?:무엇을|어떻게) 도와)){_IS}"
    r"(?=[.,!?… ]*(?:무엇|어떻게|여보세요|말씀|고객님|$))"
)
"""How the phone is answered: by the name alone of a company or of a person."""
_TRAILS_OFF: Final = re.compile(r"^\S{1,12}…$")
_PLEDGE: Final = re.compile(r"사랑합니다|(?:항상 |늘 )?(?:정성|최선)을 다하(?:겠습니다|는)")
"""How centres greet beside it."""
_LEADING: Final = re.compile(rf"^(?:{_ORGANISATION} )+")
_REPORTER: Final = re.compile(r"^[^.?!]{0,24}(?:뉴스|기자|앵커|아나운서)[^.?!]{0,12}입니다[. ]*$")
"""What recognisers trained on broadcasts write over noise."""
_HAN: Final = re.compile("[\u4e00-\u9fff\u3040-\u30ff].{0,3}[\u4e00-\u9fff\u3040-\u30ff]")
_MUTTERED: Final = re.compile(r"(?:아이|에이)씨\S*|젠장\S*|제기랄\S*")
"""Curses at nobody."""
_COMPLAINT: Final = re.compile(
    r"왜 ?(?:이렇게|이리|자꾸|맨날|매번|계속|또|안 ?[돼되])|너무하|너무 ?하시|장난"
    r"|몇 ?번(?:을|이나|째)"
    r"|번째 ?(?:전화|거는|하는)|(?<![가-힣])[안못] ?(?:돼|되|와요|왔|나와|걸 ?거)|다시는|사기"
    r"|신고|고소|경찰|삭제|지워|차단|개인 ?정보|스팸|수신 ?거부|동의(?:한 ?적|를? ?안|도 ?안)"
    r"|(?:어떻게|어디서|누가|누구한테)[^.?!]{0,14}번호|번호[^.?!]{0,8}(?:어떻게|어디서|누가)"
    r"|(?:전화|연락|문자|걸|보내|(?<![가-힣])하)[^.?!]{0,6}(?:지|지는|지도|지 ?좀) ?"
    r"(?:마(?:세요|십시오|시라|라)|말[라아]|맙시다)|그만 ?(?:하|좀|걸|전화|연락|보내)"
)


def has_content(call: Call) -> bool:
    """Return whether a person said something beyond greetings, in a call as it was read.

    Reads no further than the first utterance that does. A short call with the remark that the
    number was wrong needs more beside it: a number, an agent who settles or promises something, or
    `_BEGUN` content words.
    """
    said = call.said
    machine = len(said) < len(call.utterances)
    wrong = len(said) <= _SHORT and any(_called_by_mistake(one) for one in said)
    least = _BEGUN if wrong else 1
    words = 0
    answered = False
    for index, utterance in enumerate(said):
        if _complains(utterance):
            return True
        if machine and _goes_with_a_machine(utterance):
            continue
        text = _REPORTER.sub(" ", CURSES.sub(" ", utterance.text))
        if utterance.speaker == "customer":
            answered = True
        else:
            opens = index == 0 or (utterance.speaker == "agent" and not answered)
            text = _without_line(_without_introduction(text, opens=opens))
        if wrong:
            text = _PRESSED.sub(" ", text)
            text = _WHOM.sub(" ", _WRONG_NUMBER.sub(" ", text))
        rest = _PHATIC.sub(" ", text)
        if numbers_in(rest) or _HAN.search(rest) or _settles(utterance, rest):
            return True
        words += sum(1 for _ in content_words(rest))
        if words >= least:
            return True
    return False


_KEY: Final = re.compile(r"[0*#](?:번|샵)?[. ]*")
"""The keys that ask for a person or go back in a menu."""


def _goes_with_a_machine(utterance: Utterance) -> bool:
    """Return whether an utterance is a key that was pressed, or goes on with an announcement."""
    if utterance.speaker == "agent":
        return False
    announced = utterance.speaker == "unknown" and is_announced_beside(utterance.text)
    return announced or _KEY.fullmatch(utterance.text) is not None


def _called_by_mistake(utterance: Utterance) -> bool:
    said = without_fillers(utterance.text)
    pressed = utterance.speaker != "agent" and _PRESSED.fullmatch(
        _PHATIC.sub("", said).strip(" ,.")
    )
    return bool(pressed) or _WRONG_NUMBER.search(utterance.text) is not None


def _without_line(text: str) -> str:
    """Return what an agent says without sentences that are about the line alone."""
    kept = [
        text[start:end]
        for start, end in split_sentences(text)
        if not _LINE.search(text, start, end) or _MATTER.search(text, start, end)
    ]
    return " ".join(kept)


def _complains(utterance: Utterance) -> bool:
    if CURSES.search(_MUTTERED.sub(" ", utterance.text)):
        return True
    return utterance.speaker != "agent" and _COMPLAINT.search(utterance.text) is not None


def _settles(utterance: Utterance, rest: str) -> bool:
    """Return whether an agent says that something was done or will be."""
    return utterance.speaker == "agent" and bool(SETTLED.search(rest) or PROMISED.search(rest))


def _without_introduction(text: str, *, opens: bool) -> str:
    """Return what an agent says without the words in which the agent introduces itself."""
    if (
        opens
        and (match := _ANSWERS.match(text))
        and not REQUEST.search(match[0].removesuffix("인데요"))
    ):
        text = text[match.end() :]
    text = without_fillers(_PLEDGE.sub(" ", text))
    if opens:
        text = _TRAILS_OFF.sub(" ", text)
    return _LEADING.sub(" ", _INTRODUCTION.sub(" ", text))
