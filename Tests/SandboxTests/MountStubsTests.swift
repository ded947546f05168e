import Glibc
import Testing

@testable import Sandbox

@Suite(.serialized, .enabled(if: Requirements.isRoot, "needs root"))
struct MountStubsTests {
    /// An overlay over `etc/`, `some/file`, `link -> /some`, all of a time long ago.
    private final class Overlay: Sendable {
        let files = TemporaryDirectory()
        let root: String
        let upper: String

        init() throws {
            files.file("lower/some/file", "")
            files.directory("lower/etc")
            files.link("lower/link", to: "/some")
            files.link("lower/outside", to: "/elsewhere/deep")
            root = files.directory("root")
            upper = files.directory("upper")
            for path in ["etc", "some", ""] { Self.setTime(files.path + "/lower/" + path, 1_000_000_000) }
            try OverlayMount.mount(
                lowers: [files.path + "/lower"], upper: upper, work: files.directory("work"), at: root)
        }

        static func setTime(_ path: String, _ seconds: Int) {
            let times = [timespec(tv_sec: seconds, tv_nsec: 5), timespec(tv_sec: seconds, tv_nsec: 7)]
            utimensat(AT_FDCWD, path, times, 0)
        }

        func time(_ path: String) -> Int {
            var status = stat()
            return stat(path, &status) == 0 ? status.st_mtim.tv_sec : -1
        }

        /// Ends the run: what the upper directory has then, with directories marked.
        func finish(_ stubs: MountStubs) throws -> [String] {
            stubs.remove()
            try OverlayMount.unmount(root)
            stubs.removeCopies(from: upper)
            return walk(upper, "")
        }

        private func walk(_ directory: String, _ prefix: String) -> [String] {
            directoryEntries(directory).sorted().flatMap { name -> [String] in
                var status = stat()
                lstat("\(directory)/\(name)", &status)
                let isDirectory = status.st_mode & S_IFMT == S_IFDIR
                return [prefix + name + (isDirectory ? "/" : "")]
                    + (isDirectory ? walk("\(directory)/\(name)", "\(prefix)\(name)/") : [])
            }
        }
    }

    private let targets: [(path: String, kind: MountStubs.Kind)] = [
        ("/etc/hosts", .file), ("/some/deep/mount", .directory), ("/some/deep/other", .directory), ("/link/x", .file),
        ("/outside/y", .directory), ("/some/file", .file), ("/new", .file),
    ]

    @Test func nothingRemainsOfUnusedStubs() async throws {
        let targets = targets
        try await inPrivateNamespace {
            let overlay = try Overlay()
            Overlay.setTime(overlay.root, 1_000_000_000)
            let stubs = try MountStubs(for: targets, in: overlay.root, upper: overlay.upper)
            for path in ["etc/hosts", "some/deep/mount", "some/deep/other", "some/x", "elsewhere/deep/y", "new"] {
                #expect(access("\(overlay.root)/\(path)", F_OK) == 0, "\(path)")
            }
            #expect(overlay.time(overlay.root + "/etc") == 1_000_000_000)
            #expect(overlay.time(overlay.root + "/some") == 1_000_000_000)
            #expect(try overlay.finish(stubs) == [])
            #expect(overlay.time(overlay.upper) == 1_000_000_000)
        }
    }

    @Test func whatWasUsedStays() async throws {
        let targets = targets
        try await inPrivateNamespace {
            let overlay = try Overlay()
            let stubs = try MountStubs(for: targets, in: overlay.root, upper: overlay.upper)
            overlay.files.file("root/some/deep/kept", "x")
            overlay.files.file("root/etc/hosts", "x")
            chmod(overlay.root + "/etc", 0o700)
            Overlay.setTime(overlay.root + "/etc", 1_500_000_000)
            #expect(
                try overlay.finish(stubs) == ["etc/", "etc/hosts", "some/", "some/deep/", "some/deep/kept"])
            #expect(overlay.time(overlay.upper + "/etc") == 1_500_000_000)
            #expect(overlay.time(overlay.upper + "/some") == 1_000_000_000)
        }
    }

    @Test func changedDirectoriesStay() async throws {
        try await inPrivateNamespace {
            let overlay = try Overlay()
            let stubs = try MountStubs(for: [("/etc/hosts", .file)], in: overlay.root, upper: overlay.upper)
            chmod(overlay.root + "/etc", 0o700)
            #expect(try overlay.finish(stubs) == ["etc/"])
            #expect(overlay.time(overlay.upper + "/etc") == 1_000_000_000)
        }
    }

    @Test func replacedDirectoriesStay() async throws {
        try await inPrivateNamespace {
            let overlay = try Overlay()
            let stubs = try MountStubs(for: [("/some/stub", .file)], in: overlay.root, upper: overlay.upper)
            Scratch.removeTree(overlay.root + "/some")
            overlay.files.directory("root/some")
            // The same time as before does not hide that the directory is another one.
            Overlay.setTime(overlay.root + "/some", 1_000_000_000)
            #expect(try overlay.finish(stubs) == ["some/"])
        }
    }

    @Test func linksOfTheProcessLeadNowhere() async throws {
        try await inPrivateNamespace {
            let overlay = try Overlay()
            let victim = overlay.files.directory("victim")
            overlay.files.file("victim/hosts", "")
            let stubs = try MountStubs(for: [("/etc/hosts", .file)], in: overlay.root, upper: overlay.upper)
            rename(overlay.root + "/etc", overlay.root + "/moved")
            unlink(overlay.root + "/etc/hosts")
            rmdir(overlay.root + "/etc")
            symlink(victim, overlay.root + "/etc")
            stubs.remove()
            try OverlayMount.unmount(overlay.root)
            #expect(access(victim + "/hosts", F_OK) == 0)
        }
    }

    @Test func aFileIsNoDirectory() async throws {
        try await inPrivateNamespace {
            let overlay = try Overlay()
            defer { try? OverlayMount.unmount(overlay.root) }
            #expect(throws: SandboxError.invalidMount(target: "/some/file/x", reason: "/some/file is not a directory"))
            {
                try MountStubs(for: [("/some/file/x", .file)], in: overlay.root, upper: overlay.upper)
            }
        }
    }
}
