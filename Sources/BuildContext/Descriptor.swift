import CLinux
import Glibc

/// An open file descriptor, closed when nobody uses it any more.
final class Descriptor: Sendable {
    let number: Int32

    init(owning number: Int32) {
        self.number = number
    }

    deinit {
        close(number)
    }

    /// Opens a directory that a person has named; symbolic links in the path are followed.
    static func directory(_ path: String) throws(BuildContextError) -> Descriptor {
        let number = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else {
            switch errno {
            case ENOENT: throw .notFound(path: path)
            case ENOTDIR: throw .notADirectory(path: path)
            default: throw .unreadable(path: path, code: errno)
            }
        }
        return Descriptor(owning: number)
    }

    /// Opens a path below this directory without following any symbolic link; a failure is the `errno`.
    func open(beneath path: PathBytes, _ flags: Int32) -> Result<Descriptor, Errno> {
        let number = path.withUnsafeBytes { bytes in
            let text = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            return context_open_beneath(self.number, text, bytes.count, flags)
        }
        return number >= 0 ? .success(Descriptor(owning: number)) : .failure(Errno(code: -number))
    }

    struct Errno: Error {
        let code: Int32
    }
}
