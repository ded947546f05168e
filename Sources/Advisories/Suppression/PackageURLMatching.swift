import Inventory

extension PackageURL {
    /// Is a package what a statement is about? What the statement leaves out does not matter.
    func covers(_ package: PackageURL) -> Bool {
        guard type == package.type, name == package.name, namespace == package.namespace else { return false }
        if let version, version != package.version { return false }
        return qualifiers.allSatisfy { package.qualifiers[$0.key] == $0.value }
    }
}

/// The image that is scanned, as statements may name it.
public struct ScannedImage: Hashable, Sendable {
    /// As it was given on the command line.
    public var ref: String
    /// Its manifest's digest; nil for a plain root file system.
    public var digest: String?
    /// Its repository's name without registry and tag; nil for an archive without one.
    public var repository: String?

    /// An image.
    public init(ref: String, digest: String?, repository: String?) {
        self.ref = ref
        self.digest = digest
        self.repository = repository
    }

    /// Is it what a product of type `oci` names? A digest decides; without one the name has to be the same.
    func isProduct(_ purl: PackageURL) -> Bool {
        guard purl.type == "oci" else { return false }
        if let version = purl.version { return version == digest }
        guard let repository else { return false }
        return repository.split(separator: "/").last.map { $0.lowercased() == purl.name } ?? false
    }
}
