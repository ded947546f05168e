import CLinux
import Glibc

/// A seccomp profile as the program that the kernel runs at every system call (seccomp(2), classic BPF).
///
/// The runtimes can make this program themselves, but it costs libseccomp 14 ms for each container, and a libseccomp that is older
/// than the kernel leaves out the calls it has not heard of, which breaks newer programs. Making it here takes half a millisecond,
/// once.
struct SeccompProgram: Sendable {
    private(set) var instructions: [Instruction] = []

    /// One instruction in the kernel's layout (`struct sock_filter`).
    struct Instruction: Equatable, Sendable {
        var code: UInt16
        var jumpTrue: UInt8 = 0
        var jumpFalse: UInt8 = 0
        var value: UInt32
    }

    /// A processor architecture whose programs the filter lets run.
    enum Architecture: Int, CaseIterable, Sendable {
        // The order of the system call table.
        case x8664, x86, arm64, arm

        /// What the kernel calls it in `seccomp_data.arch` (audit.h).
        var auditNumber: UInt32 {
            switch self {
            case .x8664: 0xC000_003E
            case .x86: 0x4000_0003
            case .arm64: 0xC000_00B7
            case .arm: 0x4000_0028
            }
        }

        /// What the OCI runtime specification calls it.
        var runtimeName: String {
            switch self {
            case .x8664: "SCMP_ARCH_X86_64"
            case .x86: "SCMP_ARCH_X86"
            case .arm64: "SCMP_ARCH_AARCH64"
            case .arm: "SCMP_ARCH_ARM"
            }
        }

        /// The architectures that run on this machine, its own first.
        static var native: [Architecture] {
            #if arch(x86_64)
                [.x8664, .x86]
            #elseif arch(arm64)
                [.arm64, .arm]
            #else
                #error("the system call table lacks this architecture")
            #endif
        }
    }

    /// What is done at a call: a constant answer, or one that depends on an argument.
    private enum Outcome: Hashable {
        case constant(SeccompProfile.Action)
        case tested(SeccompProfile.ArgumentTest)
    }

    /// Compiles `profile` for these architectures; a call from any other kills the process.
    init(_ profile: SeccompProfile, architectures: [Architecture] = Architecture.native) {
        instructions.append(Instruction(code: Self.loadWord, value: Self.architectureOffset))
        for architecture in architectures {
            let block = Self.block(for: architecture, of: profile)
            instructions.append(
                Instruction(code: Self.jumpEqual, jumpTrue: 1, jumpFalse: 0, value: architecture.auditNumber))
            instructions.append(Instruction(code: Self.jumpAlways, value: UInt32(block.count)))
            instructions += block
        }
        instructions.append(Instruction(code: Self.answer, value: Self.killProcess))
    }

    /// The program's bytes, as the kernel reads them on this machine.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(instructions.count * 8)
        for instruction in instructions {
            withUnsafeBytes(of: instruction.code) { bytes += $0 }
            bytes.append(instruction.jumpTrue)
            bytes.append(instruction.jumpFalse)
            withUnsafeBytes(of: instruction.value) { bytes += $0 }
        }
        return bytes
    }

    // MARK: One architecture

    private static func block(for architecture: Architecture, of profile: SeccompProfile) -> [Instruction] {
        var outcomes: [UInt32: Outcome] = [:]
        for rule in profile.rules {
            for name in rule.names {
                guard let number = number(of: name, architecture), outcomes[number] == nil else { continue }
                outcomes[number] = rule.argument.map { .tested($0) } ?? .constant(rule.action)
            }
        }
        // The number space cut into stretches of one outcome each.
        let denied = Outcome.constant(.fail(EPERM))
        var stretches: [(start: UInt32, outcome: Outcome)] = [(0, denied)]
        func begin(_ start: UInt32, _ outcome: Outcome) {
            if stretches[stretches.count - 1].start == start { stretches.removeLast() }
            if stretches.last?.outcome != outcome { stretches.append((start, outcome)) }
        }
        for number in outcomes.keys.sorted() {
            begin(number, outcomes[number] ?? denied)
            begin(number + 1, denied)
        }
        // What is newer than the table does not exist, as far as a container can tell. Calls particular to 32-bit ARM have
        // numbers far beyond (0xF0000 and up) and keep their own stretches.
        let unknown = Outcome.constant(.fail(ENOSYS))
        let firstUnknown = newestNumber + 1
        var pieces: [(start: UInt32, outcome: Outcome)] = []
        for (index, stretch) in stretches.enumerated() {
            let end = index + 1 < stretches.count ? stretches[index + 1].start : UInt32.max
            if stretch.outcome == denied, end > firstUnknown {
                if stretch.start < firstUnknown { pieces.append(stretch) }
                pieces.append((max(stretch.start, firstUnknown), unknown))
            } else {
                pieces.append(stretch)
            }
        }
        return [Instruction(code: loadWord, value: numberOffset)] + tree(pieces[...])
    }

    /// A binary search for the stretch that holds the number. The left half follows its test directly, so a jump never spans more
    /// than half of the stretches, which its eight bits can hold.
    private static func tree(_ stretches: ArraySlice<(start: UInt32, outcome: Outcome)>) -> [Instruction] {
        guard stretches.count > 1 else { return stretches.first.map { leaf($0.outcome) } ?? [] }
        let middle = stretches.startIndex + stretches.count / 2
        let left = tree(stretches[..<middle])
        let right = tree(stretches[middle...])
        let start = stretches[middle].start
        if let distance = UInt8(exactly: left.count) {
            return [Instruction(code: jumpAtLeast, jumpTrue: distance, value: start)] + left + right
        }
        let away = Instruction(code: jumpAlways, value: UInt32(left.count))
        return [Instruction(code: jumpAtLeast, jumpTrue: 0, jumpFalse: 1, value: start), away] + left + right
    }

    private static func leaf(_ outcome: Outcome) -> [Instruction] {
        let allow = Instruction(code: answer, value: allowed)
        let deny = Instruction(code: answer, value: failing | UInt32(EPERM))
        switch outcome {
        case .constant(.allow): return [allow]
        case .constant(.fail(let code)): return [Instruction(code: answer, value: failing | UInt32(code))]
        case .tested(let argument):
            let load = Instruction(code: loadWord, value: argumentsOffset + 8 * UInt32(argument.index))
            switch argument.test {
            case .noBits(let mask):
                return [load, Instruction(code: jumpAnyBit, jumpTrue: 1, value: mask), allow, deny]
            case .oneOf(let values):
                return [load] + comparisons(values) + [deny, allow]
            case .noneOf(let values):
                return [load] + comparisons(values) + [allow, deny]
            }
        }
    }

    /// Goes to the instruction after the next when the loaded word is one of `values`, else to the next.
    private static func comparisons(_ values: [UInt32]) -> [Instruction] {
        values.enumerated().map { index, value in
            Instruction(code: jumpEqual, jumpTrue: UInt8(values.count - index), value: value)
        }
    }

    // MARK: System call numbers

    static func number(of name: String, _ architecture: Architecture) -> UInt32? {
        let number = sandbox_syscall_number(name, Int32(architecture.rawValue))
        return number < 0 ? nil : UInt32(number)
    }

    /// `removexattrat`, the last call the table knows; from 424 on a number means the same on every architecture.
    private static let newestNumber: UInt32 = 466

    // MARK: The machine (filter.h, seccomp.h)

    private static let loadWord: UInt16 = 0x20
    private static let jumpAlways: UInt16 = 0x05
    private static let jumpEqual: UInt16 = 0x15
    private static let jumpAtLeast: UInt16 = 0x35
    private static let jumpAnyBit: UInt16 = 0x45
    private static let answer: UInt16 = 0x06

    private static let numberOffset: UInt32 = 0
    private static let architectureOffset: UInt32 = 4
    /// Each argument has eight bytes, the low half first on the architectures there are.
    private static let argumentsOffset: UInt32 = 16

    private static let killProcess: UInt32 = 0x8000_0000
    private static let failing: UInt32 = 0x0005_0000
    private static let allowed: UInt32 = 0x7FFF_0000
}
