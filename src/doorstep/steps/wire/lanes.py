"""Time and outcomes → whether one connection may call now: its rate and its circuit breaker."""


class Lane:
    """What one connection may do. All times are monotonic seconds, given by the caller."""

    def __init__(self, rate_per_s: float | None, *, failures_to_open: int, rest_s: float) -> None:
        self._interval_s = 1.0 / rate_per_s if rate_per_s else 0.0
        #: A lane may run ahead by one second's worth of calls, at least one.
        self._burst_s = max(1.0 - self._interval_s, 0.0)
        self._next_at = float("-inf")
        self._failures_to_open = failures_to_open
        self._rest_s = rest_s
        self._failures = 0
        self._closed_until = float("-inf")

    def wait_s(self, now: float) -> float:
        """Return the seconds until the next call may leave."""
        return max(self._next_at - self._burst_s - now, 0.0) if self._interval_s else 0.0

    def take(self, now: float) -> None:
        """Count one call."""
        self._next_at = max(self._next_at, now) + self._interval_s

    def rest_left_s(self, now: float) -> float:
        """Return the seconds this lane still rests; 0.0 when it may be tried.

        After a rest one caller is let through; the others go on resting until it reports.
        """
        if self._failures < self._failures_to_open:
            return 0.0
        if now < self._closed_until:
            return self._closed_until - now
        self._closed_until = now + self._rest_s
        return 0.0

    def failed(self, now: float) -> None:
        """Count a call that failed; enough of them in a row rest the lane."""
        self._failures += 1
        if self._failures >= self._failures_to_open:
            self._closed_until = now + self._rest_s

    def succeeded(self) -> None:
        """Count a call that was answered: the lane is open again."""
        self._failures = 0
