/// Where an image is, as the command line names it (the forms are skopeo's transports).
public enum ImageName: Hashable, Sendable {
    /// `NAME[:TAG][@DIGEST]`: the local store, else the registry.
    case store(Reference)
    /// `docker://REF`: the registry.
    case registry(Reference)
    /// `oci:DIR[:REF]`: an OCI layout.
    case ociLayout(directory: String, reference: String?)
    /// `oci-archive:FILE[:REF]`: an OCI layout in a tar.
    case ociArchive(file: String, reference: String?)
    /// `docker-archive:FILE[:REF]`: what `docker save` writes.
    case dockerArchive(file: String, reference: String?)
    /// `dir:ROOTFS`: a plain root file system.
    case directory(path: String)

    /// Reads a name in any of the forms.
    ///
    /// - Throws: ``OCIError/invalidImageName(_:reason:)`` or ``OCIError/invalidReference(_:reason:)``.
    public init(parsing text: String) throws(OCIError) {
        func rest(_ scheme: String) -> Substring? {
            text.hasPrefix(scheme) ? text.dropFirst(scheme.count) : nil
        }
        func place(_ rest: Substring) throws(OCIError) -> (path: String, reference: String?) {
            // A colon ends the path as in skopeo, whose paths cannot have one either; the reference may have more.
            let colon = rest.firstIndex(of: ":")
            let path = colon.map { rest[..<$0] } ?? rest
            let reference = colon.map { String(rest[rest.index(after: $0)...]) }
            guard !path.isEmpty else { throw .invalidImageName(text, reason: "the path is missing") }
            return (String(path), reference.flatMap { $0.isEmpty ? nil : $0 })
        }
        if let rest = rest("docker://") {
            self = .registry(try Reference(parsing: String(rest)))
        } else if let rest = rest("oci:") {
            let (path, reference) = try place(rest)
            self = .ociLayout(directory: path, reference: reference)
        } else if let rest = rest("oci-archive:") {
            let (path, reference) = try place(rest)
            self = .ociArchive(file: path, reference: reference)
        } else if let rest = rest("docker-archive:") {
            let (path, reference) = try place(rest)
            self = .dockerArchive(file: path, reference: reference)
        } else if let rest = rest("dir:") {
            guard !rest.isEmpty else { throw .invalidImageName(text, reason: "the path is missing") }
            self = .directory(path: String(rest))
        } else {
            self = .store(try Reference(parsing: text))
        }
    }
}

extension ImageName: CustomStringConvertible {
    /// The form the command line takes.
    public var description: String {
        func joined(_ scheme: String, _ path: String, _ reference: String?) -> String {
            scheme + path + (reference.map { ":" + $0 } ?? "")
        }
        return switch self {
        case .store(let reference): reference.familiar
        case .registry(let reference): "docker://\(reference)"
        case .ociLayout(let directory, let reference): joined("oci:", directory, reference)
        case .ociArchive(let file, let reference): joined("oci-archive:", file, reference)
        case .dockerArchive(let file, let reference): joined("docker-archive:", file, reference)
        case .directory(let path): "dir:" + path
        }
    }
}
