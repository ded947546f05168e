import DockerfileSyntax

extension Rule {
    /// IP address and host-port mapping should not be used in EXPOSE instruction. This will become an error in a future release.
    static let exposeInvalidFormat = Rule(
        "ExposeInvalidFormat", name: "expose-invalid-format", family: .buildKit, severity: .warning,
        summary:
            "IP address and host-port mapping should not be used in EXPOSE instruction. This will become an error in a future release",
        documentation: Documentation(
            """
            `EXPOSE` names a port of the container. Which address and port of the host lead there is for `docker run -p` to say; in `EXPOSE` it is ignored.
            """,
            bad: """
                FROM scratch
                EXPOSE 127.0.0.1:80:8080
                """,
            good: """
                FROM scratch
                EXPOSE 8080
                """)
    ) { context in
        ExposedPort.all(in: context).compactMap { port in
            guard port.hasHost else { return nil }
            let name = port.container + (port.proto.isEmpty ? "" : "/" + port.proto)
            return Match(
                port.instruction.range, focus: port.range,
                message: "EXPOSE instruction should not define an IP address or host-port mapping, found "
                    + "'\(port.text)'",
                fix: port.replacing(with: name, "leave only the container's port"))
        }
    }
}
