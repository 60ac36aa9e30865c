"""Real processes whose wall clock jumps by more than a day, ahead and back.

The client's own clock follows, as in a centre whose time server is wrong.
"""

import json
import time
from collections import Counter

import httpx
import pytest

from edgebox.signing import bound_key
from support.boxes.killed import CLIENT
from support.boxes.moved import MovedBox
from support.outside.receiver import answer
from support.polling import PATIENCE

TALK = "고객: 카드를 잃어버렸어요.\n상담사: 바로 정지했습니다."


def refused_with_the_true_time(box):
    key = bound_key(CLIENT, box.secret, time.time())
    answer = httpx.get(f"{box.url}/api/v1/batches", headers={"X-Bound-Key": key}, timeout=15)
    return answer.status_code == 401


def arrived(hook):
    return Counter(json.loads(request.body)["batch_id"] for request in hook.requests)


@pytest.mark.parametrize("hours", [25, -25])
def test_a_clock_that_jumps_a_day_and_back_loses_and_doubles_nothing(hook, folder, hours):
    hook.answers[:] = [answer(500), answer(200)]
    with MovedBox.over(folder, f"127.0.0.1:{hook.port}") as box:
        box.until_up()
        url, accepted = f"http://127.0.0.1:{hook.port}/", []

        def submit() -> None:
            taken = box.post(TALK, TALK, key=f"K-{len(accepted)}", hook=url)
            assert taken.status_code == 202, taken.text
            accepted.append(taken.json()["batch_id"])

        submit()  # its callback fails once, so that one waits for its second try in the jump
        box.until(lambda: hook.requests, PATIENCE, "the first callback")
        box.move(hours)
        assert refused_with_the_true_time(box), "the box's clock did move"
        submit()
        box.until(lambda: arrived(hook)[accepted[1]], PATIENCE, "the callback after the jump")
        box.until(lambda: arrived(hook)[accepted[0]] == 2, PATIENCE, "the second try")
        submit()
        box.move(0)
        submit()
        box.until(lambda: all(arrived(hook)[one] for one in accepted), PATIENCE, "all callbacks")
        again = box.post(TALK, TALK, key="K-0", hook=url)
        assert again.json()["batch_id"] == accepted[0], "an idempotency key is still known"
        counts = box.check_database()
        assert (counts["batches"], counts["consultations"]) == (4, 8)
        time.sleep(1.0)  # one that is sent twice would be
        assert arrived(hook) == {accepted[0]: 2} | dict.fromkeys(accepted[1:], 1)
        states = [box.batch(one)["state"] for one in accepted]
        assert states == ["completed"] * 4
