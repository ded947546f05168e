import Glibc

/// Understands what an OCI runtime says about a process that it could not start.
struct RuntimeMessage: Sendable {
    var runtime: OCIRuntime
    /// The program that was to run.
    var command: String

    /// The failure that the runtime's log (`--log-format json`) or its standard error tells of, or nil when the process itself ran.
    func failure(inLog path: String, withheld: [UInt8]) -> SandboxError? {
        let log = readSmallFile(path) ?? ""
        let message = log.split(separator: "\n").compactMap(Self.errorText).last ?? messageOfChild(withheld)
        return message.map(failure)
    }

    /// Whether a piece of standard error is the runtime's own.
    func isFailure(_ bytes: [UInt8]) -> Bool {
        let text = String(decoding: bytes.prefix(1024), as: UTF8.self)
        switch runtime.kind {
        case .crun:
            return messageOfChild(bytes) != nil || text.hasPrefix("executable file `")
                || text.hasPrefix("open executable: ")
        case .runc: return messageOfChild(bytes) != nil || text.hasPrefix("runc run failed: ")
        }
    }

    /// What the runtime said when it was about to become the program: too late for its log.
    private func messageOfChild(_ bytes: [UInt8]) -> String? {
        let text = String(decoding: bytes.prefix(4096), as: UTF8.self)
        switch runtime.kind {
        case .crun: return text.hasPrefix("{\"msg\":\"exec container process") ? Self.errorText(text[...]) : nil
        case .runc:
            let reasons = ["no such file or directory", "exec format error", "permission denied", "is a directory"]
            return reasons.contains { text == "exec \(command): \($0)\n" } ? text : nil
        }
    }

    /// The runtimes' wordings, which come with no error number, as errors.
    func failure(_ message: String) -> SandboxError {
        let text = message.lowercased()
        let concernsProgram =
            text.contains("executable") || text.contains("exec container process") || text.contains("exec: \"")
            || text.hasPrefix("exec ")
        if concernsProgram {
            if text.contains("no such file or directory") || text.contains("not found") {
                return .commandNotFound(command)
            }
            if text.contains("permission denied") || text.contains("operation not permitted") {
                return .commandNotExecutable(command, reason: "permission denied")
            }
            if text.contains("exec format error") {
                return .commandNotExecutable(command, reason: "not a program for this machine (exec format error)")
            }
            if text.contains("is a directory") { return .commandNotExecutable(command, reason: "is a directory") }
        }
        let name = runtime.path.split(separator: "/").last.map(String.init) ?? runtime.path
        return .runtimeFailed(runtime: name, message: message.split(separator: "\n").joined(separator: "; "))
    }

    /// The message of a line of a log in JSON, if the line tells of an error.
    private static func errorText(_ line: Substring) -> String? {
        guard let level = member("level", of: line), level == "error" || level == "fatal" else { return nil }
        return member("msg", of: line)
    }

    /// The string member `name` of a JSON object in one line.
    private static func member(_ name: String, of line: Substring) -> String? {
        let bytes = Array(line.utf8)
        let key = Array("\"\(name)\"".utf8)
        guard bytes.count > key.count,
            var index = (0...(bytes.count - key.count)).first(where: { bytes[$0...].starts(with: key) })
        else { return nil }
        index += key.count
        while index < bytes.count, bytes[index] == UInt8(ascii: " ") || bytes[index] == UInt8(ascii: ":") { index += 1 }
        guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { return nil }
        index += 1
        var value: [UInt8] = []
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count {
                index += 1
                switch bytes[index] {
                case UInt8(ascii: "n"): value.append(UInt8(ascii: "\n"))
                case UInt8(ascii: "t"): value.append(UInt8(ascii: "\t"))
                case UInt8(ascii: "u"):
                    let digits = String(
                        decoding: bytes[min(index + 1, bytes.count)..<min(index + 5, bytes.count)], as: UTF8.self)
                    if let scalar = UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init) {
                        value += String(Character(scalar)).utf8
                    }
                    index += 4
                default: value.append(bytes[index])
                }
            } else {
                value.append(bytes[index])
            }
            index += 1
        }
        return String(decoding: value, as: UTF8.self)
    }
}
