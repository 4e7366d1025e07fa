"""Time and outcomes → whether one connection may call now: its rate, and its circuit breakers."""

from collections import OrderedDict

#: Hosts of one connection that are remembered as failing; the one that failed least lately goes first.
MOST_HOSTS = 256


class Breaker:
    """Failures in a row on one side, and until when they rest it."""

    __slots__ = ("closed_until", "failures")

    def __init__(self) -> None:
        self.failures = 0
        self.closed_until = float("-inf")


class Lane:
    """What one connection may do. All times are monotonic seconds, given by the caller.

    Its rate is one. Its breakers are kept by `host`: "" for the provider's own addresses, which stand and fall together; a host for
    addresses that others gave (a browser's push service, a merchant's endpoint), so that one that is dead holds up none of the others.
    """

    def __init__(self, rate_per_s: float | None, *, failures_to_open: int, rest_s: float) -> None:
        self._interval_s = 1.0 / rate_per_s if rate_per_s else 0.0
        #: A lane may run ahead by one second's worth of calls, at least one.
        self._burst_s = max(1.0 - self._interval_s, 0.0)
        self._next_at = float("-inf")
        self._failures_to_open = failures_to_open
        self._rest_s = rest_s
        #: Of hosts that failed last time, the least lately failed first.
        self._breakers: OrderedDict[str, Breaker] = OrderedDict()

    def wait_s(self, now: float) -> float:
        """Return the seconds until the next call may leave."""
        return max(self._next_at - self._burst_s - now, 0.0) if self._interval_s else 0.0

    def take(self, now: float) -> None:
        """Count one call."""
        self._next_at = max(self._next_at, now) + self._interval_s

    def rest_left_s(self, now: float, host: str = "") -> float:
        """Return the seconds a host still rests; 0.0 when it may be tried.

        After a rest one caller is let through; the others go on resting until it reports.
        """
        breaker = self._breakers.get(host)
        if breaker is None or breaker.failures < self._failures_to_open:
            return 0.0
        if now < breaker.closed_until:
            return breaker.closed_until - now
        breaker.closed_until = now + self._rest_s
        return 0.0

    def failed(self, now: float, host: str = "") -> None:
        """Count a call that failed; enough of them in a row rest the host."""
        breaker = self._breakers.setdefault(host, Breaker())
        self._breakers.move_to_end(host)
        breaker.failures += 1
        if breaker.failures >= self._failures_to_open:
            breaker.closed_until = now + self._rest_s
        if len(self._breakers) > MOST_HOSTS:
            self._breakers.popitem(last=False)

    def succeeded(self, host: str = "") -> None:
        """Count a call that was answered: the host is open again."""
        self._breakers.pop(host, None)
