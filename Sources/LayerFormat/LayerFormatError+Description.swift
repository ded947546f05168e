import Glibc
import OCI

extension LayerFormatError: CustomStringConvertible {
    /// One line in lower case that names the thing that is wrong.
    public var description: String {
        switch self {
        case .system(let operation, let path, let number):
            return "cannot \(operation) \(path): \(String(cString: strerror(number)).lowercased())"
        case .corruptCompression(let format, let reason):
            return "corrupt \(format) data: \(reason)"
        case .compressionFailed(let format, let reason):
            return "cannot compress with \(format): \(reason)"
        case .unsafeName(let name, let reason):
            return "refusing to unpack \"\(name)\": \(reason)"
        case .missingLinkTarget(let name, let target):
            return "cannot unpack \"\(name)\": it is a hard link to \"\(target)\", which is not in the archive"
        case .tooManySymlinks(let name):
            return "cannot unpack \"\(name)\": too many symbolic links on the way"
        case .fileChanged(let path):
            return "\(path) changed while it was being read"
        case .unsupportedOverlay(let path, let feature):
            return "\(path) uses overlayfs's \(feature), which has no form in a layer"
        case .tooDeep(let path, let limit):
            return "\(path) is nested deeper than \(limit) directories"
        case .unmappedOwner(let name, let uid, let gid):
            return "cannot give \"\(name)\" to \(uid):\(gid): not among the ids of this user namespace,"
                + " see /etc/subuid and /etc/subgid"
        case .malformedArchive(let reason):
            return "cannot read the archive: \(reason)"
        case .noThread(let number):
            return "cannot start a thread: \(String(cString: strerror(number)).lowercased())"
        }
    }
}
