"""The receiver of the crash suites' callbacks."""

from collections import defaultdict

from support.outside.receiver import Receiver, answer


class Centre(Receiver):
    """Takes everything, and keeps it by batch name and webhook-id.

    Args:
        first: the status of a batch's first callback, by name; of others 200.
    """

    def __init__(self, first=None):
        super().__init__([answer(200)])
        self.bodies = defaultdict(lambda: defaultdict(list))  # batch name -> webhook-id -> bodies
        self.first = first or {}

    def give(self, request, _turn):
        name = request.line.split()[1].removeprefix("/")
        status = 200 if self.bodies[name] else self.first.get(name, 200)
        self.bodies[name][request.headers["webhook-id"]].append(request.body)
        return answer(status)
