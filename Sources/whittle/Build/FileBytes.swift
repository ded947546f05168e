import Glibc
import OCI

/// Reading of small files named on the command line.
enum FileBytes {
    /// The file's bytes; errors name the file and say what it was meant to be.
    static func read(_ path: String, what: String, limit: Int = 16 << 20) throws(OptionError) -> [UInt8] {
        do { return try SmallFile.read(path, limit: limit) } catch { throw failure(error, path, what) }
    }

    /// Everything on standard input.
    static func readStandardInput(what: String, limit: Int = 16 << 20) throws(OptionError) -> [UInt8] {
        do { return try SmallFile.read(descriptor: STDIN_FILENO, limit: limit) } catch {
            throw failure(error, "on standard input", what)
        }
    }

    private static func failure(_ failure: SmallFile.Failure, _ path: String, _ what: String) -> OptionError {
        switch failure {
        case .system: OptionError("cannot read the \(what) \(path): \(failure)")
        case .tooLarge: OptionError("the \(what) \(path) is \(failure)")
        }
    }
}
