import DockerfileSyntax

extension Rule {
    /// Protocol in EXPOSE instruction should be lowercase.
    static let exposeProtoCasing = Rule(
        "ExposeProtoCasing", name: "expose-proto-casing", family: .buildKit, severity: .warning,
        summary: "Protocol in EXPOSE instruction should be lowercase",
        documentation: Documentation(
            """
            The protocol of a port is `tcp`, `udp` or `sctp`, in lower case.
            """,
            bad: """
                FROM scratch
                EXPOSE 80/TCP
                """,
            good: """
                FROM scratch
                EXPOSE 80/tcp
                """)
    ) { context in
        ExposedPort.all(in: context).compactMap { port in
            guard port.proto != port.proto.lowercased() else { return nil }
            return Match(
                port.instruction.range, focus: port.range,
                message: "Defined protocol '\(port.text)' in EXPOSE instruction should be lowercase",
                fix: port.replacing(
                    with: port.container + "/" + port.proto.lowercased(), "write the protocol in lower case"))
        }
    }
}
