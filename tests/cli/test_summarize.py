import json
import os
import pty
import subprocess
import sys
import time

import pytest
from typer.testing import CliRunner

from edgebox.store.db import Store
from edgebox_cli.main import app
from support.engines.fake import SUMMARY

TALK = "고객: 카드를 잃어버렸어요.\n상담사: 바로 정지하고 재발급을 접수해 드렸습니다.\n"


def run(*words, **more):
    return CliRunner().invoke(app, ["summarize", *words], **more)


@pytest.fixture
def talk(tmp_path):
    path = tmp_path / "상담 01.txt"
    path.write_text(TALK, encoding="utf-8")
    return str(path)


def test_the_summary_alone_goes_to_standard_output(live, talk):
    result = run(talk)
    assert result.exit_code == 0
    assert result.stdout == "".join(SUMMARY) + "\n"
    assert result.stderr.startswith("success · small · ")
    assert f"{len(TALK)} of {len(TALK)} characters" in result.stderr


def test_json_is_the_answer_of_the_api(live, talk):
    answer = json.loads(run(talk, "--json").stdout)
    assert answer["consultation_id"] == "상담 01"
    assert answer["summary"] == "".join(SUMMARY)
    assert answer["input"] == {
        "characters": len(TALK),
        "characters_used": len(TALK),
        "truncated": False,
    }


def test_the_day_of_the_call_is_sent(live, talk):
    assert run(talk, "--call-date", "2025-09-13").exit_code == 0


def test_a_wrong_day_of_the_call_is_wrong_usage_without_a_box_too(talk, tmp_path, monkeypatch):
    monkeypatch.setenv("EDGEBOX_STATE_DIR", str(tmp_path / "none"))
    result = run(talk, "--call-date", "어제")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "edgebox: --call-date is no date. Write it as 2025-09-13.\n"


def test_standard_input_is_a_file_too(live):
    result = run("-", "--json", input=TALK)
    assert json.loads(result.stdout)["consultation_id"] == "stdin"


def test_an_answer_without_the_model_says_so(live, talk):
    live.engine.broken = True
    result = run(talk)
    assert result.exit_code == 0
    assert result.stderr.startswith("fallback · extractive")
    assert "transcript's own sentences" in result.stderr


def test_a_shortened_transcript_is_reported(live, tmp_path):
    live.engine.roles["slm"] |= {"prefill_tps": 300.0, "tokens_per_char": 1.0}
    path = tmp_path / "long.txt"
    path.write_text("".join(f"고객: {n}번째로 드리는 말씀입니다.\n" for n in range(2000)))
    result = run(str(path))
    assert "was shortened" in result.stderr


def test_on_a_terminal_the_words_come_as_they_are_written(live, talk):
    live.engine.pause = 0.1
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "edgebox_cli", "summarize", talk]
    with subprocess.Popen(command, stdout=theirs, stderr=subprocess.DEVNULL) as process:
        os.close(theirs)
        shown = read_all(ours)
    assert process.returncode == 0
    assert shown.count(SUMMARY[0].strip()) >= 2  # as a draft, and in the summary
    assert SUMMARY[1] in shown
    assert live.engine.requests[0]["stream"] is True


def read_all(descriptor):
    data = b""
    try:
        while chunk := os.read(descriptor, 65536):
            data += chunk
    except OSError:  # how a terminal says that its other end is closed
        pass
    os.close(descriptor)
    return data.decode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("카드".encode("cp949"), "iconv -f CP949 -t UTF-8 "),
        ("고객: 네, 카드요.\r\n".encode("utf-16"), "iconv -f UTF-16 -t UTF-8 "),
        (b"\xfe\xff" + "고객: 네\r\n".encode("utf-16-be"), "iconv -f UTF-16 -t UTF-8 "),
        ("고객: 네\n".encode("utf-32"), "iconv -f UTF-32 -t UTF-8 "),
        ("고객: 네, 카드요.\n".encode("utf-16-le"), "iconv -f UTF-16LE -t UTF-8 "),
        ("고객: 네, 카드요.\n".encode("utf-16-be"), "iconv -f UTF-16BE -t UTF-8 "),
        ("agent: yes\n".encode("utf-16-le"), "iconv -f UTF-16LE -t UTF-8 "),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "is not text"),
        (b"PK\x03\x04\xff\xff", "is an archive or a document of Word, Excel or Hangul, not text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is a document of Word, Excel or Hangul, not text"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "is a PDF, not text. Save what was said as text"),
        (b"{\\rtf1\\ansi \\u45348?}", "is an RTF document, not text"),
        (b"RIFF\x24\x08\0\0WAVEfmt ", "is a recording. Turn it into text first."),
        (b"\0\0\0\x20ftypM4A ", "is a recording. Turn it into text first."),
        (b"", "has no text"),
        (b" \n\t", "has no text"),
        (None, "Cannot read"),
    ],
)
def test_a_file_that_is_no_transcript_is_one_line(live, tmp_path, content, words):
    path = tmp_path / "file.txt"
    if content is not None:
        path.write_bytes(content)
    result = run(str(path))
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 1
    assert words in result.stderr


@pytest.mark.parametrize("encoding", ["cp949", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("name", ["상담 01.txt", "it's; rm -r x.txt"])
def test_the_advised_command_makes_the_file_readable(live, tmp_path, encoding, name):
    path = tmp_path / name
    path.write_bytes(TALK.encode(encoding))
    command = run(str(path)).stderr.partition("Convert it: ")[2].strip()
    new = tmp_path / "new.txt"
    subprocess.run(["sh", "-c", command.replace("NEW_FILE", str(new))], check=True)
    assert new.read_text(encoding="utf-8") == TALK
    assert run(str(new)).exit_code == 0


def test_a_zero_byte_or_two_in_utf_8_is_no_other_encoding(live, tmp_path):
    path = tmp_path / "call.txt"
    path.write_bytes(TALK.encode() + b"\x00\x00")
    assert run(str(path)).exit_code == 0


def test_a_refusal_is_one_line_in_the_boxs_own_words(live, tmp_path):
    path = tmp_path / "long.txt"
    path.write_text("가" * 200_001)
    result = run(str(path))
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert "At most 200000 characters" in result.stderr


def test_another_client_may_be_named(live, talk):
    live.store.clients.create("erp")
    assert run(talk, "--client", "erp").exit_code == 0
    assert run(talk, "--client", "nobody").exit_code == 1
    live.store.clients.disable("erp")
    assert run(talk, "--client", "erp").exit_code == 1


def test_the_first_client_that_is_enabled_asks(live, talk):
    live.store.clients.create("a-client")
    live.store.clients.disable("a-client")
    assert run(talk).exit_code == 0


def test_without_any_client_it_says_how_to_make_one(live, talk):
    live.store.clients.disable("centerlink")
    result = run(talk)
    assert result.exit_code == 1
    assert "edgebox keys create" in result.stderr


def test_a_box_with_another_state_folder_is_named_as_the_reason(live, talk, bare, monkeypatch):
    other = Store(bare / "other" / "edgebox.db")
    other.migrate()
    other.clients.create("centerlink")
    other.close()
    monkeypatch.setenv("EDGEBOX_STATE_DIR", str(bare / "other"))
    result = run(talk)
    assert result.exit_code == 1
    assert "another state folder" in result.stderr


def test_a_client_that_has_to_sign_whole_requests_does(live, talk):
    live.store.clients.require_key_version("centerlink", 2)
    time.sleep(1.1)
    for words in ((), ("--json",)):
        result = run(talk, *words)
        assert (result.exit_code, bool(result.stdout)) == (0, True), result.stderr


def test_a_client_that_may_not_send_from_here_is_the_reason(live, talk):
    live.store.clients.set_allowed_from("centerlink", ["10.1.0.0/16"])
    time.sleep(1.1)
    result = run(talk)
    assert result.exit_code == 1
    assert "edgebox keys allow centerlink 10.1.0.0/16 127.0.0.1" in result.stderr


def test_a_box_that_does_not_run_is_exit_3_and_says_what_to_type(live, talk, free_port):
    result = run(talk)
    assert (result.exit_code, result.stdout) == (3, "")
    assert len(result.stderr.splitlines()) == 1
    assert "edgebox up" in result.stderr


def test_another_program_on_the_port_is_not_taken_for_the_box(live, talk, foreign_server):
    result = run(talk)
    assert result.exit_code == 1
    assert "another program" in result.stderr
    assert len(result.stderr.splitlines()) == 1
