import BuildGraph
import DockerfileSyntax
import FoundationEssentials
import OCI

/// The provenance of an image (SLSA), in the fields that BuildKit uses for its builds, so that what reads those reads it.
///
/// It says nothing about when and where the build ran: the same build gives the same provenance.
struct Provenance: Sendable {
    let options: ProvenanceOptions
    let build: BuildOptions
    let target: BuiltTarget
    let record: BuildRecord

    /// The statement's predicate, and its type.
    func predicate() throws -> (type: String, bytes: [UInt8]) {
        switch options.version {
        case .v1: return (InTotoStatement.PredicateType.provenance1, try CanonicalJSON.encode(version1))
        case .v02: return (InTotoStatement.PredicateType.provenance02, try CanonicalJSON.encode(version02))
        }
    }

    // MARK: The two forms

    private var version1: JSONValue {
        var source = configSource
        source["path"] = .string(record.dockerfile.path)
        var metadata: [String: JSONValue] = [
            "buildkit_completeness": .object([
                "request": .bool(isRequestComplete), "resolvedDependencies": .bool(hasAllDependencies),
            ]),
            "buildkit_metadata": .object(details),
        ]
        if options.isReproducible { metadata["buildkit_reproducible"] = .bool(true) }
        if isHermetic { metadata["buildkit_hermetic"] = .bool(true) }
        return .object([
            "buildDefinition": .object([
                "buildType": .string(
                    "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md"),
                "externalParameters": .object(["configSource": .object(source), "request": .object(request)]),
                "internalParameters": .object(["builderPlatform": .string(Platform.host.description)]),
                "resolvedDependencies": .array(dependencies),
            ]),
            "runDetails": .object([
                "builder": .object(["id": .string(options.builderID)]), "metadata": .object(metadata),
            ]),
        ])
    }

    private var version02: JSONValue {
        var source = configSource
        source["entryPoint"] = .string(record.dockerfile.path)
        let vendor = "https://mobyproject.org/buildkit@v1"
        var metadata: [String: JSONValue] = [
            "completeness": .object([
                "parameters": .bool(isRequestComplete), "environment": .bool(true),
                "materials": .bool(hasAllDependencies),
            ]),
            "reproducible": .bool(options.isReproducible),
            vendor + "#metadata": .object(details),
        ]
        if isHermetic { metadata[vendor + "#hermetic"] = .bool(true) }
        return .object([
            "builder": .object(["id": .string(options.builderID)]),
            "buildType": .string(vendor),
            "invocation": .object([
                "configSource": .object(source), "parameters": .object(request),
                "environment": .object(["platform": .string(Platform.host.description)]),
            ]),
            "materials": .array(dependencies),
            "metadata": .object(metadata),
        ])
    }

    // MARK: Their parts

    private var configSource: [String: JSONValue] {
        guard let origin = build.contextOrigin else { return [:] }
        var source: [String: JSONValue] = ["uri": .string(origin.uri)]
        if let digest = origin.digest { source["digest"] = .object(digest.mapValues { .string($0) }) }
        return source
    }

    private var request: [String: JSONValue] {
        var request: [String: JSONValue] = ["frontend": .string("dockerfile.v0")]
        var arguments: [String: JSONValue] = [:]
        if let target = build.target { arguments["target"] = .string(target) }
        if options.mode == .max {
            for (name, value) in build.buildArguments { arguments["build-arg:" + name] = .string(value) }
            for (name, value) in build.labels { arguments["label:" + name] = .string(value) }
            let secrets = mounts { if case .secret(let mount) = $0 { (mount.id, mount.required) } else { nil } }
            if !secrets.isEmpty { request["secrets"] = secrets.json }
            let agents = mounts { if case .ssh(let mount) = $0 { (mount.id, mount.required) } else { nil } }
            if !agents.isEmpty { request["ssh"] = agents.json }
        }
        if !arguments.isEmpty { request["args"] = .object(arguments) }
        if build.contextOrigin == nil {
            request["locals"] = .array(
                (build.context == nil ? ["dockerfile"] : ["context", "dockerfile"]).map {
                    .object(["name": .string($0)])
                })
        }
        return request
    }

    /// Secrets or agents of all RUN steps by their names, and whether a step needs them.
    private func mounts(_ choose: (StepMount) -> (id: String, isRequired: Bool)?) -> [String: Bool] {
        var result: [String: Bool] = [:]
        for step in target.plan.stages.flatMap(\.steps) {
            guard case .run(let run) = step.kind else { continue }
            for (id, isRequired) in run.mounts.compactMap(choose) { result[id] = isRequired || result[id] ?? false }
        }
        return result
    }

    private var dependencies: [JSONValue] {
        var found: [String: [String: String]] = [:]
        for (input, image) in target.images {
            let reference = image.reference ?? input.reference
            found[reference.packageURL(platform: input.platform)] = [
                image.rootDigest.algorithm: image.rootDigest.hex
            ]
        }
        for remote in target.remotes { found[remote.uri] = remote.digest }
        if let origin = build.contextOrigin, let digest = origin.digest { found[origin.uri] = digest }
        return found.sorted { $0.key < $1.key }.map { uri, digest in
            .object(["uri": .string(uri), "digest": .object(digest.mapValues { .string($0) })])
        }
    }

    /// With `mode=max`, the Dockerfile and which line made what.
    private var details: [String: JSONValue] {
        guard options.mode == .max else { return [:] }
        var details: [String: JSONValue] = [
            "source": .object([
                "infos": .array([
                    .object([
                        "filename": .string(record.dockerfile.path), "language": .string("Dockerfile"),
                        "data": .string(Data(build.dockerfile.bytes).base64EncodedString()),
                    ])
                ])
            ])
        ]
        if let bytes = try? record.bytes(),
            let value = try? CanonicalJSON.decode(JSONValue.self, from: bytes, what: "build record")
        {
            details[BuildRecord.provenanceField] = value
        }
        return details
    }

    private var isRequestComplete: Bool {
        options.mode == .max || build.buildArguments.isEmpty && build.labels.isEmpty
    }

    /// Nothing but what is named with its digest went in: no directory of this machine did.
    private var hasAllDependencies: Bool {
        build.contextOrigin?.digest != nil
            && !build.namedContexts.values.contains { if case .directory = $0 { true } else { false } }
    }

    private var isHermetic: Bool {
        hasAllDependencies
            && target.plan.stages.flatMap(\.steps).allSatisfy { step in
                guard case .run(let run) = step.kind else { return true }
                return (run.network == .default ? build.run.network : run.network) == .none
            }
    }
}

/// Something from elsewhere that ADD fetched.
struct RemoteMaterial: Hashable, Sendable {
    var uri: String
    /// Hexadecimal, by algorithm.
    var digest: [String: String]
}

extension [String: Bool] {
    fileprivate var json: JSONValue {
        .array(
            sorted { $0.key < $1.key }.map { id, isRequired in
                isRequired ? .object(["id": .string(id)]) : .object(["id": .string(id), "optional": .bool(true)])
            })
    }
}

extension Plan {
    /// What ADD fetches from elsewhere, with the digests that the steps' inputs say.
    func remotes(_ definitions: [[StageGraphRun.StepDefinition]]) -> [RemoteMaterial] {
        var materials: [RemoteMaterial] = []
        for (index, stage) in stages.enumerated() {
            for (position, step) in stage.steps.enumerated() {
                guard case .copy(let copy) = step.kind else { continue }
                let parts = definitions[index][position].inputs.keyParts
                for (number, source) in copy.sources.enumerated() {
                    guard let value = parts.first(where: { $0.name == "source[\(number)] content" })?.value else {
                        continue
                    }
                    switch source {
                    case .http(let url):
                        guard let digest = try? Digest(parsing: value) else { continue }
                        materials.append(RemoteMaterial(uri: url, digest: [digest.algorithm: digest.hex]))
                    case .git(let url):
                        materials.append(
                            RemoteMaterial(uri: url, digest: [value.utf8.count == 64 ? "sha256" : "sha1": value]))
                    case .path, .inline: continue
                    }
                }
            }
        }
        return materials
    }
}
