"""The pure parts of the screen, run in the browser that they are for."""

import itertools

import pytest

from edgebox.errors import RequestError
from edgebox.worker.metrics import FAILURES
from support.calls import CALL_ID, TALK, call, done, summary, utterance

KIM = {"name": "kim01", "display": "김민지", "role": "agent"}


@pytest.fixture(scope="module")
def units(window, served):
    page = window.new_page()
    page.goto(f"{served.address}/empty")
    page.evaluate("(path) => { window.path = path; }", served.module("agent/main.js"))
    yield page
    page.close()


def run(page, module: str, body: str, *given):
    """Return what a function body gives, with the module as ``m`` and the arguments as ``a``."""
    find = f"const m = await import(window.path.replace('agent/main.js', '{module}'));"
    source = f"async (a) => {{ {find} {body} }}"
    return page.evaluate(source, list(given))


def reduced(page, *messages, current: bool = True) -> dict:
    """Return the state after a welcome with one call, and messages."""
    welcome = {
        "type": "welcome",
        "operator": KIM,
        "calls": [call()] if current else [],
        "drafts": [summary()] if current else [],
        "asks": [],
        "settings": {},
        "release": "r1",
    }
    body = "return a.reduce(m.reduce, m.fresh({}, 'r1'))"
    tick = {"type": "ui.tick", "now": 1000}
    return run(page, "agent/state.js", body, tick, welcome, *messages)


def blocks(page, text: str) -> list:
    return run(page, "agent/markdown.js", "return m.blocks(a[0])", text)


def texts(runs: list) -> list:
    return [(one["kind"], one.get("text", "")) for one in runs]


def test_markdown_has_paragraphs_heads_and_lists_in_lists(units):
    found = blocks(
        units, "## 결론\n환불은 **7일** [1]\n이어서\n\n1. 하나\n  - 안쪽\n2. 둘\n- 다른 목록"
    )
    assert [block["kind"] for block in found] == ["h2", "p", "ol", "ul"]
    assert texts(found[1]["runs"]) == [
        ("text", "환불은 "),
        ("strong", "7일"),
        ("text", " "),
        ("cite", "1"),
        ("break", ""),
        ("text", "이어서"),
    ]
    first = found[2]["items"][0]
    assert texts(first["items"][0]["runs"]) == [("text", "안쪽")]
    assert len(found[2]["items"]) == 2


@pytest.mark.parametrize(
    "text",
    [
        "**열린 채로",
        "# 제목 하나",
        "[글](https://evil.example)",
        "![그림](https://evil.example/a.png)",
        "<b>굵게</b>",
        "> 인용",
        "| 표 | 칸 |",
        "~~줄~~",
        "https://evil.example",
        "2*3*4 = 24",
        "` 열린 코드",
        "[글][ref]",
        "** 사이 **",
    ],
)
def test_what_is_not_of_the_subset_stays_as_its_characters(units, text):
    (block,) = blocks(units, text)
    assert block["kind"] == "p"
    assert texts(block["runs"]) == [("text", text)]


def test_offsets_of_markdown_are_those_of_the_source(units):
    text = "## 제목\n- 금액은 **14일** `코드` [1]\n  - 안 `쪽`"
    for block in blocks(units, text):
        lists = [block.get("runs", [])]
        for item in block.get("items", []):
            lists += [item["runs"], *(inner["runs"] for inner in item["items"])]
        for one in itertools.chain(*lists):
            if one["kind"] in {"text", "strong", "code"}:
                assert text[one["at"] : one["at"] + len(one["text"])] == one["text"]


def test_an_answer_goes_onto_the_clipboard_without_marks(units):
    text = "## 결론\n**사흘** 안에 `등기`로 보냅니다. [1]\n- 하나 [2]"
    got = run(units, "agent/markdown.js", "return m.plain(a[0])", text)
    assert got == "결론\n사흘 안에 등기로 보냅니다.\n- 하나"


def test_offsets_in_characters_become_those_of_javascript(units):
    text = "😀 14일 👍 안에"
    spans = [{"start": text.index("14일"), "end": text.index("14일") + 3}]
    body = "return m.inUnits(a[0], a[1]).map((s) => a[0].slice(s.start, s.end))"
    assert run(units, "agent/text.js", body, text, spans) == ["14일"]


def test_pieces_have_every_span_that_covers_them(units):
    spans = [{"start": 0, "end": 4}, {"start": 2, "end": 6}]
    got = run(units, "agent/text.js", "return m.pieces(a[0], a[1])", "가나다라마바사", spans)
    assert [(piece["text"], len(piece["has"])) for piece in got] == [
        ("가나", 1),
        ("다라", 2),
        ("마바", 1),
        ("사", 0),
    ]


KEY = {"ctrlKey": False, "metaKey": False, "altKey": False, "shiftKey": False, "keyCode": 0}
FREE = {"single": True}


@pytest.mark.parametrize(
    ("event", "where", "does"),
    [
        ({"code": "KeyC", "key": "ㅊ"}, FREE, "copy"),
        ({"code": "KeyC", "key": "Process", "keyCode": 229}, FREE, None),
        ({"code": "KeyC", "ctrlKey": True}, FREE, None),
        ({"code": "KeyC", "altKey": True}, FREE, None),
        ({"code": "KeyC"}, {"single": True, "text": True}, None),
        ({"code": "KeyC"}, {"single": False}, None),
        ({"code": "Slash", "shiftKey": True}, FREE, "help"),
        ({"code": "Slash"}, FREE, "find"),
        ({"code": "Enter"}, {"question": True, "text": True}, "ask"),
        ({"code": "NumpadEnter"}, {"question": True, "text": True}, "ask"),
        ({"code": "Enter", "shiftKey": True}, {"question": True, "text": True}, None),
        ({"code": "Enter", "isComposing": True}, {"question": True, "text": True}, None),
        ({"code": "Enter", "keyCode": 229}, {"question": True, "text": True}, None),
        ({"code": "Enter", "repeat": True}, {"question": True, "text": True}, "nothing"),
        ({"code": "KeyC", "repeat": True}, FREE, None),
        ({"code": "Enter", "ctrlKey": True}, {"text": True}, "accept"),
        ({"code": "Enter"}, FREE, None),
        ({"code": "F2"}, {"text": True}, "question"),
        ({"code": "F2"}, {"dialog": True}, None),
        ({"code": "Escape"}, {"dialog": True}, None),
        ({"code": "Escape"}, {"text": True}, "leave"),
        ({"code": "Digit2"}, FREE, "notes"),
        ({"code": "Digit2"}, FREE | {"cite": True}, "cite2"),
        ({"code": "KeyG"}, FREE, "cite"),
        ({"code": "Enter", "shiftKey": True}, {"find": True, "text": True}, "findBefore"),
        ({"code": "F2", "shiftKey": True}, FREE, None),
        ({"code": "F9"}, {"text": True, "keys": {"question": "F9"}}, "question"),
        ({"code": "F2"}, FREE | {"keys": {"question": "F9"}}, None),
        ({"code": "KeyQ", "altKey": True}, {"text": True, "keys": {"copy": "Alt+KeyQ"}}, "copy"),
        ({"code": "KeyQ"}, {"text": True, "keys": {"question": "KeyQ"}}, None),
        ({"code": "KeyQ"}, {"single": False, "keys": {"question": "KeyQ"}}, None),
        ({"code": "KeyQ"}, FREE | {"keys": {"question": "KeyQ"}}, "question"),
    ],
)
def test_keys(units, event, where, does):
    got = run(units, "agent/keys.js", "return m.action(a[0], a[1])", KEY | event, where)
    assert got == does


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("F9", None),
        ("Ctrl+Shift+F8", None),
        ("Alt+KeyQ", None),
        ("KeyQ", None),
        ("KeyC", "taken"),
        ("Shift+Slash", "taken"),
        ("F5", "unusable"),
        ("Ctrl+F5", "unusable"),
        ("Shift+F11", "unusable"),
        ("Alt+F4", "unusable"),
        ("Ctrl+F4", "unusable"),
        ("Alt+KeyD", "unusable"),
        ("F4", None),
        ("Ctrl+KeyC", "unusable"),
        ("Meta+KeyQ", "unusable"),
        ("ArrowLeft", "unusable"),
        ("Enter", "unusable"),
        ("", "unusable"),
        ("KeyQ KeyQ", "unusable"),
    ],
)
def test_keys_that_a_person_may_choose(units, key, code):
    got = run(units, "agent/keys.js", "return m.refusal(a[0], m.KEYS, 'question')", key)
    assert (got and got["code"]) == code
    assert code != "taken" or got["other"] in {"copy", "help"}


@pytest.mark.parametrize(
    "own",
    [None, [], "F9", {"copy": 3}, {"copy": "F5"}, {"copy": "KeyE"}, {"toString": "F9"}],
)
def test_kept_keys_that_cannot_be_used_leave_the_usual_ones(units, own):
    usual = run(units, "agent/keys.js", "return m.KEYS")
    assert run(units, "agent/keys.js", "return m.keysOf(a[0])", own) == usual
    swapped = {"copy": "KeyE", "edit": "KeyC"}
    assert run(units, "agent/keys.js", "return m.keysOf(a[0])", swapped) == usual | swapped


@pytest.mark.parametrize(
    ("key", "text"),
    [("F2", "F2"), ("Alt+KeyQ", "Alt+Q"), ("Shift+Digit1", "Shift+1"), ("Slash", "/"),
     ("Shift+Slash", "?"), ("Ctrl+Alt+F12", "Ctrl+Alt+F12"), ("KeyF", "F")],
)  # fmt: skip
def test_keys_as_people_write_them(units, key, text):
    assert run(units, "agent/keys.js", "return m.written(a[0])", key) == text


@pytest.mark.parametrize("tries", range(12))
def test_a_pause_is_between_half_a_second_and_ten(units, tries):
    body = "return [m.pause(a[0], 0), m.pause(a[0], 0.999999)]"
    least, most = run(units, "agent/socket.js", body, tries)
    assert least == 500
    assert most == pytest.approx(min(10_000, 2000 * 2**tries), rel=0.01)


def test_a_text_replaces_the_utterances_from_its_place_on(units):
    later = [utterance("agent", "고친 말"), utterance("customer", "네")]
    message = {"type": "call.text", "consultation_id": CALL_ID, "received": 1100, "from": 9}
    state = reduced(units, message | {"utterances": later, "partial": "그"})
    assert state["calls"][CALL_ID]["utterances"] == [*TALK[:9], *later]
    assert state["calls"][CALL_ID]["partial"] == "그"
    assert state["wants"] == []


@pytest.mark.parametrize(
    "change", [{"from": 11}, {"received": 10}, {"consultation_id": "CL-unknown"}]
)
def test_a_gap_opens_the_call_again(units, change):
    message = {"type": "call.text", "consultation_id": CALL_ID, "received": 1100, "from": 10}
    message |= {"utterances": [], "partial": ""} | change
    state = reduced(units, message)
    wanted = message["consultation_id"]
    assert state["wants"] == [{"type": "open", "consultation_id": wanted}]
    assert state["calls"][CALL_ID]["utterances"] == TALK


def test_a_long_call_is_asked_for_once_while_lines_go_on(units):
    """Each answer counts as several messages, and too many of them close the socket."""
    line = {"type": "call.text", "consultation_id": CALL_ID, "received": 1100, "from": 11}
    line |= {"utterances": [], "partial": ""}
    opened = {"type": "call.opened", "call": call()}
    refused = {"type": "notice", "level": "error", "code": "not-found", "text": "none"}
    refused |= {"consultation_id": CALL_ID, "ask_id": None, "retry_after": None}
    wanted = [{"type": "open", "consultation_id": CALL_ID}]
    sent = {"type": "ui.sent"}
    assert reduced(units, line, line, line)["wants"] == wanted
    assert reduced(units, line, sent, line)["wants"] == []
    for answer in (opened, refused):
        assert reduced(units, line, sent, answer, line)["wants"] == wanted
    closed = {"type": "call.closed", "consultation_id": CALL_ID}
    assert reduced(units, line, sent, closed)["opening"] == {}
    assert reduced(units, line, sent, closed, line)["wants"] == wanted


def test_the_box_knows_which_draft_is_being_edited_also_after_a_reconnect(units):
    edit = {"type": "ui.edit", "id": CALL_ID, "kind": "summary"}
    told = {"type": "edit", "consultation_id": CALL_ID, "draft_id": "d1"}
    assert reduced(units, edit)["wants"] == [told]
    assert reduced(units, edit, {"type": "ui.sent"}, edit)["wants"] == []
    newer = {"type": "summary.done", "draft": summary("d2", "새 요약입니다.")}
    welcome = {"type": "welcome", "operator": KIM, "calls": [call()], "asks": []}
    welcome |= {"drafts": [summary("d3")], "settings": {}, "release": "r1"}
    state = reduced(units, edit, {"type": "ui.sent"}, newer, welcome)
    assert state["wants"] == [told]
    left = {"type": "ui.leave", "id": CALL_ID, "kind": "summary"}
    assert reduced(units, edit, {"type": "ui.sent"}, newer, left, welcome)["wants"] == []


def test_a_question_about_a_call_that_is_gone_waits_for_nothing(units):
    ask = {"type": "ui.ask", "id": CALL_ID, "ask_id": "q1", "question": "언제?"}
    typed = {"type": "ui.typed", "id": CALL_ID, "text": "그리고"}
    closed = {"type": "call.closed", "consultation_id": CALL_ID}
    state = reduced(units, ask, typed, closed)
    assert state["calls"][CALL_ID]["gone"]
    assert [one["state"] for one in state["asks"][CALL_ID]] == ["stopped"]


def test_a_newer_draft_waits_behind_an_edit(units):
    edit = {"type": "ui.edit", "id": CALL_ID, "kind": "summary"}
    typed = {
        "type": "ui.edited",
        "id": CALL_ID,
        "kind": "summary",
        "field": "text",
        "text": "내 글",
    }
    newer = {"type": "summary.done", "draft": summary("d2", "새 요약입니다.")}
    state = reduced(units, edit, typed, newer)
    assert state["edits"][CALL_ID]["summary"]["text"] == "내 글"
    assert state["drafts"][CALL_ID]["summary"]["draft_id"] == "d1"
    assert state["drafts"][CALL_ID]["newer"]["summary"]["draft_id"] == "d2"
    taken = reduced(
        units, edit, typed, newer, {"type": "ui.take", "id": CALL_ID, "kind": "summary"}
    )
    assert taken["drafts"][CALL_ID]["summary"]["draft_id"] == "d2"


def test_what_is_not_confirmed_is_sent_again_after_a_reconnect(units):
    message = {
        "type": "accept",
        "consultation_id": CALL_ID,
        "draft_id": "d1",
        "content": {"text": "글"},
    }
    welcome = {"type": "welcome", "operator": KIM, "calls": [call()], "drafts": [summary()]}
    welcome |= {"asks": [], "settings": {}, "release": "r1"}
    state = reduced(units, {"type": "ui.accept", "message": message}, {"type": "ui.sent"}, welcome)
    assert state["wants"] == [message]
    accepted = {"type": "accepted", "consultation_id": CALL_ID, "draft_id": "d1", "at": 5}
    state = reduced(units, {"type": "ui.accept", "message": message}, accepted)
    assert state["pending"] == {}
    assert state["drafts"][CALL_ID]["summary"]["accepted"] == {"at": 5, "text": "글"}


def test_who_logs_in_next_on_the_same_pc_gets_nothing_of_the_one_before(units):
    accept = {"type": "accept", "consultation_id": CALL_ID, "draft_id": "d1", "content": {}}
    written = [
        {"type": "ui.edit", "id": CALL_ID, "kind": "summary"},
        {"type": "ui.accept", "message": accept},
        {"type": "ui.sent"},
    ]
    lee = {"type": "welcome", "operator": {"name": "lee02"}, "calls": [], "drafts": []}
    lee |= {"asks": [], "settings": {}, "release": "r1"}
    state = reduced(units, *written, lee)
    assert state["operator"]["name"] == "lee02"
    for name in ("calls", "drafts", "edits", "pending", "asks", "typed"):
        assert state[name] == {}, name
    assert state["wants"] == []
    same = reduced(units, *written, {**lee, "operator": KIM})
    assert same["calls"][CALL_ID]["gone"]
    assert same["wants"] == [accept]


def test_what_another_screen_accepted_is_read_from_the_box(units):
    accepted = {"type": "accepted", "consultation_id": CALL_ID, "draft_id": "d1", "at": 5}
    state = reduced(units, accepted)
    assert state["wants"] == [{"type": "open", "consultation_id": CALL_ID}]


def test_an_acceptance_that_is_refused_is_not_sent_for_ever(units):
    message = {"type": "accept", "consultation_id": CALL_ID, "draft_id": "d1", "content": {}}
    told = {"type": "notice", "level": "error", "code": "box-busy", "text": "x", "retry_after": 1}
    told |= {"consultation_id": CALL_ID, "ask_id": None}
    state = reduced(units, {"type": "ui.accept", "message": message}, told)
    assert state["pending"] == {}
    assert state["notices"][0]["what"] == "notAccepted"


def test_text_of_the_agent_outlives_its_call(units):
    typed = {"type": "ui.typed", "id": CALL_ID, "text": "재발급은"}
    closed = {"type": "call.closed", "consultation_id": CALL_ID}
    state = reduced(units, typed, closed)
    assert state["calls"][CALL_ID]["gone"] is True
    assert state["typed"][CALL_ID] == "재발급은"
    assert reduced(units, closed)["calls"] == {}


def test_a_call_that_a_restart_lost_is_heard_no_more_and_can_be_removed(units):
    typed = {"type": "ui.typed", "id": CALL_ID, "text": "재발급은"}
    heard = {"type": "call.text", "consultation_id": CALL_ID, "received": 1001}
    heard |= {"from": len(TALK), "utterances": [], "partial": "그러면"}
    welcome = {"type": "welcome", "operator": KIM, "calls": [], "drafts": []}
    welcome |= {"asks": [], "settings": {}, "release": "r1"}
    forget = {"type": "ui.forget", "id": CALL_ID}
    lost = reduced(units, typed, heard, welcome)["calls"][CALL_ID]
    assert (lost["gone"], lost["partial"]) == (True, "")
    assert reduced(units, typed, heard, welcome, forget)["order"] == []
    assert reduced(units, typed, heard, forget)["order"] == [CALL_ID], "the box still has it"


def test_a_running_question_that_a_snapshot_lacks_is_lost(units):
    ask = {"type": "ui.ask", "id": CALL_ID, "ask_id": "ask_1", "question": "언제?"}
    welcome = {"type": "welcome", "operator": KIM, "calls": [call()], "drafts": []}
    welcome |= {"asks": [], "settings": {}, "release": "r1"}
    assert reduced(units, ask, welcome)["asks"][CALL_ID][0]["state"] == "lost"


def test_no_acknowledgement_after_the_end_and_no_answer_after_stop(units):
    ask = {"type": "ui.ask", "id": CALL_ID, "ask_id": "ask_1", "question": "언제?"}
    ack = {"type": "ask.ack", "ask_id": "ask_1", "text": "찾고 있습니다.", "by": "x"}
    end = {"type": "ask.done", "ask_id": "ask_1", "done": done("ask_1")}
    assert reduced(units, ask, end, ack)["asks"][CALL_ID][0]["ack"] is None
    stopped = reduced(units, ask, {"type": "ui.stop", "ask_id": "ask_1"}, end)
    assert stopped["asks"][CALL_ID][0]["state"] == "stopped"


def test_a_second_question_stops_the_first(units):
    first = {"type": "ui.ask", "id": CALL_ID, "ask_id": "ask_1", "question": "언제?"}
    second = {"type": "ui.ask", "id": CALL_ID, "ask_id": "ask_2", "question": "어디로?"}
    states = [ask["state"] for ask in reduced(units, first, second)["asks"][CALL_ID]]
    assert states == ["running", "stopped"]


@pytest.mark.parametrize("kind", ["toString", "__proto__", "something.new"])
def test_an_unknown_message_changes_nothing(units, kind):
    assert reduced(units, {"type": kind}) == reduced(units)


def test_a_new_call_comes_to_the_front_only_if_no_work_is_cut_short(units):
    opened = {"type": "call.opened", "call": call(consultation_id="CL-2")}
    assert reduced(units, opened, current=False)["current"] == "CL-2"
    assert reduced(units, opened)["current"] == CALL_ID
    ended = {"type": "call.ended", "consultation_id": CALL_ID}
    assert reduced(units, ended, opened)["current"] == CALL_ID
    pasted = {"type": "call.opened", "call": call(consultation_id="CL-3", source="paste")}
    assert reduced(units, pasted)["current"] == CALL_ID
    assert reduced(units, {"type": "ui.paste"}, pasted)["current"] == "CL-3"


def test_both_languages_have_the_same_words(units):
    body = """
      const paths = (words, at = "") => Object.entries(words).flatMap(([key, value]) =>
        value && typeof value === "object" && !Array.isArray(value)
          ? paths(value, `${at}${key}.`)
          : [`${at}${key} ${typeof value} ${value.length ?? ""}`.replace(/string \\d+/, "string")]);
      return paths(m.default).sort();
    """
    korean = run(units, "words/ko.js", body)
    assert korean == run(units, "words/en.js", body)


# Of these no screen is told: they are of programs, of pages, or handled in the browser.
NOT_TOLD = {
    "bad-request",
    "malformed-json",
    "invalid-bound-key",
    "login-needed",
    "login-refused",
    "method-not-allowed",
    "request-in-progress",
    "resync",
    "unsupported-media-type",
    "upgrade-required",
}


def test_every_failure_of_an_analysis_has_words_of_the_screens_language(units):
    known = run(units, "words/ko.js", "return Object.keys(m.default.recordErrors)")
    assert set(known) == set(FAILURES)


def test_every_refusal_has_words_of_the_screens_language(units):
    def slugs(kind: type[RequestError]) -> set[str]:
        return {kind.slug}.union(*(slugs(one) for one in kind.__subclasses__()))

    known = run(units, "words/ko.js", "return Object.keys(m.default.notices)")
    assert slugs(RequestError) | {"internal-error", "no-draft"} == set(known) | NOT_TOLD


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(-3, "00:00"), (59.9, "00:59"), (3599, "59:59"), (3600, "1:00:00"), (36061, "10:01:01")],
)
def test_the_time_of_a_call_has_hours_if_it_lasts_one(units, seconds, shown):
    for language in ("ko", "en"):
        assert run(units, f"words/{language}.js", "return m.default.time(a[0])", seconds) == shown


@pytest.mark.parametrize(
    ("tag", "props"),
    [
        ("p", {"onclick": "alert(1)"}),
        ("p", {"style": "color: red"}),
        ("img", {"src": "https://evil.example/a.png"}),
        ("a", {"href": "https://evil.example"}),
        ("a", {"href": "//evil.example"}),
        ("a", {"href": "javascript:alert(1)"}),
        ("iframe", {"srcdoc": "<b>"}),
    ],
)
def test_nodes_refuse_what_could_run_or_leave(units, tag, props):
    body = "try { m.h(a[0], a[1]); return 'made'; } catch (error) { return 'refused'; }"
    assert run(units, "agent/dom.js", body, tag, props) == "refused"


def test_keyed_children_keep_their_elements(units):
    body = """
      const root = document.createElement("div");
      let before = [];
      let known = new Map();
      const problems = [];
      let seed = 7;
      const random = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
      for (let round = 0; round < 200; round += 1) {
        const keys = [...Array(8).keys()].filter(() => random(3)).sort(() => random(3) - 1);
        const after = keys.map((key) => m.h("p", { key }, `${key}`));
        if (random(2)) after.splice(random(after.length + 1), 0, m.h("b", null, "x"));
        m.mend(root, before, after);
        const shown = [...root.children];
        const want = after.map((one) => one.children[0]).join();
        if (shown.map((one) => one.textContent).join() !== want) problems.push(want);
        const rows = shown.filter((one) => one.localName === "p");
        const now = new Map(rows.map((one) => [one.textContent, one]));
        for (const [key, element] of now) {
          if (known.has(key) && known.get(key) !== element) problems.push(`made again: ${key}`);
        }
        before = after;
        known = now;
      }
      return problems;
    """
    assert run(units, "agent/dom.js", body) == []
