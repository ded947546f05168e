import Glibc
import Sandbox

/// What the kernel tells about the processes below this one.
public enum ProcessTree {
    /// The processes that this one started, and theirs.
    static func descendants() -> Set<Int32> {
        var parents: [Int32: Int32] = [:]
        for name in names(in: "/proc") {
            guard let process = Int32(name), let parent = parent(of: process) else { continue }
            parents[process] = parent
        }
        let own = getpid()
        var found: Set<Int32> = []
        for process in parents.keys {
            var chain: [Int32] = []
            var at = process
            while let parent = parents[at], chain.count < 64 {
                chain.append(at)
                if parent == own || found.contains(parent) {
                    found.formUnion(chain)
                    break
                }
                at = parent
            }
        }
        return found
    }

    /// The TCP ports on which a process below this one listens.
    public static func listeningPorts() -> Set<UInt16> {
        var ports: [String: UInt16] = [:]
        for table in ["/proc/self/net/tcp", "/proc/self/net/tcp6"] {
            for line in text(table).split(separator: "\n").dropFirst() {
                let fields = line.split(separator: " ")
                // local address, state 0A for listening, and the socket's number
                guard fields.count > 9, fields[3] == "0A", let colon = fields[1].lastIndex(of: ":"),
                    let port = UInt16(fields[1][fields[1].index(after: colon)...], radix: 16)
                else { continue }
                ports["socket:[\(fields[9])]"] = port
            }
        }
        guard !ports.isEmpty else { return [] }
        var found: Set<UInt16> = []
        for process in descendants() {
            let directory = "/proc/\(process)/fd"
            for name in names(in: directory) {
                var buffer = [CChar](repeating: 0, count: 64)
                let count = readlink("\(directory)/\(name)", &buffer, buffer.count)
                guard count > 0 else { continue }
                let target = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
                if let port = ports[target] { found.insert(port) }
            }
        }
        return found
    }

    private static func parent(of process: Int32) -> Int32? {
        // The name stands in parentheses and may hold anything; the state and the parent follow the last one.
        let status = text("/proc/\(process)/stat")
        guard let end = status.lastIndex(of: ")") else { return nil }
        let fields = status[status.index(after: end)...].split(separator: " ")
        return fields.count > 1 ? Int32(fields[1]) : nil
    }

    private static func names(in directory: String) -> [String] {
        directoryEntries(directory).filter { $0.first?.isNumber == true }
    }

    private static func text(_ path: String) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count < 16 << 20 {
            let count = read(file, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
