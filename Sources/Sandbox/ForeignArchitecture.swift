import Glibc

/// Whether programs of another processor architecture run on this machine, through an emulator that the kernel knows
/// (binfmt_misc), as qemu-user-static registers them.
public enum ForeignArchitecture {
    /// Makes sure that programs of `architecture` run in a container.
    ///
    /// - Parameters:
    ///   - architecture: As in an image's platform: `amd64`, `arm64`, `arm`, `riscv64`, ….
    ///   - registry: The directory where the kernel lists the handlers.
    /// - Throws: ``SandboxError/foreignArchitecture(_:reason:)`` when they do not.
    public static func ensureRunnable(
        _ architecture: String, registry: String = "/proc/sys/fs/binfmt_misc"
    ) throws(SandboxError) {
        if native.contains(architecture) { return }
        guard let header = header(of: architecture) else {
            throw .foreignArchitecture(architecture, reason: "unknown architecture")
        }
        guard readSmallFile(registry + "/status")?.hasPrefix("enabled") == true else {
            throw .foreignArchitecture(
                architecture,
                reason: "the kernel has no handlers for foreign programs (binfmt_misc): install qemu-user-static")
        }
        for name in handlerNames(in: registry) {
            guard let handler = Handler(readSmallFile("\(registry)/\(name)") ?? ""), handler.matches(header) else {
                continue
            }
            guard handler.isOpenedInAdvance else {
                throw .foreignArchitecture(
                    architecture,
                    reason: "\(handler.interpreter) is registered without the F flag, so containers cannot reach it")
            }
            return
        }
        throw .foreignArchitecture(
            architecture, reason: "no emulator is registered (binfmt_misc): install qemu-user-static")
    }

    private static var native: [String] {
        #if arch(x86_64)
            ["amd64", "386"]
        #elseif arch(arm64)
            ["arm64", "arm"]
        #else
            []
        #endif
    }

    /// The first bytes of a program of that architecture (elf(5)), as the kernel compares them.
    private static func header(of architecture: String) -> [UInt8]? {
        let kinds: [String: (is64: Bool, isBigEndian: Bool, machine: UInt16)] = [
            "386": (false, false, 3), "amd64": (true, false, 62), "arm": (false, false, 40),
            "arm64": (true, false, 183),
            "loong64": (true, false, 258), "mips64le": (true, false, 8), "ppc64le": (true, false, 21),
            "riscv64": (true, false, 243), "s390x": (true, true, 22),
        ]
        guard let kind = kinds[architecture] else { return nil }
        func half(_ value: UInt16) -> [UInt8] {
            let low = UInt8(value & 0xFF)
            let high = UInt8(value >> 8)
            return kind.isBigEndian ? [high, low] : [low, high]
        }
        let identity: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, kind.is64 ? 2 : 1, kind.isBigEndian ? 2 : 1, 1]
        return identity + [UInt8](repeating: 0, count: 9) + half(2) + half(kind.machine)
    }

    private static func handlerNames(in registry: String) -> [String] {
        directoryEntries(registry).filter { $0 != "register" && $0 != "status" }.sorted()
    }

    /// One registered handler, as the kernel shows it.
    private struct Handler {
        var interpreter = ""
        var isOpenedInAdvance = false
        private var offset = 0
        private var magic: [UInt8] = []
        private var mask: [UInt8] = []

        /// Nil when it is disabled or goes by file names.
        init?(_ text: String) {
            let lines = text.split(separator: "\n")
            guard lines.first == "enabled" else { return nil }
            for line in lines.dropFirst() {
                let words = line.split(separator: " ", maxSplits: 1)
                let value = words.count > 1 ? words[1] : ""
                switch words.first {
                case "interpreter": interpreter = String(value)
                case "flags:": isOpenedInAdvance = value.contains("F")
                case "offset": offset = Int(value) ?? 0
                case "magic": magic = Self.bytes(value)
                case "mask": mask = Self.bytes(value)
                default: break
                }
            }
            if magic.isEmpty { return nil }
        }

        func matches(_ header: [UInt8]) -> Bool {
            guard (0..<4096).contains(offset), header.count >= offset + magic.count else { return false }
            return magic.indices.allSatisfy { index in
                let mask = index < mask.count ? mask[index] : 0xFF
                return header[offset + index] & mask == magic[index] & mask
            }
        }

        private static func bytes(_ text: Substring) -> [UInt8] {
            let digits = Array(text.utf8)
            return stride(from: 0, to: digits.count - 1, by: 2).compactMap { index in
                UInt8(String(decoding: digits[index...(index + 1)], as: UTF8.self), radix: 16)
            }
        }
    }
}
