import Testing

@testable import Slimming

struct WgetHealthCheckTests {
    @Test(arguments: [
        (
            "HEALTHCHECK --interval=5s --retries=2 CMD curl -fsS http://localhost:${PORT}/health || exit 1",
            "HEALTHCHECK --interval=5s --retries=2 CMD wget -q -O /dev/null http://127.0.0.1:${PORT}/health || exit 1"
        ),
        (
            "HEALTHCHECK CMD curl --fail -o /dev/null localhost:80",
            "HEALTHCHECK CMD wget -q -O /dev/null http://127.0.0.1:80 || exit 1"
        ),
        (
            "HEALTHCHECK CMD [\"curl\", \"-f\", \"http://db/\"]",
            "HEALTHCHECK CMD [\"wget\", \"-q\", \"-O\", \"/dev/null\", \"http://db/\"]"
        ),
        ("HEALTHCHECK CMD curl -f -X POST http://localhost/", nil),
        ("HEALTHCHECK CMD curl -f https://localhost/ || exit 1", nil),
        ("HEALTHCHECK CMD curl -f http://localhost/ | grep ok", nil),
        ("HEALTHCHECK CMD curl -f http://a/ http://b/", nil),
        ("HEALTHCHECK NONE", nil),
    ])
    func asksTheSame(_ instruction: String, _ expected: String?) throws {
        let file = try view("FROM golang\n\(instruction)\nCMD [\"a\"]\n")
        #expect(WgetHealthCheck.translated(file)?.text == expected)
    }
}
