import Glibc

extension OCIError: CustomStringConvertible {
    /// One line in lower case that names the thing that is wrong.
    public var description: String {
        switch self {
        case .invalidDigest(let text):
            return "invalid digest \"\(text)\""
        case .invalidReference(let text, let reason):
            return "invalid image reference \"\(text)\": \(reason)"
        case .invalidPlatform(let text, let reason):
            return "invalid platform \"\(text)\": \(reason)"
        case .invalidImageName(let text, let reason):
            return "invalid image name \"\(text)\": \(reason)"
        case .malformedJSON(let what, let reason):
            return "cannot read \(what): \(reason)"
        case .notAnImage(let path, let reason):
            return "\(path) is no image: \(reason)"
        case .missingBlob(let path, let name):
            return "\(path) has no \(name)"
        case .ambiguousImage(let path, let candidates):
            return "\(path) has \(candidates.count) images, name one of: \(candidates.joined(separator: ", "))"
        case .imageNotFound(let path, let name, let candidates):
            let known = candidates.isEmpty ? "" : ", it has: \(candidates.joined(separator: ", "))"
            return "\(path) has no image \"\(name)\"\(known)"
        case .digestMismatch(let what, let expected, let actual):
            return "\(what) is corrupt: expected \(expected), got \(actual)"
        case .sizeMismatch(let what, let expected, let actual):
            return "\(what) is corrupt: expected \(expected) bytes, got \(actual)"
        case .tooLarge(let what, let limit):
            return "\(what) is larger than \(limit) bytes"
        case .system(let operation, let path, let number):
            return "cannot \(operation) \(path): \(String(cString: strerror(number)).lowercased())"
        case .malformedTar(let offset, let reason):
            return offset > 0
                ? "malformed tar archive at byte \(offset): \(reason)" : "malformed tar archive: \(reason)"
        case .unknownTarMember(let offset, let type):
            return "malformed tar archive at byte \(offset): member type \(type) is not supported"
        case .noMatchingPlatform(let wanted, let available):
            return "no image for platform \(wanted), there are: \(available.joined(separator: ", "))"
        }
    }
}
