"""Who is told of which call."""

from edgebox.live.calls import LiveCall
from edgebox.live.hub import Hub

TEXT = {"type": "call.text"}


def call(operator: str = "kim", name: str = "CL-1", client: str = "center") -> LiveCall:
    return LiveCall(client, name, operator, "stt")


def test_every_screen_of_the_operator_is_told_once_and_no_other():
    hub, told = Hub(), []
    hub.watch("center", "kim", lambda message: told.append(("first", message)))
    hub.watch("center", "kim", lambda message: told.append(("second", message)))
    hub.watch("center", "lee", lambda message: told.append(("lee", message)))
    hub.watch("other", "kim", lambda message: told.append(("other", message)))
    hub.about(call(), TEXT)
    assert told == [("first", TEXT), ("second", TEXT)]
    assert hub.watching("center", "kim") == 2


def test_a_call_of_nobody_is_told_to_those_who_opened_it_only():
    hub, kim, lee = Hub(), [], []
    hub.watch("center", "kim", kim.append)
    hub.watch("center", "lee", lee.append)
    unfollow = hub.follow("center", "CL-1", lee.append)
    nobodys = call(operator="")
    hub.about(nobodys, TEXT)
    assert (kim, lee) == ([], [TEXT])
    assert hub.audience(nobodys) == 1
    assert hub.audience(call(operator="", name="CL-2")) == 0
    assert hub.audience(call(operator="", client="other")) == 0
    unfollow()
    unfollow()
    assert hub.audience(nobodys) == 0


def test_a_screen_that_opens_its_own_call_is_told_once():
    hub, told = Hub(), []
    hub.watch("center", "kim", told.append)
    hub.follow("center", "CL-1", told.append)
    hub.about(call(), TEXT)
    assert told == [TEXT]


def test_a_screen_that_fails_does_not_keep_the_next_from_being_told(caplog):
    hub, told = Hub(), []

    def broken(_message):
        raise RuntimeError("고객: 비밀")

    hub.watch("center", "kim", broken)
    hub.watch("center", "kim", told.append)
    hub.about(call(), TEXT)
    assert told == [TEXT]
    assert "비밀" not in caplog.text


def test_a_screen_may_leave_while_it_is_told():
    hub, told = Hub(), []
    leave = []

    def once(message):
        told.append(message)
        leave[0]()

    leave.append(hub.watch("center", "kim", once))
    hub.watch("center", "kim", told.append)
    hub.about(call(), TEXT)
    hub.about(call(), TEXT)
    assert told == [TEXT, TEXT, TEXT]
    assert hub.watching("center", "kim") == 1
