import NIOSSL
#if canImport(Glibc)
    import Glibc
#endif

/// The TLS settings for each host: the system's authorities or `SSL_CERT_FILE`, and what certs.d adds.
struct TrustSettings: Sendable {
    private let authoritiesFile: String?
    private let directories: [String]

    init(environment: [String: String], directories: [String]) {
        authoritiesFile = environment["SSL_CERT_FILE"].flatMap { $0.isEmpty ? nil : $0 }
        self.directories = directories
    }

    /// Settings for `host` with `port`. `insecure` accepts any certificate.
    func configuration(host: String, port: Int?, insecure: Bool) throws(RegistryError) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        if insecure { configuration.certificateVerification = .none }
        if let authoritiesFile, !insecure {
            guard access(authoritiesFile, R_OK) == 0 else {
                throw .configuration(
                    file: authoritiesFile, line: nil, reason: "SSL_CERT_FILE names a file that cannot be read")
            }
            configuration.trustRoots = .file(authoritiesFile)
        }
        try addCertificates(host: host, port: port, to: &configuration)
        return configuration
    }

    /// containers-certs.d(5): `DIRECTORY/HOST[:PORT]/` with `*.crt`, and pairs of `NAME.cert` and `NAME.key`.
    private func addCertificates(host: String, port: Int?, to configuration: inout TLSConfiguration)
        throws(RegistryError)
    {
        let names = port.map { ["\(host):\($0)"] } ?? [host, "\(host):443"]
        for parent in directories {
            for name in names {
                let directory = "\(parent)/\(name)"
                guard let files = Self.files(in: directory) else { continue }
                for file in files where file.hasSuffix(".crt") {
                    let certificates = try Self.load("\(directory)/\(file)") { try NIOSSLCertificate.fromPEMFile($0) }
                    configuration.additionalTrustRoots.append(.certificates(certificates))
                }
                for file in files where file.hasSuffix(".cert") {
                    let stem = file.dropLast(".cert".count)
                    guard files.contains("\(stem).key") else {
                        throw .configuration(
                            file: "\(directory)/\(file)", line: nil, reason: "there is no \(stem).key beside it")
                    }
                    let chain = try Self.load("\(directory)/\(file)") { try NIOSSLCertificate.fromPEMFile($0) }
                    let key = try Self.load("\(directory)/\(stem).key") { try NIOSSLPrivateKey(file: $0, format: .pem) }
                    configuration.certificateChain = chain.map { .certificate($0) }
                    configuration.privateKey = .privateKey(key)
                }
                return
            }
        }
    }

    private static func load<Value>(_ path: String, _ read: (String) throws -> Value) throws(RegistryError) -> Value {
        do { return try read(path) } catch {
            throw .configuration(file: path, line: nil, reason: "not a readable PEM file")
        }
    }

    /// Names of the files in `directory`, sorted; nil if there is no such directory.
    static func files(in directory: String) -> [String]? {
        guard let stream = opendir(directory) else { return nil }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let offset = MemoryLayout<dirent>.offset(of: \dirent.d_name) ?? 0
            let name = String(cString: UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self))
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
