"""What a sentence of a call does: courtesy, request, settlement, refusal, condition, question.

Patterns over single spoken sentences. `landmarks` finds with them where a call says what was asked
and how it was settled.
"""

from __future__ import annotations

import re
from typing import Final

from edgebox.language.words import content_words
from edgebox.reading import machines, noise
from edgebox.reading.roles import AGENT_TALK

_SHORTEST: Final = 6
"""Characters. What is shorter, without its fillers, is an acknowledgement."""

FILLERS: Final = re.compile(
    r"^(?:(?:네네|네에|네(?! (?:분|명|개|시|달|번|가지|살|대|장|건|주)(?:[은는이가을를에로도의]"
    r"|까지|부터"
    r"|[ ,.]|$))|넵|예|아니|아|어|음|흠|저|저기요|저기|그게|그니까|그러니까|여보세요"
    r"|그(?! (?:[뒤때날전후]|다음|이[전후]|동안|경우))"
    r"|여보이소|여보시오|여보쇼|보이소|아따"
    r"|안녕하세요|안녕하십니까|안녕하세여|반갑습니다|수고하십니다|수고하세요|고객님|감사합니다"
    r"|고맙습니다"
    r"|죄송한데요?|다름이? ?아니(?:라|고요?)|뭐냐|뭐지|뭐더라"
    r"|알겠습니다|잠시만요|잠시만 기다려 ?주세요|맞습니다|맞아요"
    r"|그렇군요|그러시군요|하하|호호|아이고|아이구"
    r"|hello|hi|hey|well|um+|uh+|okay|ok|yes|yeah|no|so|sure|thanks|thank you)"
    r"(?:[\s,.!?~…]+|$))+",
    re.IGNORECASE,
)
"""Words at a sentence's beginning that say nothing."""

_COURTESY: Final = re.compile(
    r"도와 ?드릴까요|도와 ?드리겠습니다[.!]?$|무엇을 도와|더 도와|궁금하신|궁금한 (?:점|사항)"
    r"|더 필요하신|문의 ?사항"
    r"|(?:좋은|행복한|즐거운|편안한|따뜻한|건강한|시원한) (?:하루|시간|주말|명절|연휴|저녁|오후"
    r"|오전|밤|추석|설날?|날|가을|여름|겨울|봄|휴가|여행|한 ?해)"
    r"|(?:길|하루|시간|주말|명절|연휴|저녁|오후|하시기|되시기|보내시기)(?:를|을)? ?"
    r"(?:바랍니다|바라겠습니다|바라요|바래요|바랄게요|빌게요)|양해 ?(?:부탁|바랍)"
    r"|쾌차|이용해 ?주셔서|전화 ?주셔서|연락 ?주셔서|찾아 ?주셔서"
    r"|기다려 ?(?:주셔서|주세요|주십시오|주시겠)|(?:오래|많이) 기다리셨|오랜 시간"
    r"|상담[사원] \S+(?:입|이었|였)습니다"
    r"|수고하(?:세요|십시오|셨)|수고 ?(?:많으|많습|많이 하)"
    r"|들어가세요|들어가십시오|안전 ?운전|조심히|또 들러"
    r"|말씀해 ?주시겠|불러 ?주(?:시|세)"
    r"|(?:불편|번거롭|심려).{0,12}(?:죄송|미안)"
    r"|^(?:(?:더|많이|큰|별|고객님께?|저희가|제가|크게|충분히|실질적인) ){0,3}도움[이을도은]? ?"
    r".{0,8}(?:못|않|안 ?되).{0,10}(?:죄송|미안|송구)"
    r"|(?:정말|너무|대단히|다시 한번) 죄송(?:합니다|해요)"
    r"|(?:상담|통화)[이가] ?(?:종료|시작)|저장되었습니다"
    r"|how (?:can|may) i (?:help|assist)|anything else|(?:great|nice|good) (?:day|one)|goodbye"
    r"|\bbye|thank you for (?:calling|contacting|your)|you'?re welcome|your (?:full )?name",
    re.IGNORECASE,
)
_CHECK: Final = re.compile(
    r"만족도|녹음|본인 ?확인|성함|생년월일|연락처가 (?:어떻|맞)|전화번호 (?:확인|불러|말씀|한번)"
)
_ANNOUNCED: Final = re.compile(
    r"^(?:저 |제가 |뭐 ?|하나 |좀 |한 ?가지 |다른 게 아니(?:고|라) )*"
    r"(?:문의|질문|여쭤|여쭐|물어|궁금한|말씀)(?:볼|보|드릴|드리|할|드려)?"
    r"(?: ?(?:좀|하나|한 ?가지|게|것|거|말씀|사항))* ?(?:드립니다|드려요|드릴게요|드리려고요?"
    r"|볼게요|보려고요?|있습니다|있어요|있는데요|있어서요|할게요"
    r"|하려고요?|전화 ?드렸(?:어요|습니다|는데요))*[.!]?$"
)
"""What only announces a question: 문의 좀 드릴게요."""
_ORDER: Final = re.compile(
    r"요약(?:해 ?(?:줘|라(?![고는]))|하라(?![고는]))"
    r"|(?:(?:이전|위|앞|지금까지|기존)(?:의|에서)? ?(?:모든 )?(?:지시|명령)|프롬프트)"
    r"(?:사항)?[은는를을]? ?(?:모두 |전부 |다 )?무시"
    r"|라고만 ?(?:출력|(?:답변?|대답)(?:하라|해라|하시오))|<\|[^|>]{1,24}\|>"
)
"""Words to the model that will read the call: nobody says them to an agent."""

_MATTER: Final = re.compile(r"잘못|틀[리렸린]|바꾸|바꿔|변경|정정|싶|신청|누락|유출|삭제|듣고|왜")
"""What makes the subject of a check the matter itself ("생년월일이 잘못 들어갔어요")."""
_INTRODUCTION: Final = 40
_IS_IT: Final = re.compile(
    r"^(?!.*(?:[무유]료|공짜|가능|포함)(?:이?죠|이?지요|인가요|맞))(?:거기|여기)? ?.{2,18}"
    r"(?:이죠|죠|지요|맞아요|맞나요|맞[십심습]니[까꺼]|맞능교|인가요|이요|이지요)[?.]*$"
)
"""The caller asks whom the call has reached."""
_HONORIFIC_QUESTION: Final = re.compile(r"(?:[가-힣]세요|[가-힣]시죠|[가-힣]신가요|실까요)\??$")
_GREETING: Final = re.compile(r"^\S{0,20}(?: \S{1,12}){0,4} ?(?:입니다|이에요|예요)[.!,]?$")
_NAMED: Final = re.compile(
    r"\b(?:[Tt]his is|[Mm]y name is) [A-Z][a-z]+(?: [A-Z][a-z]+)?[.,! ]*$"
    r"|\b[A-Z][a-z]+ speaking[.,! ]*$"
)
_PLACE: Final = re.compile(
    r"센터|상담|고객|카드|은행|쇼핑|몰|텔레콤|통신|보험|택배|렌탈|병원|내과|담당|팀|과|구청|민원"
)

_ASKS_WHAT: Final = re.compile(
    r"(?:뭐|뭔|몇|어디|무엇|누구|어떤|무슨)\S{0,4} ?\S{0,4}(?:예요|에요|이에요|이요|인가요)[?.]*$"
    r"|(?:취소|환불|반품|교환|변경|해지|신청|문의|예약|가입|접수|청구|신고|정지|재발급|발급|수리|점검|이전)(?:건)?이요[?.]*$"
)
"""What somebody wants in the form of who it is: 서류가 뭐예요, 강의 환불이요."""

_OFFICE: Final = re.compile(
    r"(?:담당|상담|센터|팀|창구|고객)\S{0,3} \S{2,10}(?:입니다|이에요|예요)[.]?$"
)

REQUEST: Final = re.compile(
    r"싶|문의|신청|요청|어떻게|어떡|안 ?돼|안 ?되|안 ?와|안 ?왔|안 ?나오|안 ?나와|안 ?옮|안 ?들"
    r"|취소|환불|반품|교환|변경|해지|바꾸|바꿀|옮기|빼|지워|막아|풀어"
    r"|분실|잃어버|두고 내|고장|파손|불량|하자가|오류|없어졌|없어요"
    r"|없대|깨졌|깨져|터져|터졌|찢어|젖었|새요|새서"
    r"|새는"
    r"|끊겨|끊기|느려|늦었|늦어|멈춰|멈췄|떨어졌|떨어져|이상하|이상해|거절|잘못|미지근|연체|못 ?받"
    r"|신고|결제|배송|청구|예약|주문|가입|해 ?주세요|해 ?줘|주세요|해 ?주실|되나요|되는지|될까요"
    r"|할까요|돼요|되죠"
    r"|(?:하|보|사|내|쓰|들|가|받|끊|묻|알)?려고|(?:할라|볼라|살라|버릴라|넣을라)|하려는데|인데요"
    r"|는데요|궁금|때문에|바랍니다|(?<![가-힣])안 ?[가-힣]{0,2}[혀려져켜]요"
    r"|두 ?번(?:이나)? ?(?:나갔|나왔|빠졌|빠져|찍|결제|청구|출금)|이중|중복"
    r"|왜|가능한|가능할|알고|보려고|받고|needs?\b|want|would like|'d like|help|problem|issue|cancel"
    r"|refund|return|change|lost|broken|charged|wrong|can i|can you|could you|how (?:do|much|long)"
    r"|when (?:will|can|is)|hasn't|haven't|didn't|not working",
    re.IGNORECASE,
)
"""Cues of what a customer wants or complains of."""

WANT: Final = re.compile(
    r"싶|려고|(?:할|볼|살|버릴|넣을|바꿀)라|해 ?주세요|주세요|해 ?줘|달라|되나요|돼요\?|될까요"
    r"|안 ?될까요|할 수 있|받을 ?수|바꿀 수|주실 수|어떻게 (?:해|하)|얼마|언제|바랍니다|문의"
    r"|신청|때문에|want|would like|'d like|can i|can you|could you|please",
    re.IGNORECASE,
)
"""Cues of an explicit wish or question among them."""

SETTLED: Final = re.compile(
    r"(?:접수|처리|변경|취소|예약|등록|신청|완료|해지|해제|정지|차단|반영|적용|환급|환불|발송|전달"
    r"|초기화|연장|보류|중지|승인|교환|전환|복구|입력|가입|배정|수정|삭제|철회|조정|정정|확정|주문"
    r"|결제|출금|입금|발급|개통|추가|설치|설정|수거|회수|감면|면제|차감|상향|하향|증액|감액|갱신|발권"
    r"|예매|개설|복원|이관|연동|마감|매진|품절)"
    r"(?:까지|만|은|는|이|가|을|를|도)? ?(?:다 |방금 |지금 |바로 |모두 |같이 |정상적으로 |완료 "
    r"|먼저 |우선"
    r" |일단 |따로 |제가 )?"
    r"(?:됐|되었|했|하였|돼 ?있|해 ?놨|해 ?놓|해 ?뒀|해 ?두|해 ?드렸|드렸|들어갔|완료|처리|넣었"
    r"|넣어"
    r"|걸어|걸었|걸려)"
    r"|살렸|살려 ?(?:놨|드렸)|고쳤|고쳐 ?(?:놨|드렸)|지웠|지워 ?(?:놨|드렸)|늘렸|늘려 ?드렸|내렸"
    r"|내려 ?드렸|당겼|당겨 ?드렸|미뤘|미뤄 ?드렸|올려 ?드렸|빼 ?드렸"
    r"|바꿨|바꿔 ?(?:놨|놓|드렸|뒀)|옮겼|옮겨 ?(?:놨|드렸)|넣었|넣어 ?(?:놨|드렸|뒀)|뺐|껐|풀었"
    r"|풀어 ?드렸|막았|멈췄|잡았|잡아 ?(?:놨|드렸|뒀)|빠졌|들어갔|올렸|돌려 ?드렸|맞춰 ?드렸"
    r"|마쳤|끝냈|(?:기사|직원|출동)\S{0,3} 불렀|(?<![시으삼])켰|켜 ?(?:놨|드렸|뒀)|꺼 ?(?:놨|드렸)"
    r"|해 ?드렸|하기로 (?:했|하)"
    r"|(?:걸|것으)로 (?:하겠|할게|정리|남길|처리|알겠|적)"
    r"|ha(?:s|ve) been|i'?ve|done|sent|processed|scheduled|confirmed|refunded",
    re.IGNORECASE,
)
"""Something was done or agreed."""

SENT: Final = re.compile(r"(?:보내|전송해|발송해) ?드렸|보냈|발송했")
"""Something was sent. It is the settlement if it was asked for."""

NEEDED: Final = re.compile(r"필요(?:하[십시세]|합니다|해요)|(?:내|가져오|지참하|제출하|방문하)셔야")
"""What has to be brought or done first: 동의서 필요하세요."""

NOTICED: Final = re.compile(r"네요[.!~]*$")
"""What an agent finds while looking: 이중 출금됐네요."""

SUPPOSES: Final = re.compile(
    r"면(?:은)?요[?.]*$|면 ?(?:은 )?.{0,12}"
    r"(?:어떻게|어떡|어찌|얼마|언제|뭐|어디|(?:나요|가요|까요|돼요|되죠|죠)[?.]*$)"
)
"""A question that only supposes something: 결과 안 좋으면 어떻게 돼요."""

OWN_DOING: Final = re.compile(r"(?:(?<!드)[렸냈꿨뺐]|넣었)(?:어요|는데요)[.]?$")
"""A caller's own doing, which an agent says politely (올려 드렸어요)."""

OWN_PROMISE: Final = re.compile(r"(?<!드)(?:릴|[할갈볼낼올쓸둘을])게요[.]?$")
"""A promise without 드릴게요: in a call without labels most often the caller's."""

TAKES_UP: Final = re.compile(r"(?:[할갈볼낼올쓸둘을릴]게요|(?<!알)겠습니다|려고요)[.]?$")
"""A customer who says to do something."""

KEPT: Final = re.compile(
    r"(?:그대로|유지|원래대로|없던 걸|안 하시는|안 넣고|안 하는|하지 않는).{0,24}"
    r"(?:두겠|둘게|하겠|할게|쓰시|두시|가시|이용하시|됩|돼|되세|남기|걸로|놓을게)"
)
"""Nothing changes: what was asked for was taken back or left."""

REFUSED: Final = re.compile(
    r"불가(?!피)|안 ?(?:되세요|되십|됩니다|돼요|되시|되고|되는|되거든|나와요|나오세요|나갑니다)"
    r"|못 ?(?:해|하|드|바꿔|받|쓰|돌려|고쳐|옮|찾|보)|어렵(?!지 않)|어려우|어려울|어려워"
    r"|수[가는도]? ?없(?:어|습|으|는|네)|해당이? ?(?:안|없|되지)|대상이? ?아니|제한|거절|불가능"
    r"|규정상|지나서|지나셔|cannot|can't|unable|not (?:possible|eligible)",
    re.IGNORECASE,
)
"""Something is not possible."""

POLITE_NO: Final = re.compile(r"안 ?되(?:세요|십니다|시[고는며네])")
"""How an agent refuses: 증액이 안 되십니다."""

HONOURS: Final = re.compile(r"[가-힣](?:시[고는며네니죠지]|신(?:데|가요)|십니다|세요|셔서|셨)|으시")
"""Speech about the other side, in a form that nobody uses of himself: 한도가 천만 원이신데요."""

PROMISED: Final = re.compile(
    r"드리겠습니다|드릴게요|드릴 예정|드릴 거예요|드려요|드립니다|드리게 할게|예정(?:입니다|이"
    r"|이에)"
    r"|갈 거예요|가실 거|오실 거|나갈 거|나갑니다|나가요|나가세요|들어가요|들어갑니다|들어오|올 거"
    r"|됩니다|될 겁니다|되십니다|겠습니다|할게요|해 볼게요|볼게요|놓을게요|둘게요|남길게요|보낼게요"
    r"|넣을게요|갑니다|가요|가세요|방문|도착|전화 ?드|연락 ?드|회신|알려 ?드|돌려받|받으시|받으실"
    r"|\bwill\b|i'll|we'll|within|tomorrow|today",
    re.IGNORECASE,
)
"""Something will happen."""

WITHDRAWN: Final = re.compile(
    r"(?:(?<![가-힣])안(?!에|쪽|으로)(?!.{0,5}면 )|그만|없던 걸로).{0,6}"
    r"(?:할게|할래|하겠|둘게|바꿀게|바꿀래|갈게|받을게|살게)"
    r"|(?:그냥|그대로).{0,8}(?:둘게|둘래|쓸게|쓸래|받을게|있을게|놔둘|두세요|둬 ?주세요)"
    r"|그냥 (?:볼|갈|탈|낼|다닐|신을|입을|먹을)게"
    r"|(?:그냥|그럼|그러면).{0,8}기다릴게|그냥 .{0,8}로 할게"
    r"|^(?:그럼|그러면|아|아니) {1,2}(?:그럼 )?됐(?:어요|습니다)[.!]?$"
    r"|(?<![가-힣])안 ?(?:해요|할라)|(?:유지할|그대로 할|둘|쓸|없던 일로 할)(?:게요|래요|께요)"
    r"|(?:다시|나중에|그때) ?.{0,6}(?:전화|연락)(?:할게|드릴게|하겠|드리겠|할께|드릴께)"
    r"|(?:다음|나중)에 ?(?:다시 )?(?:신청|가입|주문|예약)?(?:을|를)? ?(?:할게|할래|할께|하겠|올게)"
    r"|(?:생각|상의|의논|얘기|고민)(?:을|를)? ?(?:좀 |한번 )?해 ?(?:보고|볼게|봐야)"
)
"""A customer takes the request back, leaves things as they are or puts the matter off."""

PLANS: Final = re.compile(
    r"(?:^|[.?!,] *)(?:아 |네 )?(?:그럼|그러면) .{0,60}"
    r"면 ?되(?:는 ?(?:거|건)|죠|지요|겠네)"
)
"""A customer who says how to go on: 그럼 십오일까지 기다렸다 신고하면 되는 거네요."""

REACTS: Final = re.compile(
    r"^(?:그럼|그러면|차라리|아니면|아니다|그(?:거|걸로|거로|렇게)(?:라도)?)(?= )"
)
"""A customer's sentence that follows from what the agent said."""

CORRECTS: Final = re.compile(
    r"다시 (?:보니|확인)|정정(?:할게|하겠|합니다|드)|착오|잘못 ?(?:말씀|안내|봤|봐|알려)|아니[, ]"
    r"|correct(?:ion| myself)|i misspoke|\bactually\b",
    re.IGNORECASE,
)
"""A speaker who corrects what was just said, if it names another figure."""

OFFERS: Final = re.compile(r"드릴까요[?.]?$")
"""An agent who offers to do something."""

POINTS_BACK: Final = re.compile(
    r"^(?:그럼 |그러면 )?(?:그렇게|그(?:걸|것|쪽|때|날|날짜|시간|거|상품|요금제|지점|주소)"
    r"(?:으로|로|에))(?= )"
)
"""A sentence that says only with the one before it what it is about."""

OUTBOUND: Final = re.compile(
    r"(?:전화|연락)(?:를|을)? ?드(?:렸습니다|렸어요|립니다|려요)[.]?$|안내차|확인차"
)
"""The agent says why the customer was called."""

ASKS_OF: Final = re.compile(r"^(.{1,10}?)[은는]요[?.]*$")
"""A short question that only names what it is about: 수수료는요."""

PLEADS: Final = re.compile(r"부탁 ?드(?:려요|립니다|릴게요|리겠습니다)[.]?$")
"""What the other side is asked to do."""

IDENTITY: Final = re.compile(
    r"성함|생년월일|본인 ?확인|연락처|이름|(?:전화|휴대폰|휴대 ?전화|주문|회원|고객|예약|접수"
    r"|차량?) ?번호"
    r"|주소|뒷자리|your name|date of birth"
)
"""The agent asks who the customer is: what comes next is the answer."""

VENTING: Final = re.compile(
    r"(?:아까도?|방금도?|벌써|전에도) .{0,6}(?:말|얘기|전화)(?:했|드렸)|또 (?:말|얘기|설명)"
    r"|같은 (?:말|얘기)|왜 .{0,6}전화를? ?안 ?받|전화를? ?왜 .{0,6}안 ?받"
    r"|몇 ?번(?:을|이나|째)? .{0,4}(?:말|얘기|전화)"
    r"|번째 전화|번째 (?:하는|거는)|화가 ?나|황당해|연결이 ?됐|한국말|(?:담당자|사람|상담[사원]"
    r"|책임자)(?:를|을|님)? ?(?:좀 )?바꿔|연결해 ?주"
    r"|전화(?:를)? ?(?:했거든|드렸거든|했었는데|했는데)"
)
"""Said before the matter itself."""

ASIDE: Final = re.compile(
    r"^(?:[가-힣]{1,4} )?[가-힣]{1,5}(?<![래직늘주희])도 (?!.*(?:안|못|없))"
    r"|^(?:(?:첫|두|세|네) ?번째|첫째|둘째|셋째|그리고|아 그리고|추가로|참고로|혹시|또|대신에?)\b"
    r"|요청 ?사항|(?:좋아요|좋으세요|마세요|마시고요?|두세요|주세요|보세요|쓰세요|하셔야 .{0,6}"
    r"|주시고요?)[.]?$"
    r"|(?:말씀|확답|약속|장담|보장)[은을이]? ?(?:제가 )?(?:못|어렵|안|드리기)"
)
"""A side matter: an option, advice, what cannot be promised."""

ERRAND: Final = re.compile(
    r"메모|적어|적었|기록|남겨|남기겠|의견 ?(?:전달|접수|반영)"
    r"|(?:전달|건의|보고|반영|시정)(?:하겠|할게|해 ?드릴|드리겠)|넘기겠|올리겠"
    r"|전에 .{0,8}(?:전화|연락)"
    r"|(?:문자|카톡|메일|링크|이메일)(?:로|는|도|에|만)? ?.{0,14}(?:보내|나가|나갈|갈 거|드릴|드려"
    r"|넣어"
    r"|나갔|발송)"
)
"""What an agent does besides: a note, a message. With a date it may be the settlement."""

_CONDITION: Final = re.compile(
    r"(?<=[가-힣])(?<![화정반표전서측장방냉후수도대단평양체외직])(?<!(?<![가-힣])라)면(?:요|은"
    r"|이야)?"
    r"(?=[\s,.…!]|$)"
    r"|만약|만일|그 ?(?:뒤|후|이후)(?:에는|엔|부터는)"
    r"|[가-힣] 경우(?:에|는|엔|가|,|$)|거든(?=[ ,])|[할될실갈올볼쓸줄] 때(?:는|에는)"
    r"|\bif\b|\bunless\b|in case",
    re.IGNORECASE,
)
"""Not in nouns: 화면, 서면, 비대면, and 라면 as a word of its own."""
_DIRECTION: Final = re.compile(r"면 ?(?:돼요|됩니다|되세요|되고|되시|되는|될|돼서|된다)")
_QUESTION: Final = re.compile(
    r"\?[\s\"'”’)]*$|(?:까요|나요|니꺼|[능는]교|[은는인던한신]가요|겠죠|겠지요|[할될갈볼줄쓸낼]래요|는지요|겠어요"
    r"|겠습니까"
    r"|[습입됩합십]니까|(?:맞|괜찮|있|없|되|어떠|하|가|계)(?:으)?시(?:죠|지요|겠죠)|맞죠|그쵸"
    r"|(?:맞|괜찮)으세요|어떠세요|아세요|보셨어요|하셨어요|들리세요|계세요"
    r"|안 ?(?:하|되)셨어요)[.!~…]*$"
    r"|(?:어떻게|어디|언제|누구|무슨|어떤|몇|뭘|뭐가|얼마).{0,20}(?:세요|어요|예요|에요|죠"
    r"|요)[.!~]*$"
)
_IN_SHORT: Final = re.compile(
    r"(?:정리|요약|말씀|다시 말)(?:을|를)? ?(?:해 ?)?(?:드리|하)(?:자)?면"
    r"|예를 ?들면|^(?:그러|이러)면"
)
"""Words in which 면 is no condition."""
_DAY: Final = re.compile(
    r"오늘 (?:오[전후]|저녁|밤|중)|이번 ?[주달] ?(?:까지|안에|중|말)|내일|모레|글피|다음 ?[주달]"
    r"|[월화수목금토일]요일"
    r"|tomorrow|next \w+day"
)
_REFUSED_FIRST: Final = re.compile(
    rf"(?:{REFUSED.pattern})[가-힣]{{0,3}}(?:(?<![다라])[고며]|지만|니다|요)(?=[ ,.])",
    re.IGNORECASE,
)
"""What is refused outright, before what holds under a condition: 취소는 어렵고 반송하시면."""
_LEADS_ON: Final = re.compile(r"(?:데|거든)요?[.,…]?$")
_FILLED: Final = re.compile(r"(?:언제|어디|누구|얼마|무엇|뭐)(?:든|나|라도)")


def without_fillers(sentence: str) -> str:
    """Return a sentence without the fillers at its beginning."""
    return FILLERS.sub("", sentence).strip(" ,~")


def is_substance(sentence: str) -> bool:
    """Return whether a sentence says something about the matter.

    Greetings, courtesies, questions of identity, acknowledgements, a machine's lines and those
    that recognisers invent do not.
    """
    said = without_fillers(sentence)
    if len(said) < _SHORTEST or _COURTESY.search(said):
        return False
    if (_CHECK.search(said) and not _MATTER.search(said)) or _ANNOUNCED.match(said):
        return False
    if noise.is_invented(said) or machines.is_machine(said) or _ORDER.search(said):
        return False
    return not (introduces(said) and _PLACE.search(said) and not REQUEST.search(said))


def introduces(sentence: str) -> bool:
    """Return whether a sentence has the form in which people say who they are."""
    if (WANT.search(sentence) or _ASKS_WHAT.search(sentence)) and not _OFFICE.search(sentence):
        return False
    short = len(sentence) <= _INTRODUCTION
    named = _NAMED.search(sentence) or (short and _GREETING.match(sentence))
    return _IS_IT.match(sentence) is not None or bool(named)


def agent_asks(sentence: str) -> bool:
    """Return whether a sentence is what an agent says to find out what a customer wants."""
    return (AGENT_TALK.search(sentence) or _HONORIFIC_QUESTION.search(sentence)) is not None


def says_yes(said: str) -> bool:
    """Return whether the words before a sentence are a yes."""
    return re.match(r"(?:네|넵|예|응)(?![가-힣])", said) is not None


def is_question(sentence: str) -> bool:
    """Return whether a sentence asks."""
    return _QUESTION.search(_FILLED.sub("", sentence)) is not None


def is_condition(sentence: str) -> bool:
    """Return whether what a sentence says holds only under a condition.

    "접수됐고 오 분 뒤에 다시 해 보시면 됩니다" tells what was done before it gives a direction.
    """
    sentence = _IN_SHORT.sub("", sentence)
    found = _CONDITION.search(sentence)
    if found is None or SETTLED.search(sentence, 0, found.start()):
        return False
    return _REFUSED_FIRST.search(sentence, 0, found.start()) is None


def is_bare_refusal(sentence: str) -> bool:
    """Return whether a sentence refuses and does not say what ("바빠서 어렵습니다")."""
    found = REFUSED.search(sentence)
    before = sentence[: found.start()].rstrip(" ,") if found else "-"
    return not before or before.endswith(("서", "라", "니까", "데"))


def is_direction(sentence: str) -> bool:
    """Return whether a sentence tells what to do ("네 시까지 오시면 됩니다")."""
    return _DIRECTION.search(sentence) is not None


def names_day(sentence: str) -> bool:
    """Return whether a sentence names a day without a number (내일, 다음 주, 금요일)."""
    return _DAY.search(sentence) is not None


def leads_on(sentence: str) -> bool:
    """Return whether a sentence only prepares what the speaker says next ("어제 샀는데요")."""
    return _LEADS_ON.search(sentence) is not None


def says_much(sentence: str) -> bool:
    """Return whether a sentence has at least two content words."""
    words = content_words(sentence)
    return next(words, None) is not None and next(words, None) is not None
