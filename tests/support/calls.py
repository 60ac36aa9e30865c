"""What the box tells an agent's screen of one call, as the interface has it."""

CALL_ID = "CL-2025091301234"


def utterance(speaker: str, text: str, *marks: str, kind: str = "number") -> dict:
    """Return an utterance; ``marks`` are the parts of the text that a click copies."""
    found = [
        {"start": text.index(mark), "end": text.index(mark) + len(mark), "kind": kind, "copy": mark}
        for mark in marks
    ]
    return {"speaker": speaker, "text": text, "start_ms": None, "marks": found}


TALK = [
    utterance(
        "agent", "네, 한빛카드 상담사 박서준입니다. 무엇을 도와드릴까요?", "박서준", kind="name"
    ),
    utterance("customer", "제가 어제 지하철에서 카드를 잃어버렸어요. 정지해 주세요."),
    utterance("agent", "본인 확인을 위해 성함과 전화번호를 말씀해 주시겠어요?"),
    utterance("customer", "이수민이고요, 010-2345-6789입니다.", "010-2345-6789"),
    utterance("agent", "확인되었습니다. 카드는 지금 바로 정지해 드렸습니다."),
    utterance("customer", "어제 저녁에 38,500원 결제된 건 제가 쓴 게 아니에요.", "38,500원"),
    utterance(
        "agent",
        "네, 이의 신청으로 접수하겠습니다. 결과는 9월 20일까지 문자로 드립니다.",
        "9월 20일",
        kind="date",
    ),
    utterance("customer", "재발급은 얼마나 걸려요?"),
    utterance("agent", "신청하시면 사흘 안에 등기로 보내 드립니다.", "사흘"),
    utterance(
        "customer",
        "주소는 서울시 마포구 월드컵로 12, 301호예요.",
        "서울시 마포구 월드컵로 12, 301호",
        kind="name",
    ),
]


def call(**changes) -> dict:
    """Return a call that goes on."""
    return {
        "consultation_id": CALL_ID,
        "source": "stt",
        "started_at": 0.0,
        "ended": False,
        "received": 1000,
        "utterances": TALK,
        "partial": "",
    } | changes


def links(text: str, *sentences: tuple[str, list[int]]) -> list[dict]:
    """Return the links of sentences of a text to utterances."""
    return [
        {
            "start": text.index(part),
            "end": text.index(part) + len(part),
            "utterances": utterances,
            "support": 0.9,
        }
        for part, utterances in sentences
    ]


SUMMARY = (
    "고객이 카드 분실로 정지를 요청해 바로 정지했습니다. 38,500원 결제는 이의 신청으로 접수했고, "
    "재발급은 14일 안에 등기로 보낸다고 안내했습니다."
)


def summary(draft_id: str = "d1", text: str = SUMMARY, at: float = 0.0, **changes) -> dict:
    """Return a draft of the summary with one number that nobody said."""
    number = text.find("14일")
    parts = [
        ("고객이 카드 분실로 정지를 요청해 바로 정지했습니다.", [1, 4]),
        ("38,500원 결제는 이의 신청으로 접수했고,", [5, 6]),
    ]
    return {
        "draft_id": draft_id,
        "consultation_id": CALL_ID,
        "kind": "summary",
        "at": at,
        "status": "success",
        "model": "qwen3-1.7b-q8_0",
        "text": text,
        "links": links(text, *[part for part in parts if part[0] in text]),
        "unsupported": [{"start": number, "end": number + 3, "kind": "number"}]
        if number >= 0
        else [],
        "input": {"characters": 1000, "characters_used": 1000, "truncated": False},
        "accepted": None,
    } | changes


def record(draft_id: str = "r1", at: float = 0.0, **changes) -> dict:
    """Return a draft of the record."""
    customer = "카드를 분실해 정지와 재발급을 요청하고, 38,500원 결제에 이의를 제기함."
    agent = "카드를 정지하고 이의 신청을 접수했으며, 재발급은 14일 안에 보낸다고 안내함."
    result = "카드 정지 완료, 이의 신청 접수. 결과는 9월 20일까지 문자로 안내 예정."
    number = agent.index("14일")
    doubt = [{"start": number, "end": number + 3, "kind": "number"}]
    return {
        "draft_id": draft_id,
        "consultation_id": CALL_ID,
        "kind": "record",
        "at": at,
        "status": "success",
        "model": "qwen3-4b-instruct-2507-q4_k_m",
        "fields": {
            "customer": {
                "text": customer,
                "links": links(customer, (customer, [1, 5])),
                "unsupported": [],
            },
            "agent": {
                "text": agent,
                "links": links(agent, (agent, [4, 6, 8])),
                "unsupported": doubt,
            },
            "result": {"text": result, "links": links(result, (result, [4, 6])), "unsupported": []},
        },
        "keywords": ["카드 분실", "이의 신청", "재발급"],
        "titles": {
            "keyword": "카드분실_정지_재발급",
            "descriptive": "카드 분실 정지와 재발급, 결제 이의 신청",
        },
        "quality_score": 0.5,
        "flags": ["ungrounded_number"],
        "error": None,
        "accepted": None,
    } | changes


CITATIONS = [
    {
        "n": 1,
        "source": "transcript",
        "utterance": 8,
        "start": 0,
        "end": 5,
        "speaker": "agent",
        "text": TALK[8]["text"],
    },
    {
        "n": 2,
        "source": "transcript",
        "utterance": 6,
        "start": 0,
        "end": 5,
        "speaker": "agent",
        "text": TALK[6]["text"],
    },
]
ANSWER = (
    "재발급은 신청하면 **사흘 안에** 등기로 보낸다고 안내했습니다. [1]\n\n"
    "- 이의 신청 결과: 9월 20일까지 문자 [2]\n- 배송 조회: `등기`"
)


def done(ask_id: str, markdown: str = ANSWER, **changes) -> dict:
    """Return the end of a question."""
    return {
        "ask_id": ask_id,
        "consultation_id": CALL_ID,
        "status": "success",
        "acknowledgement": {"text": "'재발급 기간'을 찾아보고 있습니다.", "by": "template"},
        "answer": {
            "markdown": markdown,
            "by": "qwen3-4b-instruct-2507-q4_k_m",
            "source": "transcript",
        },
        "citations": CITATIONS,
        "grounding": {"grounded": True, "flags": [], "unsupported": []},
        "cached": False,
        "age_seconds": None,
        "timing": {"evidence": 0.04, "first": 0.71, "answer_first": 2.4, "total": 6.8},
        "usage": {},
        "cost": None,
        "error": None,
    } | changes
