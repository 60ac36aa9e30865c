"""What the doctor finds, in Korean: nothing that it can find lacks its words."""

import ast
import re
import string
from pathlib import Path

import pytest

from edgebox import diagnosis
from edgebox.api.key_faults import faults_of
from edgebox.callbacks import delivery, post
from edgebox.callbacks.retry import classify
from edgebox.console.findings import TRANSLATIONS
from edgebox.console.rendering import typed
from edgebox.console.words.doctor_ko import FOUND, QUOTED
from edgebox.signing import Window
from edgebox_cli.doctor import check, remote

DOCTOR = Path(check.__file__).parent
HANGUL = re.compile("[가-힣]")
_ONE = (
    r"(\{start\}|\./install\.sh( --cuda)?|nvidia-smi|"
    r"(edgebox|chmod|chown|cp|journalctl|ls|nvidia|rm|sudo|systemctl|timedatectl|curl)[ -][^(;,]*)"
)
COMMAND = re.compile(f"{_ONE}(; {_ONE})*")
"""What is typed as it stands. Words around a command have a blank, a comma or a bracket."""


FIXES = slice(2, 3)


def said(which=slice(3)):
    """Every text that a check passes to ``warn`` and ``fail``, with the name of its file."""
    for file in sorted(DOCTOR.glob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("warn", "fail"):
                assert len(node.args) == 3, f"{file.name}:{node.lineno}"
                for part in node.args[which]:
                    yield from ((file.name, text) for text in texts(part, tree))
    for _, detail, fix in remote._SAID.values():
        yield from (("remote.py", text) for text in ("model {role}", detail, fix)[which])
    yield "remote.py", remote._RENEW


def texts(part, tree):
    match part:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp():
            return texts(part.body, tree) + texts(part.orelse, tree)
        case ast.Name(id=name):
            given = [
                text
                for node in ast.walk(tree)
                for target, value in assigned(node)
                if target == name
                for text in texts(value, tree)
            ]
            assert given, f"{name} is no constant"
            return given
    raise AssertionError(f"not a constant: {ast.unparse(part)}")


def assigned(node):
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            yield name, value
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
            for one, value in zip(names, values, strict=True):
                yield one.id, value


def names(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


KO, EN = TRANSLATIONS["ko"], TRANSLATIONS["en"]


def test_no_finding_lacks_a_translation():
    found = list(said())
    assert len({text for _, text in found}) > 100
    lacking = [one for one in found if one[1] not in FOUND and not COMMAND.fullmatch(one[1])]
    assert not lacking, lacking


@pytest.mark.parametrize("status", [302, 410, 413])
def test_why_a_receiver_did_not_take_a_callback_is_korean(status):
    assert HANGUL.search(KO.quoted(classify(status, None, 0.0, 20_000_000).error))


def reasons(module):
    """What a module writes as the reason of an attempt that failed, with 10 for each value."""
    for node in ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8"))):
        values = []
        if isinstance(node, ast.keyword) and node.arg == "error":
            values = [node.value]
        elif isinstance(node, ast.FunctionDef) and node.name == "_explain":
            values = [one.value for one in ast.walk(node) if isinstance(one, ast.Return)]
        for value in values:
            match value:
                case ast.Constant(value=text):
                    yield text
                case ast.JoinedStr(values=parts):
                    yield "".join(
                        getattr(part, "value", "") if isinstance(part, ast.Constant) else "10"
                        for part in parts
                    )


def test_no_reason_of_a_callback_lacks_a_translation():
    found = [*reasons(delivery), *reasons(post)]
    assert len(found) > 8
    for text in found:
        assert HANGUL.search(KO.quoted(text)) or text == "TLS: 10", text


def test_commands_are_set_apart_from_sentences_in_both_languages():
    found = {text for _, text in said(FIXES)}
    assert len(found) > 50
    for text in found:
        values = dict.fromkeys(names(text), "x") | {"start": "edgebox up"}
        is_command = COMMAND.fullmatch(text) is not None
        for one in (text, FOUND.get(text, text)):
            assert typed(diagnosis.filled(one, values)) is is_command, one


def test_every_translation_is_of_something_that_can_be_found():
    assert not FOUND.keys() - {text for _, text in said()}


def test_a_translation_has_the_figures_of_its_text_and_is_korean():
    same = {"API", "GPU", "llama.cpp", "{need}", "{instead}"}
    same |= {"TLS: {reason}", "HTTP {n}: {reason}"}
    for text, korean in (FOUND | QUOTED).items():
        assert names(text) == names(korean), text
        assert HANGUL.search(korean) or text in same or text == "{id}: {reason}", text


def test_only_what_is_ok_is_said_without_its_words_apart():
    for file in sorted(DOCTOR.glob("*.py")):
        if file.name == "check.py":
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Check":
                assert ast.unparse(node.args[1]) == "'ok'", f"{file.name}:{node.lineno}"


def test_figures_are_put_into_both_languages():
    made = check.fail(
        "disk",
        "{free} free at {folder}; {least} are needed.",
        "free some space at {folder}; if the models are on that disk: edgebox models remove NAME",
        free="1.2 GB",
        folder="/var/lib/edgebox",
        least="2.0 GB",
    )
    assert made.detail == "1.2 GB free at /var/lib/edgebox; 2.0 GB are needed."
    assert EN(made.finding).detail == made.detail
    korean = KO(made.finding)
    assert korean.name == "디스크"
    assert korean.detail == "/var/lib/edgebox에 1.2 GB만 남았습니다. 2.0 GB가 있어야 합니다."
    assert korean.fix.startswith("/var/lib/edgebox의 자리를 비웁니다.")


def test_what_another_release_found_stays_as_it_was():
    left = diagnosis.Finding("new check", "warn", "The {box} is odd.", None, {"box": "roof"})
    assert KO(left).detail == "The roof is odd."
    assert KO(left).fix is None


def test_braces_in_a_value_are_no_names():
    made = check.warn("receiver", "{client}: {place}: {what}.", "{client}", client="{what}",
                      place="{client}", what="{place}")  # fmt: skip
    assert made.detail == "{what}: {client}: {place}."
    assert KO(made.finding).detail == "{what}: {client}에 연결할 수 없습니다. {place}"


class Client:
    secrets, disabled = ("5f" * 32,), False


class Disabled(Client):
    disabled = True


NOW = 1_757_750_400
WRONG = [
    "",
    "x" * 300,
    "a:b",
    f"erp:2025-09-13T08:00:00Z:{'0' * 64}",
    f"nobody:{NOW}:{'0' * 64}",
    f"off:{NOW}:{'0' * 64}",
    f" erp:{NOW}:{'0' * 64}",
    f"erp:{NOW}:{'0' * 40}",
    f"erp:{NOW}:{'0' * 41}",
    f"erp:{NOW}:xyz",
    *(f"erp:{NOW + off}:{'0' * 64}" for off in (-400, 31, 301, -32_400, 32_400)),
    *(f"erp:{NOW}{end}:{'0' * 64}" for end in ("000", "000000", "000000000", "0000")),
    f"erp:x:{'0' * 64}",
    f"erp::{'0' * 64}",
    f"v2:erp:{NOW}:short:{'0' * 64}",
]


@pytest.mark.parametrize("key", WRONG)
def test_reasons_of_refused_keys_are_korean(key):
    known = {"erp": Client(), "off": Disabled()}
    client, reason = faults_of(key, known.get, Window(NOW, 300, 30))
    shown = f"{client or 'no client'}: {reason} (12, the last at 2025-09-13 17:00)"
    told = KO(
        check.warn(
            "refused keys", "In the last 24 hours: {refused}.", "x", refused=f"{shown}; {shown}"
        ).finding
    )
    rest = told.detail.replace("client:timestamp:signature", "")
    assert not re.search("[a-z]{2,} [a-z]{2,}", rest), told.detail
    assert rest.count("12번, 마지막 2025-09-13 17:00") == 2
