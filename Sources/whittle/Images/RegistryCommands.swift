import ArgumentParser
import Builder
import OCI
import Store

/// `whittle pull`.
struct PullCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull",
        abstract: "Pull images from a registry into the local store.",
        discussion: "Prints the digest that each name stands for. Layers that the store has are not fetched again.")

    @OptionGroup var global: GlobalOptions

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Platforms to pull, separated by commas, or all (default: this machine's).", valueName: "os/arch"))
    var platform: String?

    @Flag(name: .shortAndLong, help: "No progress.")
    var quiet = false

    @ArgumentParser.Argument(help: "Names of images.")
    var names: [String]

    func run() async throws {
        let session = try ImageSession(global, quiet: quiet)
        try await session.run { session in
            let pull = ImagePull(store: session.store, registry: session.registry, progress: session.progress)
            let platforms = try self.platforms
            for name in try names.map(Self.reference) {
                let pulled = try await Interruption.cancelling { try await pull.run(name, platforms: platforms) }
                session.display.finish()
                if !quiet {
                    StandardError.write(
                        pulled.isUnchanged ? "\(name.familiar) is up to date" : "pulled \(name.familiar)")
                }
                print(pulled.descriptor.digest)
            }
        }
    }

    private var platforms: ImagePull.Platforms {
        get throws {
            guard let platform else { return .only([.host]) }
            if platform == "all" { return .all }
            return .only(try platform.split(separator: ",").map { try ImageNames.platform(String($0)) })
        }
    }

    /// `docker://` may stand before the name.
    private static func reference(_ text: String) throws -> Reference {
        try ImageNames.reference(text.hasPrefix("docker://") ? String(text.dropFirst("docker://".count)) : text)
    }
}

/// `whittle push`.
struct PushCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "push",
        abstract: "Push an image of the local store to its registry, or to another name.",
        discussion: "Prints the digest that was pushed. Layers that the registry has are not sent again.")

    @OptionGroup var global: GlobalOptions

    @Flag(name: .shortAndLong, help: "No progress.")
    var quiet = false

    @ArgumentParser.Argument(help: "Image of the local store.")
    var name: String

    @ArgumentParser.Argument(help: "Name in a registry (default: the same).")
    var destination: String?

    func run() async throws {
        let session = try ImageSession(global, quiet: quiet)
        try await session.run { session in
            let source = try ImageNames.reference(name)
            let text = destination ?? name
            let target = try ImageNames.reference(
                text.hasPrefix("docker://") ? String(text.dropFirst("docker://".count)) : text)
            let push = StoredImagePush(store: session.store, registry: session.registry, progress: session.progress)
            let pushed = try await Interruption.cancelling { try await push.run(source, to: target) }
            session.display.finish()
            if !pushed.missing.isEmpty {
                StandardError.write(
                    "warning: \(source.familiar) was pushed without \(pushed.missing.joined(separator: ", ")): not in the store"
                )
            }
            print(pushed.digest)
        }
    }
}
