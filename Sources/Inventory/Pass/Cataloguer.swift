import LayerFormat
import OCI

/// Finds the packages of one kind.
///
/// It decides by name, mode and size which files it wants to see, so that nothing else is read; and it reads one file at
/// a time, knowing no other. What a file means beside others (a later layer's, a package's list of files) is decided
/// when the layers are put together.
protocol Cataloguer: Sendable {
    /// Does what a file says depend on where it is?
    var dependsOnPath: Bool { get }

    /// Does the file say something about packages of this kind?
    func wants(_ file: FileFacts) -> Bool

    /// Reads a file that it wants; nil when it says nothing after all.
    ///
    /// - Throws: ``InventoryError`` for a file that is damaged or too large.
    func read(_ content: any RandomAccessBytes, of file: FileFacts) throws -> Finding?
}

extension Cataloguer {
    var dependsOnPath: Bool { true }
}

/// Every cataloguer. A file goes to the first that wants it.
enum Cataloguers {
    static let all: [any Cataloguer] = [
        DistributionCataloguer(),
        DpkgCataloguer(),
        DpkgFilesCataloguer(),
        ApkCataloguer(),
        RpmCataloguer(),
        SBOMFileCataloguer(),
        NpmCataloguer(),
        PythonCataloguer(),
        PythonFilesCataloguer(),
        PythonEggCataloguer(),
        CondaCataloguer(),
        RubyCataloguer(),
        ComposerCataloguer(),
        DotNetCataloguer(),
        JavaCataloguer(),
        ProgramCataloguer(),
    ]

    /// Raised when a cataloguer finds something else in the same file, so that remembered results are not used any more.
    static let version: UInt32 = 6

    static func cataloguer(for file: FileFacts) -> (any Cataloguer)? {
        all.first { $0.wants(file) }
    }
}
