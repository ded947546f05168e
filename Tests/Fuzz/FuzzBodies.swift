// Which of a fuzzer's bodies run: compiled into the fuzzers that have several with names.
//
// WHITTLE_FUZZ names what is fuzzed, one of the names or a part of several; everything without it.

import Glibc

/// What is fuzzed, each with a name, and those of them that were asked for.
struct FuzzBodies: Sendable {
    typealias Body = @Sendable ([UInt8]) -> Void

    private let chosen: [Body]

    init(_ bodies: [String: Body]) {
        let wanted = getenv("WHITTLE_FUZZ").map { String(cString: $0) } ?? ""
        let names = bodies.keys.sorted()
        chosen = (names.contains(wanted) ? [wanted] : names.filter { wanted.isEmpty || $0.contains(wanted) })
            .compactMap { bodies[$0] }
        if chosen.isEmpty {
            // `scripts/fuzz` asks in this way which there are.
            for name in names { print(name) }
            fflush(nil)
            _exit(2)
        }
    }

    /// Runs one input. Where several were chosen, the last byte selects one, so that one corpus serves all.
    func run(_ data: UnsafePointer<UInt8>, _ size: Int) {
        var input = [UInt8](UnsafeBufferPointer(start: data, count: size))
        let selector = chosen.count > 1 ? Int(input.popLast() ?? 0) : 0
        chosen[selector % chosen.count](input)
    }
}
