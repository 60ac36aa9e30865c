"""Real processes whose wall clock jumps by more than a day, ahead and back.

What API and worker read of the wall clock is moved while they run (``moved/sitecustomize.py``);
the monotonic clock goes on as it is. The client's own clock follows, as in a centre whose time
server is wrong. libfaketime would move it below Python, but made the API hang at random, before any
jump.
"""

import json
import os
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from edgebox.signing import bound_key
from support.boxes.killed import CLIENT, TESTS, CrashBox
from support.outside.receiver import answer
from support.polling import PATIENCE

HOUR = 3600
TALK = "고객: 카드를 잃어버렸어요.\n상담사: 바로 정지했습니다."


class MovedBox(CrashBox):
    """A box whose wall clock can be moved."""

    hours = 0.0

    @classmethod
    def over(cls, folder: Path, receiver: str) -> "MovedBox":
        moved = folder / "moved"
        moved.write_text("0")
        before = os.environ.get("PYTHONPATH", "")
        places = os.pathsep.join([str(Path(__file__).parent / "moved"), str(TESTS), before])
        more = {"MOVED_CLOCK": str(moved), "PYTHONPATH": places}
        return cls(folder / "state", [receiver], more)

    def move(self, hours: float) -> None:
        """Set the clock that many hours from the true time."""
        self.hours = hours
        # In one step: a reader never sees half a number.
        file = self.folder.parent / "moved"
        new = file.with_suffix(".new")
        new.write_text(f"{hours * HOUR:.0f}")
        new.replace(file)

    def headers(self, **more: str) -> dict[str, str]:
        key = bound_key(CLIENT, self.secret, time.time() + self.hours * HOUR)
        return {"X-Bound-Key": key} | {k.replace("_", "-"): v for k, v in more.items()}


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
