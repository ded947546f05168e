import Testing

@testable import Sandbox

struct ForeignArchitectureTests {
    private let registry = TemporaryDirectory()

    /// What qemu-user-static registers for arm64.
    private func register(flags: String, state: String = "enabled") {
        registry.file("status", "enabled\n")
        registry.file(
            "qemu-aarch64",
            """
            \(state)
            interpreter /usr/libexec/qemu-binfmt/aarch64-binfmt-P
            flags: \(flags)
            offset 0
            magic 7f454c460201010000000000000000000200b700
            mask ffffffffffffff00fffffffffffffffffeffffff

            """)
    }

    private func reason(_ architecture: String) -> String? {
        do {
            try ForeignArchitecture.ensureRunnable(architecture, registry: registry.path)
            return nil
        } catch .foreignArchitecture(_, let reason) {
            return reason
        } catch {
            return "\(error)"
        }
    }

    private var other: String {
        #if arch(arm64)
            "amd64"
        #else
            "arm64"
        #endif
    }

    @Test func nativeNeedsNothing() {
        #if arch(arm64)
            #expect(reason("arm64") == nil)
        #else
            #expect(reason("amd64") == nil)
            #expect(reason("386") == nil)
        #endif
    }

    @Test func handlersAreLookedUp() {
        #expect(reason(other)?.contains("binfmt_misc") == true)
        #expect(reason("pdp11") == "unknown architecture")
        #if !arch(arm64)
            register(flags: "POCF")
            #expect(reason("arm64") == nil)
            #expect(reason("riscv64")?.hasPrefix("no emulator") == true)
            #expect(reason("arm")?.hasPrefix("no emulator") == true)
            register(flags: "P")
            #expect(reason("arm64")?.contains("without the F flag") == true)
            register(flags: "F", state: "disabled")
            #expect(reason("arm64")?.hasPrefix("no emulator") == true)
        #endif
    }
}
