import Builder

/// How many lines of a build there are, are over, and came from the cache.
struct StepCount: Sendable {
    private var steps: Set<VertexID> = []
    private var planned = 0
    /// Lines that have started.
    private(set) var started = 0
    /// Lines that are over.
    private(set) var finished = 0
    /// Steps whose result was taken from the cache.
    private(set) var cachedSteps = 0

    /// Lines that have started or are known to start.
    var total: Int { started + max(0, planned - steps.count) }
    /// Instructions that make a layer, among ``started``.
    var startedSteps: Int { steps.count }

    mutating func receive(_ event: BuildEvent) {
        switch event {
        case .planned(let count):
            planned += count
        case .started(let id, _, let kind):
            started += 1
            if kind == .step { steps.insert(id) }
        case .finished(let id, let outcome):
            finished += 1
            if outcome == .cached, steps.contains(id) { cachedSteps += 1 }
        case .output, .transfer, .warning:
            break
        }
    }
}
