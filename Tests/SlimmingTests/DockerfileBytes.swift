import Builder

/// Sources from text.
enum DockerfileBytes {
    static func source(_ text: String) -> DockerfileSource {
        DockerfileSource(path: "Dockerfile", bytes: Array(text.utf8))
    }
}
