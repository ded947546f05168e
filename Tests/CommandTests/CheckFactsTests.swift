import Checks
import Testing

@testable import whittle

/// Which tags are more exact names for another, and how versions are asked for.
struct CheckFactsTests {
    @Test("more exact and newer tags come first, of the same variant only")
    func tags() {
        let tags = [
            "3", "3.12", "3.12.4", "3.12.3", "3.12.4-slim", "3.12-slim", "slim", "latest", "3.13.0rc1", "bookworm",
        ]
        #expect(TagOrder.candidates(tags, for: "latest").prefix(3) == ["3.12.4-slim", "3.12.4", "3.12.3"])
        #expect(TagOrder.candidates(tags, for: "slim") == ["3.12.4-slim", "3.12-slim"])
        #expect(TagOrder.candidates(tags, for: "3.12") == ["3.12.4-slim", "3.12.4", "3.12.3", "3.12-slim", "3"])
    }

    @Test("each package manager is asked in its own way", arguments: PackageManager.allCases)
    func questions(_ manager: PackageManager) throws {
        let question = try #require(PackageQuestion(manager))
        let text = question.dockerfile(image: "debian:12", package: "curl", today: "20000")
        #expect(text.hasPrefix("FROM debian:12 AS base\n"))
        #expect(text.contains("set -- 'curl'\n"))
        #expect(text.hasSuffix("FROM scratch\nCOPY --from=base /whittle-version /\n"))
    }

    @Test("settings name what is wrong with them")
    func settings() throws {
        let settings = try CheckSettings(
            parsing: Array(
                "failure-threshold: warning\nignored: [DL3008]\noverride: {error: [DL3006], ignore: [DL3059]}\n".utf8),
            path: "s.yaml")
        #expect(settings.threshold == .severity(.warning))
        #expect(settings.configuration.ignored == ["DL3008", "DL3059"])
        #expect(settings.configuration.severities == ["DL3006": .error])
        #expect(throws: OptionError.self) {
            try CheckSettings(parsing: Array("override: {grave: [DL3006]}\n".utf8), path: "s.yaml")
        }
        #expect(try CheckSettings(parsing: [], path: "s.yaml").configuration == CheckConfiguration())
    }

    @Test("names under which Dockerfiles are kept")
    func names() {
        for name in ["Dockerfile", "Dockerfile.dev", "web.Dockerfile", "Containerfile", "dockerfile"] {
            #expect(DockerfileDiscovery.isDockerfile(name))
        }
        for name in ["Dockerfile.dockerignore", "mydockerfile", "Dockerfiles", "README.md"] {
            #expect(!DockerfileDiscovery.isDockerfile(name))
        }
    }
}
