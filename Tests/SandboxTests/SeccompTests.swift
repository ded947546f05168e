import Glibc
import Testing

@testable import Sandbox

struct SeccompTests {
    typealias Architecture = SeccompProgram.Architecture

    /// What the kernel would answer: a small machine for the instructions that programs are made of.
    private func answer(
        _ program: SeccompProgram, _ architecture: UInt32, _ number: UInt32, _ arguments: [UInt64] = []
    ) -> UInt32? {
        var data = [UInt32](repeating: 0, count: 16)
        data[0] = number
        data[1] = architecture
        for (index, argument) in arguments.enumerated() {
            data[4 + 2 * index] = UInt32(truncatingIfNeeded: argument)
            data[5 + 2 * index] = UInt32(truncatingIfNeeded: argument >> 32)
        }
        var accumulator: UInt32 = 0
        var position = 0
        while position < program.instructions.count {
            let instruction = program.instructions[position]
            position += 1
            func jump(_ condition: Bool) { position += Int(condition ? instruction.jumpTrue : instruction.jumpFalse) }
            switch instruction.code {
            case 0x20: accumulator = data[Int(instruction.value / 4)]
            case 0x05: position += Int(instruction.value)
            case 0x15: jump(accumulator == instruction.value)
            case 0x35: jump(accumulator >= instruction.value)
            case 0x45: jump(accumulator & instruction.value != 0)
            case 0x06: return instruction.value
            default: return nil
            }
        }
        return nil
    }

    private let allowed: UInt32 = 0x7FFF_0000
    private func failing(_ code: Int32) -> UInt32 { 0x0005_0000 | UInt32(code) }

    private func expected(_ profile: SeccompProfile, _ name: String) -> UInt32? {
        guard let rule = profile.rules.first(where: { $0.names.contains(name) }) else { return nil }
        guard rule.argument == nil else { return nil }
        switch rule.action {
        case .allow: return allowed
        case .fail(let code): return failing(code)
        }
    }

    @Test(arguments: Architecture.allCases, [[], ["CAP_SYS_ADMIN", "CAP_SYS_PTRACE"], Capabilities.all])
    func everyNumberHasTheProfilesAnswer(architecture: Architecture, capabilities: [String]) {
        let profile = SeccompProfile(capabilities: capabilities, kernel: KernelVersion(6, 1))
        let program = SeccompProgram(profile, architectures: [architecture])
        #expect(program.instructions.count < 4096)
        var named: [UInt32: String] = [:]
        for name in profile.rules.flatMap(\.names) {
            guard let number = SeccompProgram.number(of: name, architecture) else { continue }
            named[number] = name
        }
        for number in 0..<UInt32(600) {
            let answer = answer(program, architecture.auditNumber, number)
            if let name = named[number] {
                guard let expected = expected(profile, name) else { continue }
                #expect(answer == expected, "\(name)")
            } else {
                #expect(answer == failing(number > 466 ? ENOSYS : EPERM), "\(number)")
            }
        }
        #expect(answer(program, 0x1234, 0) == 0x8000_0000)
    }

    @Test func argumentsDecide() throws {
        let profile = SeccompProfile(capabilities: Capabilities.standard, kernel: KernelVersion(6, 1))
        let program = SeccompProgram(profile, architectures: [.x8664])
        func answer(_ number: UInt32, _ argument: UInt64) -> UInt32? {
            self.answer(program, Architecture.x8664.auditNumber, number, [argument])
        }
        // socket: AF_ALG and AF_VSOCK, also with rubbish where the kernel does not look.
        for family: UInt64 in [1, 2, 10, 16, 37, 39, 41] { #expect(answer(41, family) == allowed) }
        for family: UInt64 in [38, 40, 1 << 32 | 38] { #expect(answer(41, family) == failing(EPERM)) }
        // clone
        #expect(answer(56, 0x11) == allowed)
        for flag: UInt64 in [0x0002_0000, 0x1000_0000, 0x4000_0000] {
            #expect(answer(56, flag | 0x11) == failing(EPERM))
        }
        // personality
        #expect(answer(135, 0xFFFF_FFFF) == allowed)
        #expect(answer(135, 0x0040_0000) == failing(EPERM))
        // x32 does not exist.
        #expect(answer(0x4000_0000, 0) == failing(ENOSYS))
    }

    @Test func conditionsDependOnCapabilitiesAndKernel() {
        func allows(_ name: String, _ capabilities: [String], _ kernel: KernelVersion) -> Bool {
            let profile = SeccompProfile(capabilities: capabilities, kernel: kernel)
            return expected(profile, name) == allowed
        }
        let (old, new) = (KernelVersion(4, 4), KernelVersion(6, 1))
        #expect(!allows("ptrace", [], old))
        #expect(allows("ptrace", [], new))
        #expect(!allows("mount", Capabilities.standard, new))
        #expect(allows("mount", ["CAP_SYS_ADMIN"], new))
        #expect(allows("chroot", Capabilities.standard, new))
        #expect(!allows("keyctl", Capabilities.all, new))
    }

    @Test func everyNameOfTheProfileIsKnown() {
        let profile = SeccompProfile(capabilities: Capabilities.all, kernel: KernelVersion(6, 1))
        for name in profile.rules.flatMap(\.names) {
            #expect(Architecture.allCases.contains { SeccompProgram.number(of: name, $0) != nil }, "\(name)")
        }
    }

    @Test func runtimeFormNamesEveryCallOnce() {
        let form = SeccompProfile(capabilities: Capabilities.standard, kernel: KernelVersion(6, 1)).runtimeForm(
            architectures: [.x8664])
        let text = String(decoding: form.encoded, as: UTF8.self)
        #expect(
            text.hasPrefix(
                #"{"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":1,"architectures":["SCMP_ARCH_X86_64"],"#))
        #expect(
            text.contains(
                #"{"names":["socket"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":39,"op":"SCMP_CMP_EQ"}]}"#))
        #expect(text.contains(#"{"names":["clone3"],"action":"SCMP_ACT_ERRNO","errnoRet":38}"#))
        #expect(text.ranges(of: "\"openat\"").count == 1)
    }
}
