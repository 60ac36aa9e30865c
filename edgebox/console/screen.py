"""What one screen sees, and what it does."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final

from edgebox import __version__
from edgebox.api.live_ends import Ending
from edgebox.api.problems import problem_of
from edgebox.console import messages
from edgebox.console.accepting import accept
from edgebox.console.asking import ask
from edgebox.console.notices import cancelled, notice
from edgebox.console.rating import rate
from edgebox.errors import BoxBusy, EdgeBoxError, NotFound
from edgebox.live.calls import LiveCall
from edgebox.live.rolling import day_of
from edgebox.system.problem import PROBLEM_TYPE

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgebox.api.services import Services
    from edgebox.console.desk import Desk
    from edgebox.console.notices import Tell
    from edgebox.console.viewer import Viewer

BEAT_SECONDS = 10.0
"""Between two signs of life that a page's JavaScript sees; it does not see pings."""

RUN: Final = secrets.token_hex(8)
"""Another one after each restart: what is in memory only is gone then."""

MOST_WELCOMED: Final = 400_000
"""Characters of the calls in a snapshot, beyond the newest: encoding it holds the event loop up."""

MOST_PASTED: Final = 20
"""Pasted calls of one operator; for a further one, the oldest that has ended is forgotten."""

MOST_FOLLOWED: Final = 20
"""Calls that are not the operator's own and that one screen has opened."""


class Screen:
    """One open screen of an operator.

    Args:
        services: the objects that endpoints share.
        viewer: who looks.
        desk: the operator's.
        tell: gives a message to this screen.
        give_up: ends the socket, for what must not be shown.
        request_id: of the socket.

    Attributes:
        shown: characters of the call that the last act has shown as a whole.
    """

    def __init__(
        self,
        services: Services,
        viewer: Viewer,
        desk: Desk,
        *,
        tell: Tell,
        give_up: Callable[[], None],
        request_id: str,
    ) -> None:
        self._services = services
        self._live = services.live
        self._viewer = viewer
        self._desk = desk
        self._put = tell
        self._give_up = give_up
        self._request_id = request_id
        self._unwatch: Callable[[], None] | None = None
        self._followed: dict[str, Callable[[], None]] = {}
        self.shown = 0

    def join(self) -> bool:
        """Take a place at the desk; False if too many screens are open."""
        return self._desk.join(self.tell)

    def leave(self) -> None:
        """Give the place back."""
        self._desk.leave(self.tell)
        for unwatch in (self._unwatch, *self._followed.values()):
            if unwatch is not None:
                unwatch()

    def tell(self, message: dict[str, Any]) -> None:
        """Take a message for this screen. A call that it shows is noted in the audit first."""
        if message["type"] == "call.moved":
            if self._seen(message["consultation_id"]) is not None:
                return
            message = {**message, "type": "call.closed"}
        if message["type"] == "call.opened":
            try:
                self._note(message["call"]["consultation_id"])
            except BoxBusy:
                self._give_up()
                return
        elif message["type"] == "call.closed":
            self._desk.questions.forget(message["consultation_id"])
            self._unfollow(message["consultation_id"])
        self._put(message)

    def welcome(self) -> None:
        """Tell the screen everything that it shows; from now on it is told what changes."""
        viewer, settings = self._viewer, self._services.settings
        if viewer.operator:
            self._unwatch = self._live.hub.watch(viewer.client_id, viewer.operator, self.tell)
        calls = self._own()
        try:
            for call in calls:
                self._note(call.consultation_id)
        except BoxBusy:
            self._give_up()
            return
        self._put(
            {
                "type": "welcome",
                "operator": {
                    "name": viewer.operator,
                    "display": viewer.display,
                    "role": viewer.role,
                },
                "calls": [call.shown() for call in calls],
                "drafts": [draft for call in calls for draft in call.drafts()],
                "asks": self._desk.questions.states(),
                "settings": {
                    "language": settings.console.language,
                    "beat_seconds": BEAT_SECONDS,
                    "draft_seconds": settings.live.draft_seconds,
                },
                "release": __version__,
                "run": RUN,
            }
        )

    async def act(self, message: messages.Act) -> None:
        """Do what a message says. What is refused becomes a notice on this screen."""
        self.shown = 0
        try:
            await self._do(message)
        except EdgeBoxError as error:
            self._refused(error, message)

    async def _do(self, message: messages.Act) -> None:
        match message:
            case messages.Open() | messages.Summarise() | messages.Prepare() | messages.Edit():
                self._with(self._call(message.consultation_id), message)
            case messages.Paste():
                self._paste(message)
            case messages.Close():
                self._live.forget(self._pasted(message.consultation_id))
            case messages.End():
                call = self._pasted(message.consultation_id)
                how = Ending(by=self._viewer.actor)
                await self._live.ends.end(call.client_id, call.consultation_id, how)
            case messages.Ask():
                await self._ask(message)
            case messages.Cancel():
                self._desk.questions.cancel(message.ask_id, but=self.tell)
            case messages.Accept():
                await self._accept(message)
            case messages.Feedback():
                questions = self._desk.questions
                await rate(self._services, self._viewer, questions, message, self._seen)

    def _with(
        self,
        call: LiveCall,
        message: messages.Open | messages.Summarise | messages.Prepare | messages.Edit,
    ) -> None:
        services = self._services
        match message:
            case messages.Open():
                self._open(call)
            case messages.Summarise():
                self._live.rolling.now(call)
            case messages.Edit():
                self._live.calls.hold(call, self._viewer.operator, message.draft_id)
            case messages.Prepare() if services.settings.ask.enabled == "on":
                services.asks.prepare(call.client_id, call.consultation_id, call.text, day_of(call))

    def _note(self, consultation_id: str) -> None:
        """Note in the audit that a call is shown.

        Raises:
            BoxBusy: it cannot be noted, so it must not be shown.
        """
        self._viewer.note(self._services, "view.call", consultation_id)

    # Calls ------------------------------------------------------------------------

    def _own(self) -> list[LiveCall]:
        """Return the operator's newest calls, oldest first: what one screen can hold."""
        shown, characters = list[LiveCall](), 0
        for call in reversed(self._own_calls()):
            characters += call.received
            if shown and characters > MOST_WELCOMED:
                break
            shown.append(call)
        return shown[::-1]

    def _own_calls(self) -> list[LiveCall]:
        """Return all calls of the operator, oldest first."""
        viewer = self._viewer
        return self._live.calls.of(viewer.client_id, viewer.operator) if viewer.operator else []

    def _seen(self, consultation_id: str) -> LiveCall | None:
        """Return a call in progress that this screen may see, or None."""
        call = self._live.calls.get(self._viewer.client_id, consultation_id)
        if call is None or call.operator == self._viewer.operator:
            return call
        private = call.source == "paste"
        allowed = not private and (self._viewer.sees_all or not call.operator)
        return call if allowed else None

    def _pasted(self, consultation_id: str) -> LiveCall:
        """Return a call that this operator has pasted.

        Raises:
            NotFound: there is none of this id.
        """
        call = self._seen(consultation_id)
        if call is None or call.source != "paste":
            raise NotFound("There is no pasted call of this id.")
        return call

    def _call(self, consultation_id: str) -> LiveCall:
        """Return a call in progress that this screen may see.

        Raises:
            NotFound: there is none of this id.
        """
        call = self._seen(consultation_id)
        if call is None:
            raise NotFound("There is no such call in progress.")
        return call

    def _open(self, call: LiveCall) -> None:
        if call.operator != self._viewer.operator or not self._viewer.operator:
            self._follow(call)
        self.tell({"type": "call.opened", "call": call.shown()})
        self.shown = call.received
        for draft in call.drafts():
            self._put({"type": f"{draft['kind']}.done", "draft": draft})

    def _follow(self, call: LiveCall) -> None:
        self._unfollow(call.consultation_id)
        while len(self._followed) >= MOST_FOLLOWED:
            self._unfollow(next(iter(self._followed)))
        follow = self._live.hub.follow
        self._followed[call.consultation_id] = follow(
            call.client_id, call.consultation_id, self.tell
        )

    def _unfollow(self, consultation_id: str) -> None:
        if unwatch := self._followed.pop(consultation_id, None):
            unwatch()

    def _paste(self, message: messages.Paste) -> None:
        viewer = self._viewer
        if not viewer.operator:
            raise NotFound("Name an operator in hello to paste a call.")
        if viewer.session and message.consultation_id is not None:
            self._pasted(message.consultation_id)  # a person chooses no id: it may be a call's
        if message.consultation_id is None:
            self._make_room()
        call = self._live.calls.paste(
            viewer.client_id, message.consultation_id, operator=viewer.operator, text=message.text
        )
        self._live.hub.about(call, {"type": "call.opened", "call": call.shown()})
        self._live.readings.changed(call)

    def _make_room(self) -> None:
        """Have room for one more paste: one person must not use up the places of a whole centre.

        Raises:
            BoxBusy: as many as may be are open.
        """
        pasted = [call for call in self._own_calls() if call.source == "paste"]
        if len(pasted) >= MOST_PASTED:
            ended = next((call for call in pasted if call.ended), None)
            if ended is None:
                raise BoxBusy(f"{len(pasted)} pasted calls are open. Close one of them first.")
            self._live.forget(ended)

    # Questions --------------------------------------------------------------------

    async def _ask(self, message: messages.Ask) -> None:
        questions = self._desk.questions
        before = questions.running
        if message.ask_id == before:
            return  # sent again after a reconnect
        call = self._seen(message.consultation_id)
        try:
            await ask(
                self._services,
                self._viewer,
                questions,
                message,
                call=call,
                by=self.tell,
                request_id=self._request_id,
            )
        except BoxBusy:
            if before and questions.running != before:  # this screen cannot know
                self._put(cancelled(before))
            raise

    async def _accept(self, message: messages.Accept) -> None:
        seen = self._seen(message.consultation_id)
        accepted = await accept(self._services, self._viewer, message, seen)
        self._desk.tell(accepted)
        if seen is not None:  # a lead, say, must not accept other words without knowing
            self._live.hub.about(seen, accepted, but=self._desk.screens)

    def _refused(self, error: EdgeBoxError, message: messages.Act) -> None:
        problem = problem_of(error, self._request_id)
        self._put(
            notice(
                "warning" if isinstance(error, BoxBusy) else "error",
                problem.type.removeprefix(PROBLEM_TYPE),
                problem.detail,
                retry_after=getattr(error, "retry_after", None),
                consultation_id=getattr(message, "consultation_id", None),
                ask_id=getattr(message, "ask_id", None),
            )
        )
