import Checks
import OCI

/// Writes what was found in some files.
public struct FindingsReport: Sendable {
    let files: [CheckedFile]
    let version: String

    /// Creates a report.
    ///
    /// - Parameters:
    ///   - files: the files in the order in which they are shown.
    ///   - version: the program's version, which some formats name.
    public init(files: [CheckedFile], version: String) {
        self.files = files
        self.version = version
    }

    /// The report in a format, with a line feed at the end unless it is empty.
    ///
    /// - Throws: `OCIError` for what JSON cannot hold.
    public func text(as format: FindingsFormat, usesColor: Bool) throws(OCIError) -> String {
        switch format {
        case .text: FindingsText(usesColor: usesColor).text(files)
        case .json: FindingsJSON.text(files)
        case .sarif: try FindingsSARIF.text(files, version: version)
        case .github: FindingsGitHub.text(files)
        case .checkstyle: FindingsCheckstyle.text(files)
        case .gitlab: FindingsGitLab.text(files)
        case .junit: FindingsJUnit.text(files)
        }
    }
}
