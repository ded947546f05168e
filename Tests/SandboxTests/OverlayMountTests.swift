import CLinux
import Glibc
import Testing

@testable import Sandbox

@Suite(.serialized, .enabled(if: Requirements.isRoot, "needs root"))
struct OverlayMountTests {
    private let files = TemporaryDirectory()

    private func layers(_ count: Int) -> [String] {
        (0..<count).map { number in
            files.file("layer \(number):\\,/only-\(number)", "")
            files.file("layer \(number):\\,/all", "\(number)")
            return files.directory("layer \(number):\\,")
        }
    }

    @Test(arguments: [1, 2, 200])
    func layersStackInOrder(count: Int) async throws {
        let lowers = layers(count)
        let (upper, work, at) = (files.directory("upper"), files.directory("work"), files.directory("at"))
        try await inPrivateNamespace {
            // Twice: the work directory of a volatile mount may be used again.
            for _ in 0..<2 {
                let mount = try OverlayMount.mount(lowers: lowers, upper: upper, work: work, at: at)
                #expect(readSmallFile(at + "/all") == "\(count - 1)")
                #expect(directoryEntries(at).count >= count + 1)
                unlink(at + "/only-0")
                close(open(at + "/new", O_CREAT | O_WRONLY, 0o644))
                try mount.unmount()
                #expect(directoryEntries(at) == [])
            }
        }
        #expect(directoryEntries(upper).sorted() == ["new", "only-0"])
    }

    @Test(arguments: [0, 1, 3])
    func viewsAreReadOnly(count: Int) async throws {
        let lowers = layers(count)
        let at = files.directory("at")
        try await inPrivateNamespace {
            try OverlayMount.mount(lowers: lowers, at: at)
            defer { try? OverlayMount.unmount(at) }
            #expect(readSmallFile(at + "/all") == (count == 0 ? nil : "\(count - 1)"))
            #expect(open(at + "/new", O_CREAT | O_WRONLY, 0o644) == -1 && errno == EROFS)
        }
    }

    @Test func layersMayComeTwice() async throws {
        let (one, two) = (layers(2)[0], layers(2)[1])
        let at = files.directory("at")
        try await inPrivateNamespace {
            try OverlayMount.mount(lowers: [one, two, two, one], at: at)
            defer { try? OverlayMount.unmount(at) }
            #expect(readSmallFile(at + "/all") == "0")
            #expect(directoryEntries(at).sorted() == ["all", "only-0", "only-1"])
        }
    }

    @Test func withoutLayersTheUpperDirectoryIsTheRoot() async throws {
        let (upper, at) = (files.directory("upper"), files.directory("at"))
        try await inPrivateNamespace {
            try OverlayMount.mount(lowers: [], upper: upper, work: upper, at: at)
            close(open(at + "/new", O_CREAT | O_WRONLY, 0o644))
            try OverlayMount.unmount(at)
        }
        #expect(directoryEntries(upper) == ["new"])
    }

    /// What kernels without `lowerdir+` get.
    @Test func manyLayersFitIntoOnePage() async throws {
        let lowers = layers(200)
        let (upper, work, at) = (files.directory("upper"), files.directory("work"), files.directory("at"))
        try await inPrivateNamespace {
            // The kernel stacks only what the namespace that mounts has.
            let descriptors = (lowers.reversed() + [upper, work]).map { open($0, O_PATH | O_DIRECTORY | O_CLOEXEC) }
            defer { descriptors.forEach { close($0) } }
            try OverlayMount.mountInOnePage(
                Array(descriptors.dropLast(2)), (descriptors[200], descriptors[201]), at: at, userXAttr: false)
            #expect(readSmallFile(at + "/all") == "199")
            close(open(at + "/new", O_CREAT | O_WRONLY, 0o644))
            try OverlayMount.unmount(at)
        }
        #expect(directoryEntries(upper) == ["new"])
    }

    @Test func failuresSayWhy() async throws {
        let lowers = layers(2)
        let (upper, work) = (files.directory("upper"), files.directory("work"))
        let missing = files.path + "/missing"
        try await inPrivateNamespace {
            #expect(throws: SandboxError.system(call: "open", path: missing, code: ENOENT)) {
                try OverlayMount.mount(lowers: [missing, missing], upper: upper, work: work, at: upper)
            }
            #expect(throws: SandboxError.self) {
                try OverlayMount.mount(lowers: lowers, upper: upper, work: work, at: missing)
            }
            #expect(throws: SandboxError.tooManyLayers(count: 501, limit: 500)) {
                try OverlayMount.mount(lowers: (0..<501).map { "\(upper)/\($0)" }, at: work)
            }
        }
    }
}
