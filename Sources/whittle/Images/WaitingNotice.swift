import Rendering
import Store
import Synchronization

/// Says once on standard error what a command waits for, when that takes long.
final class WaitingNotice: Sendable {
    private static let patience = Duration.seconds(2)

    private let store: Store
    private let state = Mutex((start: ContinuousClock.Instant?.none, isSaid: false))

    init(for store: Store) {
        self.store = store
    }

    /// Asked by the store while it waits; never gives up.
    var keepWaiting: KeepWaiting {
        {
            if self.isDue() { StandardError.write(self.text + "\n") }
            return true
        }
    }

    private func isDue() -> Bool {
        let now = ContinuousClock.now
        return state.withLock { state in
            let start = state.start ?? now
            state.start = start
            guard !state.isSaid, now - start >= Self.patience else { return false }
            state.isSaid = true
            return true
        }
    }

    private var text: String {
        let processes = (try? store.otherProcesses()) ?? []
        let names = processes.map(String.init).joined(separator: ", ")
        let who =
            switch processes.count {
            case 0: "another whittle"
            case 1: "another whittle (process \(names))"
            default: "other whittles (processes \(names))"
            }
        return "note: waiting for \(who) at work with the store at \(store.root)"
    }
}
