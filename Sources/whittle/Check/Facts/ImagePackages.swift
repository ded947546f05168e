import Builder
import Checks
import Glibc
import OCI
import Registry
import Sandbox
import Store
import Synchronization

/// Versions of packages as the package manager of a base image answers today: it is asked in a container of that image.
final class ImagePackages: PackageVersions {
    /// An answer of more bytes is none.
    private static let longestAnswer = 256

    private let store: Store
    private let registry: RegistryAccess
    private let scratch: ScratchSpace
    private let today: String
    private let known = Mutex<[String: String?]>([:])

    init(store: Store, registry: RegistryAccess, scratch: ScratchSpace) {
        self.store = store
        self.registry = registry
        self.scratch = scratch
        today = "\(time(nil) / 86_400)"
    }

    func version(of package: String, manager: PackageManager, image: String?) -> String? {
        guard let image, let question = PackageQuestion(manager), Self.isName(package), !image.contains("\n") else {
            return nil
        }
        let key = "\(image)\u{0}\(manager)\u{0}\(package)"
        if let known = known.withLock({ $0[key] }) { return known }
        let text = question.dockerfile(image: image, package: package, today: today)
        let version = BlockingAnswer.wait { [self] in try await answer(text) }
        known.withLock { $0[key] = .some(version) }
        return version
    }

    private func answer(_ text: String) async throws -> String? {
        let directory = scratch.path + "/version-\(UInt32.random(in: 0 ... .max))"
        guard mkdir(directory, 0o700) == 0 else { return nil }
        var options = BuildOptions(
            dockerfile: DockerfileSource(path: "Dockerfile", bytes: Array(text.utf8)), context: nil)
        options.exports = [ExportTarget(kind: .local(destination: directory))]
        let scratch = scratch
        let build = ImageBuild(
            options: options, store: store, registry: registry,
            executor: LazyExecutor { try OCIRuntimeExecutor(scratch: try scratch.sandbox()) },
            progress: Progress { _ in }, scratch: scratch)
        _ = try await build.run()
        let bytes = try FileBytes.read(directory + "/version", what: "answer", limit: Self.longestAnswer)
        let line = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        return line.count == 1 ? String(line[0]) : nil
    }

    /// Nothing that a shell could take for more than a word.
    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && !text.hasPrefix("-")
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
                    UInt8(ascii: "+"), UInt8(ascii: "@"), UInt8(ascii: "/"):
                    true
                default: false
                }
            }
    }
}
