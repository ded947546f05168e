import ArgumentParser
import OCI
import Store

/// `whittle tag`.
struct TagCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tag", abstract: "Give an image of the local store further names.")

    @OptionGroup var global: GlobalOptions

    @ArgumentParser.Argument(help: "Image of the local store.")
    var source: String

    @ArgumentParser.Argument(help: "Names it gets.")
    var names: [String]

    func run() async throws {
        let session = try ImageSession(global)
        try await session.run { session in
            let source = try ImageNames.reference(source)
            let names = try names.map(ImageNames.reference)
            guard let descriptor = try session.store.image(named: source) else {
                throw StoreError.notFound("image \(source.familiar)")
            }
            for name in names where name.digest != nil {
                throw OptionError("\(name.familiar): a name that is given cannot have a digest")
            }
            try session.store.setImages(names, to: descriptor)
        }
    }
}

/// `whittle rm`, also called `rmi`.
struct RemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm",
        abstract: "Remove images from the local store.",
        discussion: "Content that other images, builds or running processes need stays. See also: prune.",
        aliases: ["rmi"])

    @OptionGroup var global: GlobalOptions

    @Flag(name: .shortAndLong, help: "Names that do not exist are no error.")
    var force = false

    @Flag(name: .shortAndLong, help: "Remove all names.")
    var all = false

    @ArgumentParser.Argument(help: "Images of the local store.")
    var names: [String] = []

    func run() async throws {
        let session = try ImageSession(global, freesSpace: true)
        try await session.run { session in
            let notice = WaitingNotice(for: session.store)
            var references = try names.map(ImageNames.reference)
            if all { references = try session.store.listImages().map(\.name) }
            guard all || !references.isEmpty else { throw OptionError("name an image to remove") }
            // All that can be removed goes, and the first failure is told at the end.
            var failure: (any Error)?
            for reference in references {
                do {
                    let removed = try session.store.removeImage(reference, keepWaiting: notice.keepWaiting)
                    print("Removed image: \(removed.name.familiar)")
                } catch StoreError.notFound where force {
                    continue
                } catch {
                    if let failure { CommandFailure(ofImage: failure).print() }
                    failure = error
                }
            }
            if let failure { throw failure }
        }
    }
}
