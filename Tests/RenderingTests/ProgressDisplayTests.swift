import Builder
import Glibc
import Testing

@testable import Rendering

@Suite(.serialized) struct ProgressDisplayTests {
    /// Runs `body` with the writing end of a pipe and gives what was written.
    private func written(_ body: (Int32) async throws -> Void) async throws -> String {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        try await body(ends[1])
        close(ends[1])
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(ends[0], &buffer, buffer.count)
            if count <= 0 { break }
            bytes += buffer[..<count]
        }
        close(ends[0])
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func isPlainOnAPipe() async throws {
        let text = try await written { descriptor in
            let display = ProgressDisplay.make(mode: .auto, descriptor: descriptor)
            display.receive(.started(VertexID(1), name: "[1/1] RUN x", kind: .step))
            display.receive(.finished(VertexID(1), .done))
            display.finish(.example)
            display.finish(.example)
            display.receive(.started(VertexID(2), name: "too late", kind: .step))
        }
        #expect(text.hasPrefix("#1 [1/1] RUN x\n#1 DONE 0."))
        #expect(text.hasSuffix("        app.tar (OCI archive)\n") && !text.contains("too late"))
        #expect(!text.contains("\u{1b}"))
    }

    @Test func saysNothingWhenQuiet() async throws {
        let text = try await written { descriptor in
            let display = ProgressDisplay.make(mode: .quiet, descriptor: descriptor)
            display.receive(.started(VertexID(1), name: "a", kind: .step))
            display.receive(.output(VertexID(1), .standardError, Array("x\n".utf8)))
            display.finish(nil)
        }
        #expect(text.isEmpty)
    }

    @Test func showsTheUnfinishedLineOfAWaitingProgram() async throws {
        let text = try await written { descriptor in
            let display = ProgressDisplay.make(mode: .plain, descriptor: descriptor)
            display.receive(.started(VertexID(1), name: "ask", kind: .step))
            display.receive(.output(VertexID(1), .standardOutput, Array("Continue? ".utf8)))
            // The timer's thread shows it without any further event.
            try await Task.sleep(for: .milliseconds(1_400))
            display.receive(.output(VertexID(1), .standardOutput, Array("\n".utf8)))
            display.finish(nil)
        }
        let time = text.split(separator: "\n").first { $0.contains("Continue?") }?.split(separator: " ").dropFirst()
            .first
        #expect(time?.hasPrefix("1.") == true)
    }

    @Test func takesEventsFromManyThreads() async throws {
        let text = try await written { descriptor in
            let display = ProgressDisplay.make(mode: .plain, descriptor: descriptor)
            await withTaskGroup(of: Void.self) { group in
                for number in 1...8 {
                    group.addTask {
                        let id = VertexID(number)
                        display.receive(.started(id, name: "step \(number)", kind: .step))
                        for line in 0..<20 {
                            display.receive(.output(id, .standardOutput, Array("line \(line)\n".utf8)))
                        }
                        display.receive(.finished(id, .done))
                    }
                }
            }
            display.finish(nil)
        }
        for number in 1...8 {
            let own = text.split(separator: "\n").filter { $0.hasPrefix("#\(number) ") && $0.contains(" line ") }
            #expect(own.compactMap { $0.split(separator: " ").last } == (0..<20).map { Substring("\($0)") })
        }
    }

    @Test func outlivesAReaderThatIsGone() {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return }
        close(ends[0])
        let display = ProgressDisplay.make(mode: .plain, descriptor: ends[1])
        display.receive(.started(VertexID(1), name: "a", kind: .step))
        display.finish(.example)
        close(ends[1])
    }
}
