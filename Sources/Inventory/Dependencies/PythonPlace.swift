import OCI

/// Where a Python package is installed, and which others can be imported beside it.
struct PythonPlace: Equatable {
    /// The directory of packages, such as `usr/lib/python3.11/site-packages`.
    let directory: String
    /// What it has in common with the other directories of the same Python: `usr` and `usr/local`, `lib` and `lib64` are searched
    /// together.
    let environment: String
    /// `python3.11`; empty when the path does not say.
    let interpreter: String

    /// - Parameter record: the package's `METADATA`, `PKG-INFO`, `.egg-info` or `.egg`.
    init(_ record: PathBytes) {
        let slash = UInt8(ascii: "/")
        var parts = record.split(separator: slash).dropLast()
        while let last = parts.last, ["dist-info", "egg-info", "egg", "EGG-INFO"].contains(Self.ending(last)) {
            parts = parts.dropLast()
        }
        let names = parts.map(\.text)
        directory = names.joined(separator: "/")
        guard names.count >= 3, names[names.count - 2].hasPrefix("python"),
            ["lib", "lib64"].contains(names[names.count - 3])
        else {
            environment = directory
            interpreter = ""
            return
        }
        interpreter = names[names.count - 2]
        let prefix = names.dropLast(3).joined(separator: "/")
        environment = (prefix == "usr/local" ? "usr" : prefix) + "\n" + names[names.count - 1]
    }

    private static func ending(_ name: ArraySlice<UInt8>) -> String {
        name[(name.lastIndex(of: UInt8(ascii: ".")).map { $0 + 1 } ?? name.startIndex)...].text
    }

    /// Can the other be imported from here? Debian has one directory for all its Pythons of a major version.
    func sees(_ other: PythonPlace) -> Bool {
        environment == other.environment
            && (interpreter == other.interpreter || interpreter == "python3" || other.interpreter == "python3")
    }
}
