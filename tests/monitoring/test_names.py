"""Rules name only what /metrics has, and only chapters that the guides have."""

import re
from pathlib import Path

import pytest
import yaml

from support.watching.metric_names import mistakes

ROOT = Path(__file__).resolve().parents[2]
RULES = [
    rule
    for path in sorted((ROOT / "monitoring" / "rules").glob("*.yml"))
    for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
ALERTS = [rule for rule in RULES if "alert" in rule]
RECORDINGS = {rule["record"] for rule in RULES if "record" in rule}
NOTES = ("summary", "summary_en", "action", "action_en", "guide", "guide_en")
HANGUL = re.compile("[가-힣]")


def named(rules):
    return pytest.mark.parametrize(
        "rule", rules, ids=lambda rule: rule.get("alert", rule.get("record"))
    )


@named(RULES)
def test_rules_read_only_what_there_is(rule) -> None:
    assert mistakes(rule["expr"], RECORDINGS) == []


@named(ALERTS)
def test_templates_of_texts_read_only_what_there_is(rule) -> None:
    for text in rule["annotations"].values():
        for expression in re.findall(r'printf "(\w+\{instance=)%q\}"', text):
            assert mistakes(expression + '"x"}', RECORDINGS) == []


@pytest.mark.parametrize(
    "typo",
    [
        "edgebox_engine_upp == 0",
        'edgebox_quick_summaries_total{status="refusd"} > 0',
        'edgebox_quick_summaries_total{state="refused"} > 0',
        'edgebox_analyses_total{result=~"done|faild"} > 0',
        "sum by (job, instanc) (edgebox_engine_up)",
        "rate(edgebox_quick_seconds_buckets[5m])",
        "edgebox_engine_rss_bytes / on (jb) edgebox_machine_memory_bytes",
        "edgebox:quick_misssed:ratio_rate1h > 0.07",
        "histogram_quantile(0.9, sum by (l) (rate(edgebox_quick_seconds_bucket[5m])))",
    ],
)
def test_a_typo_is_found(typo) -> None:
    assert mistakes(typo, RECORDINGS)


@named(ALERTS)
def test_alerts_speak_both_languages_and_say_what_to_do(rule) -> None:
    notes = rule["annotations"]
    assert set(notes) == set(NOTES)
    assert rule["labels"]["severity"] in ("critical", "warning", "info", "none")
    assert HANGUL.search(notes["summary"])
    for name in ("summary_en", "action_en", "guide_en"):
        assert not HANGUL.search(notes[name])


def anchor(heading: str) -> str:
    """The anchor that GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@named(ALERTS)
def test_alerts_lead_to_a_chapter_of_each_guide(rule) -> None:
    for note, folder in (("guide", "docs/ko/guide"), ("guide_en", "docs/guide")):
        name, _, wanted = rule["annotations"][note].partition("#")
        text = (ROOT / folder / name).read_text(encoding="utf-8")
        assert wanted in {anchor(found) for found in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
