"""What a test does at the agent's screen."""

from support.calls import CALL_ID, TALK, utterance


def opened(page, box):
    page.goto(f"{box.address}/agent")
    page.locator(".link.open").wait_for()
    return page


def clipboard(page) -> str:
    return page.evaluate("navigator.clipboard.readText()")


def ask(screen, box, question: str = "재발급은 얼마나 걸리지?") -> str:
    """Type a question and return its id."""
    screen.keyboard.press("F2")
    screen.keyboard.insert_text(question)
    screen.keyboard.press("Enter")
    sent = box.expect("ask")
    assert sent["question"] == question
    return sent["ask_id"]


def text_of(received: int, *utterances: dict, start: int = len(TALK), partial: str = "") -> dict:
    return {
        "type": "call.text",
        "consultation_id": CALL_ID,
        "received": received,
        "from": start,
        "utterances": list(utterances),
        "partial": partial,
    }


def notice(code: str, text: str, **more) -> dict:
    base = {"type": "notice", "level": "warning", "code": code, "text": text}
    return base | {"retry_after": None, "consultation_id": None, "ask_id": None} | more


def long_call(n: int) -> list[dict]:
    return [
        utterance("customer", f"{at}번째 말입니다. 금액은 {at}원이고요.", f"{at}원")
        for at in range(n)
    ]
