import OCI

/// Reads a source on a thread of its own, a few buffers ahead of the reader: one decompresses while the other writes.
final class ReadAhead: ByteSource {
    private final class State: @unchecked Sendable {
        // Sendable: the source is used by the thread only, until that has been joined; everything else holding the
        // monitor; a buffer belongs to the thread while it is in neither list, and to the reader while it is current.
        let monitor = Monitor()
        let source: any ByteSource
        var free: [UnsafeMutableRawBufferPointer]
        var full: [(buffer: UnsafeMutableRawBufferPointer, count: Int)] = []
        var isAtEnd = false
        var isCancelled = false
        var failure: (any Error)?

        init(_ source: any ByteSource, buffers: Int, size: Int) {
            self.source = source
            free = (0..<buffers).map { _ in .allocate(byteCount: size, alignment: 64) }
        }

        deinit {
            for buffer in free { buffer.deallocate() }
            for (buffer, _) in full { buffer.deallocate() }
        }
    }

    private let state: State
    private let thread: WorkerThread
    private var current: (buffer: UnsafeMutableRawBufferPointer, count: Int)?
    private var used = 0

    /// Starts reading. `source` must not be touched any more until this is gone.
    init(_ source: any ByteSource, buffers: Int = 4, size: Int = 1 << 20) throws {
        let state = State(source, buffers: buffers, size: size)
        self.state = state
        thread = try WorkerThread { Self.run(state, size) }
    }

    deinit {
        stop()
    }

    private var isStopped = false

    /// Ends the thread; afterwards the source is free again.
    func stop() {
        guard !isStopped else { return }
        isStopped = true
        state.monitor.locked {
            state.isCancelled = true
            if let current { state.free.append(current.buffer) }
            current = nil
        }
        thread.join()
    }

    func read(upTo limit: Int) throws -> UnsafeRawBufferPointer {
        if current == nil || used == current?.count {
            used = 0
            try state.monitor.locked {
                if let current { state.free.append(current.buffer) }
                current = nil
                while state.full.isEmpty, !state.isAtEnd, state.failure == nil { state.monitor.wait() }
                // What was read before the failure comes first.
                if state.full.isEmpty {
                    if let failure = state.failure { throw failure }
                } else {
                    current = state.full.removeFirst()
                }
            }
        }
        guard let current else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let count = min(limit, current.count - used)
        defer { used += count }
        return UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(current.buffer)[used..<used + count])
    }

    private static func run(_ state: State, _ size: Int) {
        while true {
            let buffer: UnsafeMutableRawBufferPointer? = state.monitor.locked {
                while state.free.isEmpty, !state.isCancelled { state.monitor.wait() }
                return state.isCancelled ? nil : state.free.popLast()
            }
            guard let buffer else { return }
            var count = 0
            var failure: (any Error)?
            do {
                while count < size {
                    let span = try state.source.read(upTo: size - count)
                    if span.isEmpty { break }
                    UnsafeMutableRawBufferPointer(rebasing: buffer[count...]).copyMemory(from: span)
                    count += span.count
                }
            } catch {
                failure = error
            }
            state.monitor.locked {
                if count > 0 { state.full.append((buffer, count)) } else { state.free.append(buffer) }
                if let failure { state.failure = failure } else if count < size { state.isAtEnd = true }
            }
            if failure != nil || count < size { return }
        }
    }
}
