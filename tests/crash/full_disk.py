"""Fill and clear the small file system of a running box, and report what its clients see.

    python -m crash.full_disk FOLDER RECEIVER_PORT

FOLDER is on a file system of a few MiB. Prints a JSON object.
"""

from __future__ import annotations

import contextlib
import errno
import json
import sqlite3
import sys
from pathlib import Path

from support.boxes.killed import CrashBox

TALK = "고객: 카드를 잃어버렸어요. 정지해 주세요.\n상담사: 네, 바로 정지했습니다.\n" * 400
MOST = 200


def fill(ballast: Path) -> None:
    """Fill the file system to the last byte."""
    with ballast.open("ab", buffering=0) as file:
        for size in (65536, 4096, 512, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise


def main(folder: Path, port: int) -> None:
    """Submit, fill, submit, clear, submit, and wait for the callbacks of accepted batches."""
    hook = f"http://127.0.0.1:{port}/"
    with CrashBox(folder / "state", [f"127.0.0.1:{port}"]) as box:
        box.until_up()
        taken = [box.post(TALK, hook=hook).json()["batch_id"]]
        fill(folder / "ballast")
        for _ in range(MOST):  # SQLite's file may still have free pages
            refused = box.post(TALK, hook=hook)
            if refused.status_code != 202:
                break
            taken.append(refused.json()["batch_id"])
        (folder / "ballast").unlink()
        after = box.post(TALK, hook=hook)
        taken.append(after.json().get("batch_id"))

        def ended() -> bool:
            with contextlib.closing(sqlite3.connect(box.database)) as db:
                count = "SELECT COUNT(*) FROM outbox WHERE state = 'delivered'"
                return db.execute(count).fetchone()[0] == len(taken)

        box.until(ended, 120, "every callback")
        box.check_database()
    seen = {
        "refused": refused.status_code,
        "retry_after": int(refused.headers.get("Retry-After", 0)),
        "taken_before": len(taken) - 1,
        "taken_after": after.status_code,
        "batches": taken,
    }
    print(json.dumps(seen))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
