"""From a metric to a message in a chat, with Prometheus and Alertmanager themselves."""

import os
import signal
import time

from watch.serving import in_thread, server


def holds(condition, seconds: float) -> bool:
    """Whether a condition holds within some seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.1)
    return False


SECONDS = 25.0
WRONG_KEYS = 'edgebox_http_requests_total{method="POST",route="/api/v1/quick-summary",status="401"}'


def test_trouble_becomes_a_korean_message_and_its_end_another(watched) -> None:
    began = time.monotonic()
    watched.exporter.changed |= {"edgebox_engine_up": 0, "edgebox_oldest_pending_seconds": 2500}
    told = watched.chat.wait("[긴급] box-1", "엔진이 멈췄습니다", seconds=SECONDS, since=began)
    assert told is not None
    assert "조치: systemctl status edgebox-engine" in told.text
    assert "안내: docs/ko/guide/troubleshoot.md#엔진이-멈췄을-때" in told.text
    assert "EngineDown" in told.text
    # Its consequences are not told beside it.
    firing = 'ALERTS{alertname="AnalysesLate",alertstate="firing"}'
    assert holds(lambda: watched.watchers.query(firing), SECONDS)
    time.sleep(3)
    assert watched.chat.wait("기다렸습니다", seconds=0, since=began) is None
    watched.exporter.changed.clear()
    over = watched.chat.wait("[해제] box-1", "엔진이 멈췄습니다", seconds=SECONDS, since=told.at)
    assert over is not None
    assert "해제되었습니다" in over.text


def test_a_summary_over_the_deadline_is_told_with_the_deadline(watched) -> None:
    began = time.monotonic()
    watched.exporter.changed["edgebox_quick_deadline_seconds"] = 2.5
    watched.exporter.changed["edgebox_quick_late_total"] = 2
    told = watched.chat.wait("[경고] box-1", "2.5초를 넘었습니다", seconds=SECONDS, since=began)
    assert told is not None
    watched.exporter.changed.clear()


def test_the_first_wrong_keys_are_told_though_their_series_is_new(watched) -> None:
    began = time.monotonic()
    watched.exporter.changed[WRONG_KEYS] = 30
    assert watched.chat.wait("키가 틀린 요청 30건", seconds=SECONDS, since=began)
    watched.exporter.changed.clear()


def test_a_box_that_is_gone_is_told_alone(watched) -> None:
    began = time.monotonic()
    watched.exporter.gone = True
    told = watched.chat.wait("[긴급] box-1: API가 응답하지 않습니다", seconds=SECONDS, since=began)
    watched.exporter.gone = False
    assert told is not None
    assert watched.chat.wait("[해제]", "API가", seconds=SECONDS, since=told.at)


def test_a_receiver_that_cannot_be_reached_is_told_by_another(watched) -> None:
    assert watched.chat.wait("[긴급]", "알림이 전달되지 않았습니다(webhook)", seconds=SECONDS)


def test_the_watchdog_leaves_the_box_again_and_again(watched) -> None:
    arrived: list[dict] = []
    end = server(watched.watchers.wanted.watchdog.url[7:-1], arrived.append)
    in_thread(end)
    assert holds(lambda: len(arrived) >= 2, SECONDS)
    end.shutdown()
    end.server_close()
    assert {alert["labels"]["alertname"] for alert in arrived[0]["alerts"]} == {"Watchdog"}
    assert arrived[0]["status"] == "firing"


def test_a_reload_with_wrong_files_is_told_and_changes_nothing(watched) -> None:
    began = time.monotonic()
    file = watched.watchers.folder / "prometheus.yml"
    right, pid = file.read_text(), watched.watchers.pids["prometheus"]
    file.write_text("scrape_configs: no\n")
    os.kill(pid, signal.SIGHUP)
    told = watched.chat.wait("[경고] box-1", "전의 설정으로 실행", seconds=SECONDS, since=began)
    file.write_text(right)
    os.kill(pid, signal.SIGHUP)
    assert told
    assert "journalctl -u edgebox-prometheus" in told.text
    assert watched.chat.wait("[해제]", "NotReloaded", seconds=SECONDS, since=told.at)
