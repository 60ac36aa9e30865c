"""What ``monitoring/up --demo`` shows, on a box of real processes without a model."""

import contextlib
import sys
import threading
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "monitoring"))

from watch import render
from watch.chat import Chat
from watch.processes import Watchers, free_port
from watch.settings import Monitoring
from watch.trouble import TROUBLES, demonstrate, table

from support.boxes.killed import CrashBox

SUMMARY = "/api/v1/consultation/quick-summary"


LOADING = 7.0  # seconds that an engine with models takes to come back


class Broken:
    def __init__(self, box: CrashBox) -> None:
        self.box = box

    def pids(self) -> dict[str, int]:
        return {name: process.pid for name, process in self.box.running.items()}

    def summarise(self) -> None:
        body = {"consultation_id": "CL-1", "conversation_text": "고객: 이 문장은 천천히 읽힙니다."}
        httpx.post(self.box.url + SUMMARY, json=body, headers=self.box.headers(), timeout=30)

    def use_a_wrong_key(self) -> None:
        headers = {"X-Bound-Key": "center-1:1:no"}
        assert httpx.post(self.box.url + SUMMARY, json={}, headers=headers).status_code == 401


@contextlib.contextmanager
def supervised(box: CrashBox):
    """Start what has died again, some seconds later, as a box in service does."""
    over = threading.Event()

    def supervise() -> None:
        while not over.wait(0.2):
            if box.running["engine"].poll() is not None and not over.wait(LOADING):
                box.restart_dead()

    thread = threading.Thread(target=supervise)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_each_trouble_is_told_in_korean_and_resolved(tmp_path_factory) -> None:
    target = f"127.0.0.1:{free_port()}"
    folder = tmp_path_factory.mktemp("b")
    wanted = Monitoring(name="box-1", target=target)
    said: list[str] = []
    with (
        CrashBox(folder / "s", settings={"EDGEBOX_API__METRICS_LISTEN": target}) as box,
        Chat(shown=False) as chat,
    ):
        box.until_up()
        wanted.chat.url = chat.url
        for name in ("prometheus", "alertmanager", "relay"):
            setattr(wanted.listen, name, f"127.0.0.1:{free_port()}")
        (folder / "w").mkdir()
        with Watchers(wanted, folder / "w", render.DEMO) as watchers, supervised(box):
            seen = demonstrate(Broken(box), watchers, chat, "ko", said.append)
    assert [one.trouble.alert for one in seen] == [trouble.alert for trouble in TROUBLES]
    assert said == [trouble.ko for trouble in TROUBLES]
    assert seen[0].told.title == (
        "[긴급] box-1: 엔진이 멈췄습니다. 요약 대신 원문 문장이 표시되고 분석은 기다립니다"
    )
    assert "3초를 넘었습니다" in seen[1].told.title
    assert "키가 틀린 요청" in seen[2].told.title
    assert all(one.told_after < 30 for one in seen)
    assert "EngineDown" in table(seen, "ko")
