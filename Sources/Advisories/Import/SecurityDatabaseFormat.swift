import OCI

/// Alpine's secdb, which Wolfi and Chainguard have too: fixed versions by source package.
enum SecurityDatabaseFormat: AdvisoryFormat {
    static func recognizes(_ shape: DocumentShape) -> Bool {
        shape.keys.contains("packages") && (shape.keys.contains("reponame") || shape.keys.contains("distroversion"))
    }

    static func read(_ document: [UInt8], into sink: any ImportSink) throws(JSONFault) {
        let value = try JSONCursor.value(of: document)
        let ecosystem = ecosystem(of: value)
        let repository = value["reponame"]?.text ?? "main"
        for element in value["packages"]?.elements ?? [] {
            guard let package = element["pkg"], let name = package["name"]?.text else { continue }
            // One vulnerability may be listed with several versions: each fixed more of it.
            var fixes: [String: Set<String>] = [:]
            for (version, identifiers) in package["secfixes"]?.fields ?? [:] {
                for line in identifiers.texts { fixes[line, default: []].insert(version) }
            }
            for (line, versions) in fixes {
                let identifiers = line.split(whereSeparator: { " \t,".contains($0) }).map(String.init)
                guard let first = identifiers.first else { continue }
                var advisory = Advisory(key: "secdb/\(ecosystem)/\(repository)/\(name)/\(first)", id: first)
                advisory.aliases = Array(identifiers.dropFirst())
                advisory.affected = [affected(ecosystem, name, versions)]
                sink.add(advisory)
            }
        }
    }

    private static func affected(_ ecosystem: String, _ name: String, _ versions: Set<String>) -> AffectedPackage {
        var affected = AffectedPackage(ecosystem: ecosystem, name: name)
        let fixed = versions.subtracting(["0"]).max { VersionOrder.apk.compare($0, $1) < 0 }
        if let fixed {
            affected.ranges = [VersionRange(events: [.introduced("0"), .fixed(fixed)])]
        } else {
            // Version 0 says: never vulnerable here.
            affected.status = .notAffected
        }
        return affected
    }

    private static func ecosystem(of value: JSONValue) -> String {
        let prefix = value["urlprefix"]?.text ?? ""
        if prefix.contains("wolfi") { return "Wolfi" }
        if prefix.contains("cgr.dev") || prefix.contains("chainguard") { return "Chainguard" }
        let release = value["distroversion"]?.text ?? "edge"
        return "Alpine:" + release
    }
}
