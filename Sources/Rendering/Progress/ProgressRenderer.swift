import Builder

/// Turns events into bytes for the stream that the display writes to. A value without clock or stream of its own, so
/// that every picture it makes can be tested. Times count from the start of the build.
protocol ProgressRenderer: Sendable {
    /// How often ``refresh(at:)`` wants to be called; nil when never.
    var refreshInterval: Duration? { get }

    /// Takes in an event.
    mutating func receive(_ event: BuildEvent, at time: Duration) -> [UInt8]

    /// Shows what time alone has changed.
    mutating func refresh(at time: Duration) -> [UInt8]

    /// Shows the end. `summary` is nil when the build failed.
    mutating func finish(_ summary: BuildSummary?, at time: Duration) -> [UInt8]
}

/// Shows nothing. What went wrong is told by the error at the end, which carries a failed step's own output.
struct QuietRenderer: ProgressRenderer {
    let refreshInterval: Duration? = nil

    mutating func receive(_ event: BuildEvent, at time: Duration) -> [UInt8] { [] }
    mutating func refresh(at time: Duration) -> [UInt8] { [] }
    mutating func finish(_ summary: BuildSummary?, at time: Duration) -> [UInt8] { [] }
}
