import Glibc
import Synchronization
import Testing

@testable import Builder

@Suite("Gates")
struct GateTests {
    @Test("waiting before and after the opening gives the value")
    func opening() async throws {
        let gate = Gate<Int>()
        async let early = gate.value()
        try await Task.sleep(for: .milliseconds(5))
        gate.open(7)
        #expect(try await early == 7)
        #expect(try await gate.value() == 7)
    }

    @Test("a cancelled wait ends, whenever the cancellation comes", .timeLimit(.minutes(1)))
    func cancellation() async {
        for round in 0..<2_000 {
            let gate = Gate<Int>()
            let task = Task { try await gate.value() }
            let opener = round % 3 == 0 ? Task { gate.open(1) } : nil
            if round % 2 == 0 { await Task.yield() }
            task.cancel()
            switch await task.result {
            case .success(let value): #expect(value == 1 && round % 3 == 0)
            case .failure(let error): #expect(error is CancellationError)
            }
            await opener?.value
        }
    }

    @Test("one cancelled wait does not disturb the others")
    func others() async throws {
        let gate = Gate<String>()
        let tasks = (0..<50).map { _ in Task { try await gate.value() } }
        for task in tasks.prefix(25) { task.cancel() }
        gate.open("x")
        for task in tasks.suffix(25) { #expect(try await task.value == "x") }
        for task in tasks.prefix(25) { _ = await task.result }
    }
}

@Suite("Blocking work", .serialized)
struct BlockingPoolTests {
    @Test("blocking jobs leave the other tasks running", .timeLimit(.minutes(1)))
    func starvation() async throws {
        let done = Flag()
        // Were the jobs on the cooperative pool, this task would have no thread to run on, and they would wait in vain.
        let other = Task {
            for _ in 0..<5 { try await Task.sleep(for: .milliseconds(2)) }
            done.set()
        }
        let heard = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<64 {
                group.addTask {
                    try await blocking {
                        for _ in 0..<60_000 where !done.isSet { usleep(1_000) }
                        return done.isSet
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        try await other.value
        #expect(heard.count == 64 && heard.allSatisfy { $0 })
    }

    @Test("thousands of jobs are all done, and their errors and values come back")
    func many() async throws {
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<5_000 { group.addTask { try await blocking { number } } }
            return try await group.reduce(0, +)
        }
        #expect(sum == 5_000 * 4_999 / 2)
        await #expect(throws: BuildError.self) { try await blocking { throw BuildError.options("x") } }
    }

    @Test("waiting for locks does not take the threads away from those who hold them", .timeLimit(.minutes(1)))
    func waiting() async throws {
        let isFree = Flag()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    try await waitingForLock { keepWaiting in
                        while keepWaiting(), !isFree.isSet { usleep(1_000) }
                    }
                }
            }
            try await Task.sleep(for: .milliseconds(50))
            try await blocking { isFree.set() }
            try await group.waitForAll()
        }
    }

    @Test("a cancelled wait for a lock ends", .timeLimit(.minutes(1)))
    func cancelledWait() async throws {
        let task = Task {
            try await waitingForLock { keepWaiting in
                while keepWaiting() { usleep(1_000) }
                throw BuildError.options("interrupted")
            }
        }
        try await Task.sleep(for: .milliseconds(20))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}

/// A switch that tasks share.
private final class Flag: Sendable {
    private let value = Atomic<Bool>(false)

    var isSet: Bool { value.load(ordering: .acquiring) }

    func set() { value.store(true, ordering: .releasing) }
}
