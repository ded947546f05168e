/// A Java runtime made by jlink.
struct JavaRuntime: Sendable {
    /// Where it is in the image.
    static let home = "/opt/java-runtime"

    private let modules: [String]
    private let developmentKit: String

    /// Nil when the development kit has nothing to link.
    init?(_ situation: Situation, _ evidence: Evidence, javaHome: String) {
        let found = evidence.image.names(javaHome + "/jmods").filter { $0.hasSuffix(".jmod") }.map {
            String($0.dropLast(5))
        }
        developmentKit = javaHome
        modules = Self.forRunning(found)
        if self.modules.isEmpty { return nil }
    }

    /// Of the modules that are there those that are no tools: the platform by its one name, and what is beside it.
    static func forRunning(_ modules: [String]) -> [String] {
        let platform = "java.se"
        let hasPlatform = modules.contains(platform)
        return modules.filter { name in
            if tools.contains(name) || name.hasPrefix("jdk.internal.") || name.hasPrefix("jdk.incubator") {
                return false
            }
            guard name.hasPrefix("java.") else { return true }
            // What the platform is made of comes with it.
            return hasPlatform ? [platform, "java.smartcardio"].contains(name) : name != "java.se.ee"
        }.sorted()
    }

    /// Modules of tools for development; everything else may be what a program asks for by reflection or as a service.
    private static let tools: Set<String> = [
        "jdk.compiler", "jdk.javadoc", "jdk.jshell", "jdk.jlink", "jdk.jdeps", "jdk.jconsole", "jdk.jpackage",
        "jdk.jartool", "jdk.jcmd",
        "jdk.jdi", "jdk.jstatd", "jdk.hotspot.agent",
        "jdk.editpad", "jdk.random.tools",
        "jdk.jdwp.agent", "jdk.rmic", "jdk.pack",
        "jdk.graal.compiler",
        "jdk.graal.compiler.management", "jdk.aot", "jdk.unsupported.desktop",
    ]

    /// The development kit's roots of trust.
    private var roots: String { developmentKit + "/lib/security/cacerts" }

    /// Paths by which the command calls Java.
    private func links(_ situation: Situation) -> [String] {
        situation.view.commandWords.filter { $0.hasPrefix("/") && PathText.name($0) == "java" }.map {
            PathText.join("/", $0)
        }
    }

    /// The commands that make it.
    private func commands(_ directory: String, _ evidence: Evidence) -> [String] {
        var commands = [
            "jlink --add-modules \(modules.joined(separator: ",")) --no-header-files --no-man-pages --compress=2 --output \(directory)"
        ]
        // Distributions keep the roots of trust elsewhere, and companies add theirs.
        if evidence.image.kind(roots) == .file {
            let home = evidence.variable("JAVA_HOME") == nil ? developmentKit : "\"$JAVA_HOME\""
            commands.append("cp -L \(home)/lib/security/cacerts \(directory)/lib/security/cacerts")
        }
        return commands
    }

    /// A last stage with the runtime: on nothing, or on a distribution.
    func plan(_ variant: String, _ bases: [String], _ situation: Situation, _ evidence: Evidence) -> RuntimePlan {
        var plan = RuntimePlan(name: "java-jlink-\(variant)", bases: bases)
        plan.provided = [developmentKit]
        let build = Composer.buildName(situation.view)
        plan.steps.append(
            situation.step(
                "java-runtime", at: situation.fromNode,
                "jlink makes a runtime of the modules that are no tools; compilers and sources stay in the build stage")
        )
        if variant == "scratch" {
            var root = RootFilesystem(situation)
            root.first = commands(RootFilesystem.directory + Self.home, evidence)
            root.linkedDirectories = [RootFilesystem.directory + Self.home]
            root.shell = true
            root.files = ["/etc/ssl/certs/ca-certificates.crt", "/etc/nsswitch.conf"] + evidence.locales
            let opensFonts = evidence.observation.opened.contains {
                $0.hasPrefix("/usr/share/fonts") || $0.hasPrefix("/etc/fonts")
            }
            if opensFonts { root.files += ["/usr/share/fonts", "/etc/fonts"] }
            root.add(
                libraries: evidence.loadedByName(program: developmentKit + "/bin/java", besides: [developmentKit]),
                of: evidence.image)
            root.settle(situation.buildStageHas)
            root.first += links(situation).flatMap { path in
                [
                    "mkdir -p \(RootFilesystem.directory)\(PathText.parent(path))",
                    "ln -s \(Self.home)/bin/java \(RootFilesystem.directory)\(path)",
                ]
            }
            // What the base has does not change with the sources: made in front of them, it is made once.
            let isInBase = (root.files + root.libraries + [roots]).allSatisfy { evidence.base.kind($0) != nil }
            plan.start(
                from: root, situation, early: isInBase && !situation.view.buildsAsOther,
                comment: "A Java runtime without the development kit, and the shared libraries that it loads.")
            plan.user = AccountSetup.plain(situation)
            plan.setup = [
                "ENV JAVA_HOME=\(Self.home) PATH=\(Self.home)/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
            ]
        } else {
            let lines = [
                "# A Java runtime without the development kit.",
                "RUN " + commands(Self.home, evidence).joined(separator: " \\\n    && "),
            ]
            if !situation.view.buildsAsOther, evidence.base.kind(roots) != nil {
                plan.buildHead = lines
            } else {
                plan.buildTail = lines
            }
            plan.copies.append("COPY --from=\(build) \(Self.home) \(Self.home)")
            plan.user = AccountSetup.user(
                situation, setup: variant == "alpine" ? .alpine : .debian)
            plan.setup = ["ENV JAVA_HOME=\(Self.home) PATH=\(Self.home)/bin:$PATH"]
            plan.setup += links(situation).map {
                "RUN mkdir -p \(PathText.parent($0)) && ln -s \(Self.home)/bin/java \($0)"
            }
        }
        return plan
    }
}
