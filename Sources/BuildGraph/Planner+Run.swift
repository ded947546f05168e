import DockerfileSyntax
import OCI

extension Planner {
    mutating func addRun(_ run: Run, _ command: StageState.Command, _ index: Int) throws(PlanError) {
        let range = command.instruction.range
        if let device = run.devices.first { throw PlanError(.devicesUnsupported, range: device.range) }
        let environment = stages[index].environment
        var words = run.command.words
        var script: RunStep.Script?
        var display = command.instruction.original
        if let first = run.command.files.first {
            guard words.count == 1, run.command.isShellForm else { throw PlanError(.invalidRunCommand, range: range) }
            if run.command.isLoneHeredoc {
                let data = first.stripsTabs ? strippingLeadingTabs(first.data) : first.data
                if data.hasPrefix("#!") {
                    script = RunStep.Script(name: first.name, data: data)
                    words = ["/dev/pipes/" + first.name]
                } else {
                    words = [data]
                }
                display += " (\(summary(of: first.data)))"
            } else {
                words = [
                    run.command.files.reduce(into: words[0]) { text, file in text += "\n" + file.data + file.name }
                ]
            }
        }
        let arguments = run.command.isShellForm ? withShell(words, index) : words

        let step = RunStep(
            arguments: arguments, environment: environment.assignments, proxyEnvironment: proxyEnvironment(),
            workingDirectory: stages[index].config.config.workingDir,
            user: stages[index].config.config.user, mounts: try mounts(of: run, command, index),
            network: run.network, security: run.security, hostname: sandboxHostname, script: script)
        addStep(
            .run(step), command, index,
            history: "RUN " + historyText(arguments, index, environment) + " # buildkit", displayText: display)
    }

    /// `|2 A=1 B=2 /bin/sh -c …`: the declared arguments with their values, then the command.
    private func historyText(_ arguments: [String], _ index: Int, _ environment: EnvironmentList) -> String {
        var declared: [(name: String, text: String)] = []
        for argument in stages[index].buildArguments {
            let value = environment.value(argument.name) ?? argument.defaultValue ?? ""
            let text = "\(argument.name)=\(value)"
            if let known = declared.firstIndex(where: { $0.name == argument.name }) {
                declared[known].text = text
            } else {
                declared.append((argument.name, text))
            }
        }
        let prefix = declared.isEmpty ? [] : ["|\(declared.count)"] + declared.map(\.text)
        return (prefix + arguments).joined(separator: " ")
    }

    /// Proxies given as build arguments reach the process in both spellings, but not the image nor the cache key.
    private func proxyEnvironment() -> [String] {
        var result: [String] = []
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"] {
            let given = options.buildArguments.keys.sorted().last { $0.uppercased() == name }
            guard let key = given, let value = options.buildArguments[key], !value.isEmpty else { continue }
            result += ["\(name)=\(value)", "\(name.lowercased())=\(value)"]
        }
        return result
    }

    private var sandboxHostname: String? {
        guard let name = options.buildArguments["BUILDKIT_SANDBOX_HOSTNAME"], !name.isEmpty else { return nil }
        return name
    }

    private func strippingLeadingTabs(_ data: String) -> String {
        data.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.drop { $0 == "\t" } }.joined(separator: "\n")
    }

    private func summary(of data: String) -> String {
        let lines = data.split(whereSeparator: \.isNewline)
        return String(lines.first ?? "") + (lines.count > 1 ? "..." : "")
    }

    // MARK: Mounts

    private func mounts(
        of run: Run, _ command: StageState.Command, _ index: Int
    ) throws(PlanError) -> [StepMount] {
        var result: [StepMount] = []
        let environment = stages[index].environment
        for (position, written) in run.mounts.enumerated() {
            let mount: ParsedRunMount
            do {
                mount = try written.parse(expanding: { word in try expander.expand(word, environment).result })
            } catch {
                throw PlanError(.invalidMount("\(error)"), range: written.range)
            }
            result.append(
                try resolve(mount, source: command.sources[position], index: index, range: written.range))
        }
        return result
    }

    private func resolve(
        _ mount: ParsedRunMount, source: Int?, index: Int, range: SourceRange
    ) throws(PlanError) -> StepMount {
        if let source, !stages[source].isImplicit, !stages[source].isDispatched {
            throw PlanError(
                .mountStageNotYetDefined(stage: mount.from ?? "", target: mount.target ?? ""), range: range)
        }
        switch mount.kind {
        case .secret:
            return .secret(try secret(mount, index, range))
        case .ssh:
            if let path = mount.source, !path.isEmpty {
                throw PlanError(.invalidMount("ssh does not support source"), range: range)
            }
            return .ssh(
                StepMount.SSHMount(
                    id: mount.id ?? "default", target: mount.target, required: mount.required,
                    mode: mount.mode ?? 0o600, uid: mount.uid ?? 0, gid: mount.gid ?? 0))
        case .tmpfs:
            return .tmpfs(target: try target(of: mount, index, range), size: mount.sizeLimit ?? 0)
        case .bind:
            return .bind(
                source: source.map { .stage($0) } ?? .context, path: sourcePath(mount),
                target: try target(of: mount, index, range), readOnly: mount.readOnly)
        case .cache:
            let target = try target(of: mount, index, range)
            return .cache(
                StepMount.CacheMount(
                    id: mount.id ?? AbsolutePath.clean(mount.target ?? target), target: target,
                    source: source.map { .stage($0) }, sourcePath: sourcePath(mount), sharing: mount.sharing,
                    readOnly: mount.readOnly, mode: mount.mode, uid: mount.uid, gid: mount.gid))
        }
    }

    private func sourcePath(_ mount: ParsedRunMount) -> String {
        AbsolutePath.clean("/" + (mount.source ?? ""))
    }

    private func target(
        of mount: ParsedRunMount, _ index: Int, _ range: SourceRange
    ) throws(PlanError) -> String {
        let written = mount.target ?? ""
        let directory = stages[index].config.config.workingDir
        let target =
            AbsolutePath.clean(written).hasPrefix("/")
            ? AbsolutePath.clean(written) : AbsolutePath.clean("/\(directory)/\(written)")
        if target == "/" { throw PlanError(.invalidMountTarget(target), range: range) }
        return target
    }

    private func secret(
        _ mount: ParsedRunMount, _ index: Int, _ range: SourceRange
    ) throws(PlanError) -> StepMount.SecretMount {
        // `source` is an older spelling of `id` and wins over it.
        var id = mount.source.flatMap { $0.isEmpty ? nil : $0 } ?? mount.id ?? ""
        let target = mount.target ?? ""
        if id.isEmpty {
            if target.isEmpty { throw PlanError(.invalidMount("one of source, target required"), range: range) }
            id = AbsolutePath.base(target)
        }
        var file: String?
        if !target.isEmpty {
            file = AbsolutePath.resolve(target, in: stages[index].config.config.workingDir)
        }
        if mount.environmentName == nil, file == nil { file = "/run/secrets/" + AbsolutePath.base(id) }
        return StepMount.SecretMount(
            id: id, target: file, environmentName: mount.environmentName, required: mount.required,
            mode: mount.mode ?? 0o400, uid: mount.uid ?? 0, gid: mount.gid ?? 0)
    }
}
