"""The end of a call in progress, with an API that is killed while it answers."""

import json
import threading
import time
from collections import Counter

import httpx
import pytest

CALL = "고객: 카드를 잃어버렸어요.\n상담사: 정지하고 재발급을 접수했습니다.\n"


class Sender:
    """Speech-to-text's side of one call: it sends again whatever it has no answer for."""

    def __init__(self, box, name, hook):
        self._box, self._hook = box, f"http://127.0.0.1:{hook.port}/"
        self._url = f"{box.url}/api/v1/live/{name}"

    def append(self):
        return httpx.put(
            self._url, json={"offset": 0, "text": CALL}, headers=self._box.headers(), timeout=15
        )

    def end(self):
        body = {"received": len(CALL), "callback_url": self._hook}
        return httpx.post(f"{self._url}/end", json=body, headers=self._box.headers(), timeout=15)

    def end_until_known(self):
        """Return the batch that the call became."""
        ended = self.end()
        if ended.status_code == 409:
            assert ended.json()["expected"] == 0, "the API was killed before it was on the disk"
            assert self.append().status_code == 200
            ended = self.end()
        assert ended.status_code == 202, ended.text
        return ended.json()["batch_id"]


@pytest.mark.parametrize("wait", [0.0, 0.002, 0.005, 0.01, 0.03, None])
def test_an_api_that_is_killed_while_a_call_ends_loses_and_doubles_nothing(
    shared_hook, shared_box, wait
):
    """It is killed so many seconds after the end was sent; None: once it was answered."""
    known, hook, box = [], shared_hook, shared_box
    box.until_up()
    before = box.check_database()
    sender = Sender(box, f"CL-LIVE-{wait}", hook)
    assert sender.append().status_code == 200

    def end():
        try:
            known.append(sender.end().json()["batch_id"])
        except httpx.HTTPError:
            known.append(None)

    ending = threading.Thread(target=end)
    ending.start()
    if wait is None:
        ending.join()
    else:
        time.sleep(wait)
    box.kill("api")
    ending.join()
    box.until_up()
    batch = sender.end_until_known()
    assert known in ([batch], [None]), "what was answered stays true"
    assert sender.end_until_known() == batch

    def arrived():
        return Counter(json.loads(request.body)["batch_id"] for request in list(hook.requests))

    box.until(lambda: arrived()[batch], 60, "the callback")
    counts = box.check_database()
    for what in ("batches", "consultations"):
        assert counts[what] == before[what] + 1
    assert set(arrived().values()) == {1}
