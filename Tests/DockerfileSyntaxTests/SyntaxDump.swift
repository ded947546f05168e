@testable import DockerfileSyntax

extension Dockerfile {
    /// The nodes as s-expressions, in the notation of the conformance tables.
    var dump: String { nodes.map { "(\($0.dump))" }.joined(separator: "\n") }
}

extension SyntaxNode {
    var dump: String {
        var text = keyword.text.lowercased()
        if !flags.isEmpty { text += " [" + flags.map { quoted($0.text) }.joined(separator: " ") + "]" }
        if let trigger { text += " (\(trigger.dump))" }
        for word in words { text += " " + quoted(word.text) }
        return text
    }
}

extension Instruction.Kind {
    /// The name of the type in the conformance tables.
    var tableName: String {
        switch self {
        case .add: "AddCommand"
        case .arg: "ArgCommand"
        case .cmd: "CmdCommand"
        case .copy: "CopyCommand"
        case .entrypoint: "EntrypointCommand"
        case .env: "EnvCommand"
        case .expose: "ExposeCommand"
        case .healthcheck: "HealthCheckCommand"
        case .label: "LabelCommand"
        case .maintainer: "MaintainerCommand"
        case .onbuild: "OnbuildCommand"
        case .run: "RunCommand"
        case .shell: "ShellCommand"
        case .stopsignal: "StopSignalCommand"
        case .user: "UserCommand"
        case .volume: "VolumeCommand"
        case .workdir: "WorkdirCommand"
        }
    }
}
