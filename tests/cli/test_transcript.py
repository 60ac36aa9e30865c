import json

import pytest
from typer.testing import CliRunner

from edgebox_cli.main import app

CALL = (
    "상담사: 무엇을 도와드릴까요\n고객: 카드를 잃어버렸어요\n시청해 주셔서 감사합니다\n"
    "챗봇: 1번을 눌러 주세요\n"
)


def run(*words, **more):
    return CliRunner().invoke(app, ["transcript", *words], **more)


def test_json_has_utterances_with_offsets_and_what_was_left_out():
    result = run("-", "--json", input=CALL)
    assert result.exit_code == 0
    read = json.loads(result.stdout)
    assert [(one["speaker"], one["label"], one["text"]) for one in read["utterances"]] == [
        ("agent", "상담사", "무엇을 도와드릴까요"),
        ("customer", "고객", "카드를 잃어버렸어요"),
        ("system", "챗봇", "1번을 눌러 주세요"),
    ]
    for one in read["utterances"]:
        assert CALL[one["start"] : one["end"]] == f"{one['label']}: {one['text']}"
    assert read["dropped"] == {"hallucination": 1, "system": 1}
    assert read["speakers"] == "both"
    assert read["content"] is True


def test_what_may_not_be_kept_is_not_shown():
    call = "고객: 주민번호 팔공공일공일에 일이삼사오육칠이요\n상담사: 네\n"
    [first, _] = json.loads(run("-", "--json", input=call).stdout)["utterances"]
    assert first["text"] == "주민번호 [주민번호]이요"
    assert call[first["start"] : first["end"]] == call.splitlines()[0]


def test_the_table_fits_and_says_what_the_json_says():
    shown = run("-", input=CALL).stdout
    assert "카드를 잃어버렸어요" in shown
    assert "Left out: 1 line that recognisers invent, 1 line of a machine." in shown
    assert max(len(line) for line in shown.splitlines()) <= 80


def test_a_call_in_which_nothing_was_said_is_named():
    result = run("-", input="고객:\n상담사:\n")
    assert result.exit_code == 0
    assert "Nothing was said: no model would be asked." in result.stdout
    assert json.loads(run("-", "--json", input="고객:\n상담사:\n").stdout)["content"] is False


def test_the_body_of_a_request_is_read_as_its_transcript():
    body = json.dumps({"consultation_id": "C-1", "conversation_text": CALL}, ensure_ascii=False)
    assert run("-", "--json", input=body).stdout == run("-", "--json", input=CALL).stdout


@pytest.mark.parametrize("end", [30, 40, 50])
def test_json_that_is_cut_off_is_wrong_usage(end):
    whole = (
        '[{"speaker": "agent", "text": "카드를 정지해 드렸습니다 고객님 더 필요한 것 있으세요"}]'
    )
    result = run("-", input=whole[:end])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "begins like JSON and is cut off or damaged at character" in result.stderr
    assert "카드" not in result.stderr


@pytest.mark.parametrize("text", ['{"order": 17}', "[1, 2]"])
def test_json_of_no_recogniser_is_wrong_usage(text):
    result = run("-", input=text)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "JSON of no known recogniser" in result.stderr


def test_a_batch_is_not_one_call():
    body = json.dumps({"consultations": [{"consultation_id": "C-1", "conversation_text": CALL}]})
    result = run("-", input=body)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Give one of its calls: jq '.consultations[0]' FILE" in result.stderr
    one = json.dumps(json.loads(body)["consultations"][0])
    assert run("-", "--json", input=one).stdout == run("-", "--json", input=CALL).stdout


@pytest.mark.parametrize("text", ["RIFF는 형식이에요", "ID3 태그요", "고객: {rtf 파일이요"])
def test_a_call_that_begins_like_the_name_of_a_format_is_read(text):
    assert run("-", input=text).exit_code == 0


def test_a_call_that_a_box_would_refuse_for_its_length_is_said_to_be_one():
    text = "".join(f"고객: 요금이 {number}원 나왔어요.\n" for number in range(11_000))
    result = run("-", "--json", input=text)
    assert result.exit_code == 0
    assert (
        f"This call has {len(text):,} characters. A box refuses more than 200,000" in result.stderr
    )
