import Builder
import DockerfileSyntax
import OCI
import Registry
import Rendering
import Sandbox
import Store

/// What a command ended with: a status and the text that explains it.
struct CommandFailure: Error {
    var status: Int32
    var text: String

    /// A failure with its own text.
    init(status: Int32, _ text: String) {
        self.status = status
        self.text = text
    }

    /// The failure that an error amounts to. `source` is the Dockerfile that its ranges point into.
    init(_ error: any Error, source: SourceText? = nil, usesColor: Bool = false) {
        let renderer = DiagnosticText(source: source, usesColor: usesColor)
        switch error {
        case let failure as CommandFailure:
            self = failure
        case let error as BuildError:
            self.init(status: Self.status(of: error), renderer.text(of: error))
        case let error as OptionError:
            self.init(status: ExitStatusCode.usage, renderer.text(of: error))
        case OCIError.digestMismatch, OCIError.sizeMismatch, OCIError.malformedTar, OCIError.unknownTarMember,
            OCIError.malformedJSON, OCIError.notAnImage:
            // An image that is damaged is an input that cannot be read.
            self.init(status: ExitStatusCode.usage, renderer.text(of: error))
        case is CancellationError:
            self.init(status: 130, renderer.line("cancelled"))
        default:
            self.init(status: ExitStatusCode.failure, renderer.text(of: error))
        }
    }

    private static func status(of error: BuildError) -> Int32 {
        switch error {
        case .dockerfile, .options: ExitStatusCode.usage
        case .commandFailed, .stepFailed, .image: ExitStatusCode.negative
        case .export: ExitStatusCode.failure
        }
    }

    /// Prints the text on standard error.
    func print() {
        if !text.isEmpty { StandardError.write(text) }
    }
}
