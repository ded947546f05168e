import Glibc
import OCI
import Rendering
import Slimming

/// Prints what `slim` and `init` have done, and writes the files.
struct SlimOutput {
    let report: SlimReport
    let format: SlimCommand.Format
    let output: String?
    let write: Bool
    let context: String
    let file: String

    func deliver() throws {
        let dockerfile = Array(report.dockerfile.utf8)
        let isUseful = report.accepted || report.before.smoke == "none"
        if let output {
            try OutputFileWriting.write(dockerfile, to: output)
            if let ignore = report.dockerignore {
                try OutputFileWriting.write(Array(ignore.utf8), to: output + ".dockerignore")
            }
        }
        if write, isUseful {
            try OutputFileWriting.write(dockerfile, to: file)
            if let ignore = report.dockerignore {
                try OutputFileWriting.write(
                    Array(ignore.utf8), to: (context.hasSuffix("/") ? context : context + "/") + ".dockerignore")
            }
        }
        switch format {
        case .json: print(String(decoding: try CanonicalJSON.encode(report), as: UTF8.self))
        case .text: print(SlimText.text(report, showsDockerfile: output == nil && !write), terminator: "")
        case .markdown: print(SlimText.markdown(report), terminator: "")
        case .html: print(SlimPage.page(report), terminator: "")
        }
    }
}

/// Files that appear whole or not at all.
enum OutputFileWriting {
    static func write(_ bytes: [UInt8], to path: String) throws {
        let temporary = "\(path).whittle-\(getpid())"
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw failure(path) }
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(file, $0.baseAddress?.advanced(by: offset), $0.count - offset)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                close(file)
                unlink(temporary)
                throw failure(path)
            }
            offset += count
        }
        close(file)
        guard rename(temporary, path) == 0 else {
            unlink(temporary)
            throw failure(path)
        }
    }

    private static func failure(_ path: String) -> CommandFailure {
        let text = String(cString: strerror(errno))
        return CommandFailure(
            status: ExitStatusCode.failure,
            "error: cannot write \(path): \(text.prefix(1).lowercased() + text.dropFirst())")
    }
}
