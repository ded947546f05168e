import CLinux
import Dispatch
import Glibc
import Synchronization

/// Which files of one mounted file system are opened, and from which programs are started.
///
/// The kernel reports them for every mount of the file system, so a container that sees it under another path is covered.
/// Needs root; where the kernel refuses, nothing is recorded and ``isRecording`` is false.
public final class FileAccessRecorder: Sendable {
    private struct Seen {
        var opened: Set<String> = []
        var programs: Set<String> = []
    }

    /// Paths kept at most: more than any root file system that can be run has.
    private static let limit = 1_000_000

    /// Whether anything is recorded at all.
    public let isRecording: Bool
    private let root: String
    private let queue: Int32
    private let seen = Mutex(Seen())
    private let isStopping = Atomic<Bool>(false)
    private let isDone = DispatchSemaphore(value: 0)

    /// Starts to record the file system mounted at `root`.
    public init(root: String) {
        self.root = root
        queue = fanotify_open_queue()
        isRecording = queue >= 0 && fanotify_watch_file_system(queue, root) == 0
        guard isRecording else { return }
        DispatchQueue(label: "file access").async { self.work() }
    }

    /// Stops, and tells what was seen: paths inside the root.
    public func finish() -> (opened: Set<String>, programs: Set<String>) {
        if isRecording {
            isStopping.store(true, ordering: .releasing)
            isDone.wait()
        }
        if queue >= 0 { close(queue) }
        return seen.withLock { ($0.opened, $0.programs) }
    }

    private func work() {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
        defer {
            buffer.deallocate()
            isDone.signal()
        }
        while true {
            // Asked before the queue is looked at: what happened up to then is in it.
            let isLast = isStopping.load(ordering: .acquiring)
            let count = read(queue, buffer.baseAddress, buffer.count)
            if count > 0 {
                take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            } else if isLast {
                return
            } else {
                var polled = pollfd(fd: queue, events: Int16(POLLIN), revents: 0)
                poll(&polled, 1, 50)
            }
        }
    }

    private func take(_ events: UnsafeRawBufferPointer) {
        var offset = 0
        var file: Int32 = -1
        var isProgram: Int32 = 0
        while true {
            let next = fanotify_take_event(events.baseAddress, events.count, offset, &file, &isProgram)
            guard next > offset else { return }
            offset = next
            guard file >= 0 else { continue }
            let path = Self.path(of: file)
            close(file)
            guard let path else { continue }
            let isStart = isProgram != 0
            seen.withLock { seen in
                guard seen.opened.count < Self.limit else { return }
                let inside = path.hasPrefix(root + "/") ? String(path.dropFirst(root.count)) : path
                seen.opened.insert(inside)
                if isStart { seen.programs.insert(inside) }
            }
        }
    }

    /// Where the container sees the file; nil for one that is no longer there.
    private static func path(of file: Int32) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/fd/\(file)", &buffer, buffer.count)
        guard count > 0, count < buffer.count else { return nil }
        let path = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return path.hasPrefix("/") && !path.hasSuffix(" (deleted)") ? path : nil
    }
}
