import Testing

@testable import Slimming

struct PageCheckTests {
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
        #expect(PageCheck.translated(file, to: .wget)?.text == expected)
    }

    @Test(
        arguments: [
            (
                PageCheck.Client.python, "HEALTHCHECK CMD curl -f http://localhost:${PORT}/ || exit 1",
                "HEALTHCHECK CMD python -c \"import urllib.request; urllib.request.urlopen('http://127.0.0.1:${PORT}/')\" || exit 1"
            ),
            (
                .python, "HEALTHCHECK CMD wget -qO- http://web/ || exit 1",
                "HEALTHCHECK CMD python -c \"import urllib.request; urllib.request.urlopen('http://web/')\" || exit 1"
            ),
            (
                .node, "HEALTHCHECK --retries=2 CMD [\"wget\", \"--spider\", \"-q\", \"http://localhost:80/\"]",
                "HEALTHCHECK --retries=2 CMD [\"node\", \"-e\", \"fetch('http://127.0.0.1:80/').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))\"]"
            ),
            (.node, "HEALTHCHECK CMD wget --post-data=x http://web/", nil),
            (.node, "HEALTHCHECK CMD [\"curl\", \"http://web/'\"]", nil),
        ] as [(PageCheck.Client, String, String?)])
    func anInterpreterAsksTheSame(_ client: PageCheck.Client, _ instruction: String, _ expected: String?) throws {
        let file = try view("FROM node\n\(instruction)\nCMD [\"a\"]\n")
        #expect(PageCheck.translated(file, to: client)?.text == expected)
    }
}
