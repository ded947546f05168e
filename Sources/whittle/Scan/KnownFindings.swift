import Advisories
import Analysis
import OCI

/// The known vulnerabilities of images, for comparisons and pages beside their bytes.
struct KnownFindings: Sendable {
    let session: ImageSession
    let global: GlobalOptions
    let options: DatabaseOptions
    let platform: Platform?

    /// Finds out early whether a database that was named can be read.
    func checkDatabase() throws {
        let location = options.location(global)
        guard options.directory != nil || location.exists else { return }
        do { _ = try AdvisoryDatabase(location) } catch { throw CommandFailure(ofAdvisories: error) }
    }

    /// The findings of each image; nil when no database was named and none is below the store: nobody looked.
    ///
    /// - Throws: what scanning throws, `AdvisoriesError.noDatabase` where the named directory has none.
    func of(_ references: [String]) async throws -> [Set<ComparedFinding>]? {
        let location = options.location(global)
        if options.directory == nil, !location.exists { return nil }
        do {
            var scan = ImageScan(
                session: session, root: global.rootDirectory, database: try AdvisoryDatabase(location),
                platform: platform)
            scan.options.looksForSecrets = false
            var found: [Set<ComparedFinding>] = []
            for reference in references {
                let report = try await scan.report(on: reference)
                found.append(
                    Set(
                        report.findings.map {
                            ComparedFinding(
                                id: $0.id, package: $0.package.name, version: $0.package.version,
                                severity: $0.severity.rawValue)
                        }))
            }
            return found
        } catch let error as AdvisoriesError {
            throw CommandFailure(ofAdvisories: error)
        }
    }
}
