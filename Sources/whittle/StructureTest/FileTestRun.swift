import Analysis
import Builder
import LayerFormat
import OCI

/// Runs the tests of a suite that look at files and configuration: layers are read, nothing is run or unpacked.
struct FileTestRun: Sendable {
    private let ledger: Ledger
    private let config: ContainerConfig?
    /// Reads the contents of members of a layer.
    private let read: @Sendable (_ layer: Int, _ members: Set<Int>) async throws -> [Int: [UInt8]]

    init(
        ledger: Ledger, config: ContainerConfig?,
        read: @escaping @Sendable (_ layer: Int, _ members: Set<Int>) async throws -> [Int: [UInt8]]
    ) {
        self.ledger = ledger
        self.config = config
        self.read = read
    }

    /// The results, in container-structure-test's order.
    func run(_ suite: StructureSuite) async throws -> [StructureResult] {
        var results: [StructureResult] = []
        func add(_ name: String, _ errors: [String]) {
            results.append(StructureResult(file: suite.file, name: name, errors: errors))
        }
        let contents = try await contents(suite)
        for test in suite.contents {
            switch contents[test.path] {
            case .found(let bytes)?: add("File Content Test: \(test.name)", test.errors(bytes))
            case .missing(let reason)?: add("File Content Test: \(test.name)", [reason])
            case nil: add("File Content Test: \(test.name)", ["\(test.path) does not exist"])
            }
        }
        let variables = variables(suite)
        for test in suite.files {
            let path = VariableText.expand(test.path, variables)
            add("File Existence Test: \(test.name)", test.errors(ledger.shown(at: path)))
        }
        for test in suite.licenses {
            var errors: [String] = []
            for path in licenseFiles(test) {
                switch contents[path] {
                case .found(let bytes)?:
                    errors += StructureSuite.LicenseTest.error(bytes, path: path).map { [$0] } ?? []
                case .missing(let reason)?: errors.append(reason)
                case nil: errors.append("\(path) does not exist")
                }
            }
            add("License Test", errors)
        }
        if let metadata = suite.metadata {
            add("Metadata Test", config.map(metadata.errors) ?? ["a plain root file system has no configuration"])
        }
        return results
    }

    private func variables(_ suite: StructureSuite) -> [String: String] {
        let all = (config?.env ?? []) + suite.variables.map { "\($0.key)=\($0.value)" }
        return Dictionary(
            all.map { variable in
                let name = variable.prefix { $0 != "=" }
                return (String(name), String(variable.dropFirst(name.count + 1)))
            }
        ) { _, last in last }
    }

    private func licenseFiles(_ test: StructureSuite.LicenseTest) -> [String] {
        var paths: [String] = []
        let root = String(decoding: StructureSuite.LicenseTest.debianRoot, as: UTF8.self)
        if test.debian {
            for (name, version) in ledger.names(in: root) ?? [] where version.kind == .directory {
                if !StructureSuite.LicenseTest.exceptions.contains(name) { paths.append("/\(root)/\(name)/copyright") }
            }
        }
        return paths + test.files
    }

    // MARK: Contents

    private enum Content {
        case found([UInt8])
        case missing(String)
    }

    /// The contents of all files that the tests look into; each layer is read once.
    private func contents(_ suite: StructureSuite) async throws -> [String: Content] {
        var contents: [String: Content] = [:]
        var wanted: [Int: [Int: [String]]] = [:]
        for path in Set(suite.contents.map(\.path) + suite.licenses.flatMap(licenseFiles)) {
            guard let file = ledger.shown(at: path, follows: true) else { continue }
            guard file.kind == .file else {
                contents[path] = .missing("\(path) is no regular file")
                continue
            }
            guard file.size <= MemberCollector.limit else {
                contents[path] = .missing("\(path) is larger than \(MemberCollector.limit) bytes")
                continue
            }
            wanted[Int(file.layer), default: [:]][ledger.member(of: file), default: []].append(path)
        }
        for (layer, members) in wanted {
            let found = try await read(layer, Set(members.keys))
            for (member, paths) in members {
                for path in paths {
                    contents[path] = found[member].map { .found($0) } ?? .missing("\(path) cannot be read")
                }
            }
        }
        return contents
    }
}
