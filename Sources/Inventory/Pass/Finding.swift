import OCI

/// What one file of a layer says.
struct Finding: Hashable, Sendable {
    /// The packages that it is the record of. Their paths are what follows that of the file, for what is inside of it;
    /// layer and package URL are filled in when the layers are put together.
    var packages: [Package] = []
    /// Files that belong to a package.
    var claims: [Claim] = []
    /// The distribution, from `os-release` and its like.
    var distribution: Distribution?
    /// What its packages require, in their order; empty where the record does not say it of any.
    var requirements = RequirementTable()
    /// The checksums of the file, where it is the record of packages.
    var checksums: FileChecksums?
    /// What of the file could not be read. Moved to the layer's warnings.
    var warnings: [String] = []

    /// Adds a package with what it requires; nil when its record does not say.
    mutating func add(_ package: Package, _ requirements: PackageRequirements?) {
        packages.append(package)
        let warning = "it states more requirements than are kept"
        if !self.requirements.append(requirements), warnings.last != warning { warnings.append(warning) }
    }

    /// Files that belong to a package.
    struct Claim: Hashable, Sendable {
        var owner: Owner
        var files: Files
    }

    /// Which files, from the place of the finding.
    enum Files: Hashable, Sendable {
        case these(OwnedFiles)
        /// The record itself, such as a program or an archive.
        case itself
        /// Everything in the directory of the record.
        case siblings
    }

    /// Whose files they are.
    enum Owner: Hashable, Sendable {
        /// The finding's package with this index.
        case package(Int)
        /// dpkg's package of this name, with `:architecture` where several may be installed.
        case dpkg(String)
        /// The package whose record is in the same directory as this file.
        case neighbour
        /// The package whose record has the name of this file without a suffix of that length.
        case withoutSuffix(Int)
    }
}

/// The files of a package.
public enum OwnedFiles: Hashable, Sendable {
    /// These: paths from the root without a leading slash, a line feed after each. Directories may be among them.
    case list([UInt8])
    /// Everything below these directories, written as the paths of a list are.
    case directories([UInt8])

    /// The paths.
    public var paths: [ArraySlice<UInt8>] {
        switch self {
        case .list(let bytes), .directories(let bytes): bytes.split(separator: 0x0A)
        }
    }
}
