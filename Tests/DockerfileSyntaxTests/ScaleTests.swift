import Glibc
import Testing

@testable import DockerfileSyntax

/// The processor time, in seconds, that this thread spends on `body`: what else the machine does has no part in it.
private func processorSeconds(_ body: () throws -> Void) rethrows -> Double {
    func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
    let start = now()
    try body()
    return now() - start
}

/// Long and deep texts take time in proportion to their size. The limits are far below what quadratic behaviour would
/// take.
@Suite struct ScaleTests {
    #if DEBUG
        private static let size = 1 << 16
    #else
        private static let size = 1 << 20
    #endif

    private func parse(_ text: String, _ comment: Comment) {
        let seconds = processorSeconds {
            guard let dockerfile = try? Dockerfile.parse(text, path: "f") else { return }
            _ = try? dockerfile.resolve()
        }
        #expect(seconds < 4, comment)
    }

    private func filling(_ count: Int, _ part: String) -> String {
        String(repeating: part, count: count / part.utf8.count)
    }

    @Test(arguments: [
        ("words", "RUN ", "word "), ("pairs", "ENV a=b ", "k=\"v w\" "), ("arguments", "ARG ", "a=$b "),
        ("continuations", "RUN a ", "\\\n b "), ("comments in a continuation", "RUN a \\\n", "# x\n"),
        ("empty lines in a continuation", "RUN a \\\n", "\n"), ("flags", "RUN ", "--mount=type=bind "),
        ("heredocs", "RUN ", "<<E "), ("heredoc ends", "RUN <<E", "\nE\nRUN <<E"),
        ("JSON", "CMD [\"a\"", ",\"\\u0041\""),
        ("nested JSON", "CMD ", "["), ("nested objects", "CMD [", "{\"a\":"), ("triggers", "", "ONBUILD "),
        ("substitutions", "RUN <<", "${a:-"), ("quotes", "RUN <<", "\"x\""), ("one long word", "WORKDIR ", "x"),
        ("spaces", "USER x", " "), ("wide spaces", "USER x", "\u{3000}"), ("escapes", "ENV a=", "\\ "),
        ("sources", "COPY ", "<<a "), ("ports", "EXPOSE ", "80 "), ("dashes", "RUN ", "-- "), ("unknown", "", "a\n"),
        ("comments", "", "# x\n"), ("instructions", "", "RUN x\n"), ("line feeds", "", "\n"),
    ])
    func linear(_ name: String, _ start: String, _ part: String) {
        let comment = Comment(rawValue: name)
        parse("FROM x\n" + start + filling(ScaleTests.size, part), comment)
        parse("FROM x\n" + start + filling(ScaleTests.size, part) + "\n", comment)
    }

    @Test func deepSubstitutionIsRejected() throws {
        let expander = WordExpander(escape: "\\")
        let deep = filling(ScaleTests.size, "${a:-")
        #expect(throws: WordError.self) { try expander.expand(deep, EmptyEnvironment()) }
        let allowed = String(repeating: "${a:-", count: 256) + "x" + String(repeating: "}", count: 256)
        #expect(try expander.expand(allowed, EmptyEnvironment()).result == "x")
        #expect(throws: WordError.self) { try expander.expand("${a:-\(allowed)}", EmptyEnvironment()) }
    }

    @Test func deepTriggersAreRejected() {
        #expect {
            try Dockerfile.parse(filling(ScaleTests.size, "ONBUILD "), path: "f")
        } throws: { error in
            if case DockerfileError.chainedOnbuild = error { true } else { false }
        }
    }

    @Test func longExpansion() throws {
        let value = String(repeating: "ab/", count: 1 << 14)
        let seconds = try processorSeconds {
            let expander = WordExpander(escape: "\\")
            let result = try expander.expand("${v//\\//:}", ["v": value]).result
            #expect(result == String(repeating: "ab:", count: 1 << 14))
            #expect(try expander.expand("${v%%/*}${v##*/}${v#*b}", ["v": value]).result.hasPrefix("ab/ab"))
            _ = try expander.expand(filling(1 << 18, "$v"), ["v": "x"])
        }
        #expect(seconds < 10)
    }
}
