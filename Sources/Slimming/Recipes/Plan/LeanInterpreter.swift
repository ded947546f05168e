import DockerfileSyntax

/// An interpreter with its libraries on an empty base: for applications that start nothing else.
enum LeanInterpreter {
    /// Whether the application was seen to start only its interpreter, and neither it nor a shell needs anything else.
    ///
    /// - Parameter client: Asks for the page of a health check in the place of a program for that.
    static func suffices(
        _ situation: Situation, _ evidence: Evidence, interpreter: [String], client: PageCheck.Client,
        starts: [String]
    ) -> Bool {
        guard evidence.observation.recordedFiles, evidence.image.kind("/usr/bin/ldd") == .file else { return false }
        var allowed = ["sh", "dash", "bash", "env"]
        if !isAnswered(evidence.config.healthcheck?.test ?? [], by: interpreter) {
            guard PageCheck.translated(situation.view, to: client) != nil else { return false }
            // Named by the check alone; started, they are what the application needs.
            allowed += ["curl", "wget"].filter { name in
                !evidence.observation.programs.contains { PathText.name($0) == name }
            }
        }
        let others = evidence.programs.filter { path in
            let name = PathText.name(path)
            return !interpreter.contains { name.hasPrefix($0) } && !allowed.contains(name)
                && !evidence.added.contains(path)
        }
        guard others.isEmpty else { return false }
        let scripts = evidence.observation.opened.filter { evidence.added.contains($0) && $0.hasSuffix(".sh") }
        guard scripts.isEmpty else { return false }
        let code = CodeText(evidence.image, directory: situation.applicationDirectory)
        return !starts.contains(where: code.contains) && !["curl", "wget"].contains(where: code.starts)
    }

    /// Lets the interpreter answer a health check that another program would be needed for.
    static func answerHealthCheck(
        _ plan: inout RuntimePlan, _ situation: Situation, _ evidence: Evidence, interpreter: [String],
        client: PageCheck.Client
    ) {
        guard !isAnswered(evidence.config.healthcheck?.test ?? [], by: interpreter),
            let check = PageCheck.translated(situation.view, to: client)
        else { return }
        plan.setHealthCheck(check, by: client, situation)
    }

    /// Whether a health check starts nothing but the interpreter.
    static func isAnswered(_ test: [String], by interpreter: [String]) -> Bool {
        guard test.count > 1, test[0] != "NONE" else { return true }
        func isKnown(_ name: String) -> Bool { interpreter.contains { PathText.name(name).hasPrefix($0) } }
        if test[0] == "CMD" { return isKnown(test[1]) }
        // What is in a substitution is not read here.
        guard !test[1].contains("$("), !test[1].contains("`") else { return false }
        return ShellScript(test[1]).commands.allSatisfy { isKnown($0.name) || ["exit", "true"].contains($0.name) }
    }

    /// The part of the plan that makes the root file system.
    ///
    /// - Parameter libraries: Directories of the original whose libraries come along with what they are linked with.
    static func root(
        _ situation: Situation, _ evidence: Evidence, interpreter: String, libraries: [String]
    ) -> RootFilesystem {
        var root = RootFilesystem(situation)
        root.linked = [interpreter]
        root.shell = true
        root.files = [
            "/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/openssl.cnf", "/usr/lib/ssl", "/etc/nsswitch.conf",
            "/etc/mime.types", "/usr/share/zoneinfo", "/usr/lib/locale/C.utf8",
        ]
        root.add(libraries: evidence.loadedByName(program: interpreter, besides: libraries), of: evidence.image)
        return root
    }

    /// Where programs are looked for on an empty base.
    ///
    /// - Parameter directory: The place of the interpreter, in front of what is usual.
    static func path(besides directory: String) -> String {
        var places = ["/usr/local/bin", "/usr/bin", "/bin"]
        places.removeAll { $0 == directory }
        return ([directory] + places).joined(separator: ":")
    }
}
