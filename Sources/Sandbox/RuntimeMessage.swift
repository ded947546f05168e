import Glibc

/// What an OCI runtime has to say about a process that it could not start.
enum RuntimeMessage {
    /// The failure that the runtime's log (`--log-format json`) tells of, or nil when the process itself ran.
    static func failure(inLog path: String, runtime: OCIRuntime, arguments: [String]) -> SandboxError? {
        guard let log = readSmallFile(path) else { return nil }
        let errors = log.split(separator: "\n").compactMap { line -> String? in
            guard let level = member("level", of: line), level == "error" || level == "fatal" else { return nil }
            return member("msg", of: line)
        }
        guard let message = errors.last else { return nil }
        return failure(message, runtime: runtime, arguments: arguments)
    }

    /// The runtimes' wordings, which come with no error number, as errors.
    static func failure(_ message: String, runtime: OCIRuntime, arguments: [String]) -> SandboxError {
        let command = arguments.first ?? ""
        let text = message.lowercased()
        let concernsProgram =
            text.contains("executable") || text.contains("exec container process") || text.contains("exec: \"")
            || text.contains("exec /") || text.contains("exec user process")
        if concernsProgram {
            if text.contains("no such file or directory") || text.contains("not found") {
                return .commandNotFound(command)
            }
            if text.contains("permission denied") { return .commandNotExecutable(command, reason: "permission denied") }
            if text.contains("exec format error") {
                return .commandNotExecutable(command, reason: "not a program for this machine (exec format error)")
            }
            if text.contains("is a directory") { return .commandNotExecutable(command, reason: "is a directory") }
        }
        let name = runtime.path.split(separator: "/").last.map(String.init) ?? runtime.path
        return .runtimeFailed(runtime: name, message: message.split(separator: "\n").joined(separator: "; "))
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
