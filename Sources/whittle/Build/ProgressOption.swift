import ArgumentParser
import Rendering

// The modes are the values of --progress; their names are those on the command line.
extension ProgressMode: ExpressibleByArgument {}

extension BuildOutputOptions {
    /// How progress is shown: what the command line says, else `BUILDKIT_PROGRESS`, which CI systems set for
    /// `docker buildx`.
    var progressMode: ProgressMode {
        if quiet { return .quiet }
        return progress ?? environment("BUILDKIT_PROGRESS").flatMap(ProgressMode.init(rawValue:)) ?? .auto
    }
}
