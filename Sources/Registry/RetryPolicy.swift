/// How often, and how patiently, a request is repeated that failed for a reason that may pass: a dropped connection, a
/// stall, `408`, `429`, `500`, `502`, `503` or `504`.
public struct RetryPolicy: Sendable, Equatable {
    /// Attempts in all, the first included.
    public var attempts: Int
    /// Wait before the second attempt; doubled for each further one.
    public var firstDelay: Duration
    /// No wait of our own choosing is longer.
    public var longestDelay: Duration
    /// A `Retry-After` beyond this is not waited for; the request fails as rate limited.
    public var longestRetryAfter: Duration

    /// Five attempts with waits of 0.25, 0.5, 1 and 2 s, give or take a quarter, and up to 60 s when the registry asks
    /// for it.
    public static let `default` = RetryPolicy(
        attempts: 5, firstDelay: .milliseconds(250), longestDelay: .seconds(10), longestRetryAfter: .seconds(60))

    /// A policy; `attempts` is at least one.
    public init(attempts: Int, firstDelay: Duration, longestDelay: Duration, longestRetryAfter: Duration) {
        self.attempts = max(1, attempts)
        self.firstDelay = firstDelay
        self.longestDelay = longestDelay
        self.longestRetryAfter = longestRetryAfter
    }

    static let retryableStatuses: Set<Int> = [408, 429, 500, 502, 503, 504]

    /// The wait after `failures` failed attempts, with jitter so that parallel blobs do not return in step.
    func delay(afterFailures failures: Int) -> Duration {
        let doubled = firstDelay * (1 << min(max(failures - 1, 0), 16))
        return min(doubled, longestDelay) * Double.random(in: 0.75...1.25)
    }

    /// What `Retry-After` asks for: seconds, or nil if absent or a date (a date would need trust in two clocks; our own
    /// delay is used).
    static func retryAfter(_ header: String?) -> Int? {
        guard let header, let seconds = Int(header.filter { $0 != " " }), seconds >= 0 else { return nil }
        return seconds
    }
}
