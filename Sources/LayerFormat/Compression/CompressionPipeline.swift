import OCI

/// Takes the bytes of a tar, and hashes, compresses, hashes again and writes them, on several threads.
///
/// The stream is cut into chunks at fixed places, so that the result does not depend on timing. A fixed number of
/// chunks goes round: when all are busy, ``write(_:)`` waits, which bounds the memory.
final class CompressionPipeline: ByteSink {
    /// A piece of the stream with room for its compressed form. At any time it belongs to one stage, or is shared
    /// by stages that only read.
    private final class Chunk: @unchecked Sendable {
        // Sendable: stages hand chunks on under the monitor's lock and never write to one they share.
        let input: UnsafeMutableRawBufferPointer
        let room: UnsafeMutableRawBufferPointer
        var count = 0
        var output = UnsafeRawBufferPointer(start: nil, count: 0)
        /// Stages that still need the input or the output.
        var users = 0

        init(size: Int, bound: Int) {
            input = .allocate(byteCount: size, alignment: 64)
            room = .allocate(byteCount: bound, alignment: 64)
        }

        deinit {
            input.deallocate()
            room.deallocate()
        }

        var content: UnsafeRawBufferPointer {
            UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(input)[..<count])
        }
    }

    /// What the threads share.
    private final class State: @unchecked Sendable {
        // Sendable: the fields below `monitor` are touched holding it only, the two digesters and the sink by one
        // thread each, and by the caller after that thread has been joined.
        let monitor = Monitor()
        var free: [Chunk] = []
        var toHash: [Chunk] = []
        var toCompress: [(index: Int, chunk: Chunk)] = []
        var compressed: [Int: Chunk] = [:]
        var submitted = 0
        var closed = false
        var failure: (any Error)?
        var plain = Digester()
        var packed = Digester()
        var packedSize: Int64 = 0
        let sink: any ByteSink

        init(sink: any ByteSink) { self.sink = sink }

        func write(_ bytes: UnsafeRawBufferPointer) throws {
            packed.update(bytes)
            packedSize += Int64(bytes.count)
            try sink.write(bytes)
        }
    }

    private let compression: Compression
    private let threadCount: Int
    private let state: State
    private var threads: [WorkerThread] = []
    private var chunkCount = 0
    private var current: Chunk?
    private(set) var plainSize: Int64 = 0

    init(to sink: any ByteSink, compression: Compression, threads: Int?) {
        self.compression = compression
        self.threadCount = max(1, min(64, threads ?? defaultThreadCount()))
        self.state = State(sink: sink)
    }

    deinit {
        // Reached without finish(): somebody threw. The threads must not outlive what they write to.
        stop(failure: CancellationError())
    }

    /// Takes bytes of the tar.
    func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let room = try self.room()
            let piece = rest.prefix(room.count)
            room.copyMemory(from: UnsafeRawBufferPointer(rebasing: piece))
            try advance(piece.count)
            rest = rest.dropFirst(piece.count)
        }
    }

    /// Where the next bytes go: at least one byte of room.
    func room() throws -> UnsafeMutableRawBufferPointer {
        let chunk = try current ?? nextChunk()
        current = chunk
        return UnsafeMutableRawBufferPointer(rebasing: chunk.input[chunk.count...])
    }

    /// Says how much of the room has been filled.
    func advance(_ count: Int) throws {
        guard let chunk = current else { return }
        chunk.count += count
        plainSize += Int64(count)
        guard chunk.count == chunk.input.count else { return }
        current = nil
        try submit(chunk)
    }

    /// Ends the stream.
    func finish() throws -> (plain: Digest, packed: Digest, packedSize: Int64) {
        if threads.isEmpty {
            // All of it fits into one chunk: threads would cost more than they bring.
            if let chunk = current {
                state.plain.update(chunk.content)
                try state.write(ChunkCompressor(compression).compress(chunk.content, into: chunk.room))
            }
        } else {
            if let chunk = current { try submit(chunk) }
            stop(failure: nil)
            if let failure = state.failure { throw failure }
        }
        current = nil
        return (state.plain.finish(), state.packed.finish(), state.packedSize)
    }

    private func stop(failure: (any Error)?) {
        guard !threads.isEmpty else { return }
        state.monitor.locked {
            state.closed = true
            if let failure, state.failure == nil { state.failure = failure }
        }
        for thread in threads { thread.join() }
        threads = []
    }

    private func nextChunk() throws -> Chunk {
        let size = compression.chunkSize
        let bound = ChunkCompressor.bound(compression, size)
        let reused: Chunk? = try state.monitor.locked { () throws -> Chunk? in
            while state.free.isEmpty, chunkCount >= threadCount + 3, state.failure == nil { state.monitor.wait() }
            if let failure = state.failure { throw failure }
            return state.free.popLast()
        }
        if let reused { return reused }
        chunkCount += 1
        return Chunk(size: size, bound: bound)
    }

    private func submit(_ chunk: Chunk) throws {
        if threads.isEmpty { try start() }
        try state.monitor.locked {
            if let failure = state.failure { throw failure }
            chunk.users = 2
            state.toHash.append(chunk)
            state.toCompress.append((state.submitted, chunk))
            state.submitted += 1
        }
    }

    private func start() throws {
        let state = self.state
        let compression = self.compression
        do {
            threads.append(try WorkerThread { Self.hash(state) })
            threads.append(try WorkerThread { Self.writeInOrder(state) })
            for _ in 0..<threadCount { threads.append(try WorkerThread { Self.compress(state, compression) }) }
        } catch {
            stop(failure: error)
            throw error
        }
    }

    private static func fail(_ state: State, _ error: any Error) {
        state.monitor.locked { if state.failure == nil { state.failure = error } }
    }

    private static func release(_ state: State, _ chunk: Chunk) {
        state.monitor.locked {
            chunk.users -= 1
            guard chunk.users == 0 else { return }
            chunk.count = 0
            state.free.append(chunk)
        }
    }

    private static func hash(_ state: State) {
        while true {
            let chunk: Chunk? = state.monitor.locked {
                while state.toHash.isEmpty, !state.closed, state.failure == nil { state.monitor.wait() }
                return state.toHash.isEmpty || state.failure != nil ? nil : state.toHash.removeFirst()
            }
            guard let chunk else { return }
            state.plain.update(chunk.content)
            release(state, chunk)
        }
    }

    private static func compress(_ state: State, _ compression: Compression) {
        do {
            let compressor = try ChunkCompressor(compression)
            while true {
                let job: (index: Int, chunk: Chunk)? = state.monitor.locked {
                    while state.toCompress.isEmpty, !state.closed, state.failure == nil { state.monitor.wait() }
                    return state.toCompress.isEmpty || state.failure != nil ? nil : state.toCompress.removeFirst()
                }
                guard let job else { return }
                job.chunk.output = try compressor.compress(job.chunk.content, into: job.chunk.room)
                state.monitor.locked { state.compressed[job.index] = job.chunk }
            }
        } catch {
            fail(state, error)
        }
    }

    private static func writeInOrder(_ state: State) {
        var next = 0
        do {
            while true {
                let chunk: Chunk? = state.monitor.locked {
                    while true {
                        if state.failure != nil { return nil }
                        if let chunk = state.compressed.removeValue(forKey: next) { return chunk }
                        if state.closed, next == state.submitted { return nil }
                        state.monitor.wait()
                    }
                }
                guard let chunk else { return }
                next += 1
                try state.write(chunk.output)
                release(state, chunk)
            }
        } catch {
            fail(state, error)
        }
    }
}
