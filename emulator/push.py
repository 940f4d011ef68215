"""Push messages: what a change sends to which channel, and a thread that delivers it (GOOGLE.md
8.2).

Losses, duplicates, numbers and delays are drawn from the seed when the change happens, so one
seed sends the same messages however the threads run. Delays and back-off follow the
stand-in's clock; `wait_until_sent` hurries them. Messages on their way do not outlive the program.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from emulator.channels import Channel, Channels
from emulator.clock import Clock
from emulator.courier import Courier
from emulator.knobs import Knobs

RETRIED = (0, 500, 502, 503, 504)
"""Statuses after which it is tried again; 0 is no answer at all."""
DELIVERED = (102, 200, 201, 202, 204)
LARGEST_STEP = 1500
KEPT = 10_000
GREETING_SECONDS = 2.0
TICK = 0.05


@dataclass(eq=False)
class Message:
    """One POST to a channel's address. `outcome` is waiting, delivered, failed, dropped or void."""

    channel: Channel
    number: int
    state: str
    due_at: datetime
    outcome: str = "waiting"
    attempts: int = 0
    status: int = 0
    """The receiver's last answer; 0 when there was none."""

    @property
    def is_waiting(self) -> bool:
        return self.outcome == "waiting"


class Push:
    """The queue and its thread, which starts with the first message and ends with `stop`."""

    def __init__(self, channels: Channels, clock: Clock, knobs: Knobs, random: Random) -> None:
        self._channels, self._clock, self._knobs, self.random = channels, clock, knobs, random
        self._courier = Courier()
        self._queue: list[Message] = []
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._is_hurried = False
        self._messages: deque[Message] = deque(maxlen=KEPT)

    @property
    def messages(self) -> list[Message]:
        """Every message that came up, the lost ones too, oldest first."""
        with self._changed:
            return list(self._messages)

    def greet(self, channel: Channel) -> Message:
        """The `sync` message, number 1; never lost."""
        channel.number = 1
        message = Message(channel, 1, "sync", self._clock.now())
        self._enqueue(message)
        return message

    def note(self, user: str, calendar: str, resource: str) -> None:
        """A change: one message to each live channel on it, unless the dice lose it."""
        now = self._clock.now()
        for channel in self._channels.watching(resource, calendar=calendar, user=user):
            if channel.is_live(now, stop_seconds=self._knobs.push_stop_seconds):
                self._send(channel, now)

    def wait_for(self, message: Message, *, seconds: float = GREETING_SECONDS) -> None:
        """Until this message has arrived or failed, but no longer than `seconds`."""
        with self._changed:
            self._changed.wait_for(lambda: not message.is_waiting, timeout=seconds)

    def wait_until_sent(self, *, seconds: float = 10.0) -> list[Message]:
        """Send everything that waits, delays and back-off cut short; returns all messages so far.

        Raises TimeoutError when the receivers take longer than `seconds`.
        """
        with self._changed:
            self._is_hurried = True
            self._changed.notify_all()
            is_done = self._changed.wait_for(lambda: not self._queue, timeout=seconds)
            self._is_hurried = False
        if not is_done:
            raise TimeoutError(f"{len(self._queue)} messages are still waiting")
        return self.messages

    def repeat(self, channel: Channel, *, times: int = 1) -> None:
        """The last message again, with its old number: duplicates and replays (F87, F88)."""
        now = self._clock.now()
        for _ in range(times):
            self._enqueue(Message(channel, channel.number, "exists", now))

    def stop(self) -> None:
        """End the thread; what still waits is lost. A later message starts another."""
        with self._changed:
            thread, self._thread = self._thread, None
            self._queue.clear()
            self._changed.notify_all()
        if thread is not None:
            thread.join(timeout=5)

    def _send(self, channel: Channel, now: datetime) -> None:
        knobs = self._knobs
        channel.number += self.random.randint(1, LARGEST_STEP)
        delay = self.random.uniform(knobs.push_delay_seconds_from, knobs.push_delay_seconds_to)
        message = Message(channel, channel.number, "exists", now + timedelta(seconds=delay))
        is_lost = self.random.random() < knobs.push_drop_rate
        is_doubled = self.random.random() < knobs.push_duplicate_rate
        if is_lost:
            message.outcome = "dropped"
            with self._changed:
                self._messages.append(message)
            return
        self._enqueue(message)
        if is_doubled:
            self._enqueue(Message(channel, message.number, "exists", message.due_at))

    def _enqueue(self, message: Message) -> None:
        with self._changed:
            self._messages.append(message)
            self._queue.append(message)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True, name="push")
                self._thread.start()
            self._changed.notify_all()

    def _run(self) -> None:
        """One thread's life; it ends when it is no longer the one that delivers."""
        me = threading.current_thread()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._queue or self._thread is not me)
                if self._thread is not me:
                    return
                message = self._next()
            if message is None:
                time.sleep(TICK)  # Delays follow a clock that may be moved at any time.
                continue
            self._attempt(message)
            with self._changed:
                if not message.is_waiting and message in self._queue:
                    self._queue.remove(message)
                self._changed.notify_all()

    def _next(self) -> Message | None:
        """The message that is due first; with nothing due, None."""
        first = min(self._queue, key=lambda message: message.due_at)
        return first if self._is_hurried or first.due_at <= self._clock.now() else None

    def _attempt(self, message: Message) -> None:
        now = self._clock.now()
        channel, knobs = message.channel, self._knobs
        if channel.is_cut_off or now >= channel.expires_at:
            message.outcome = "void"
            return
        message.attempts += 1
        message.status = self._courier.deliver(
            channel, number=message.number, state=message.state, knobs=knobs
        )
        if message.status in DELIVERED:
            message.outcome = "delivered"
        elif message.status not in RETRIED or message.attempts > knobs.push_retries:
            message.outcome = "failed"
        else:
            wait = 2 ** (message.attempts - 1) + self.random.random()
            message.due_at = now + timedelta(seconds=wait)
