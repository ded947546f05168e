/// One way to make the image lean. Plans are tried from the leanest to the safest.
struct RuntimePlan: Sendable {
    /// Which recipe and variant it is, for reports.
    var name: String
    /// Images that would do as the base of the last stage, best first; the first one that can be had is used.
    var bases: [String]
    /// Lines at the beginning of the build stage, before its first step.
    var buildHead: [String] = []
    /// RUN instructions of the build stage with other text.
    var replacements: [Int: String] = [:]
    /// Lines in front of an instruction of the build stage.
    var insertions: [Int: [String]] = [:]
    /// Instructions of the build stage that move behind another one.
    var moves: [(node: Int, behind: Int)] = []
    /// Lines behind an instruction of the build stage and what moves there.
    var additions: [Int: [String]] = [:]
    /// Lines at the end of the build stage.
    var buildTail: [String] = []
    /// Lines of the last stage that come before anything is copied: variables, packages.
    var setup: [String] = []
    /// What the last stage copies.
    var copies: [String] = []
    /// Directories of the original whose programs and libraries the plan has in another form: no package brings them.
    var provided: [String] = []
    /// Directories of the application that the account has to be able to write, with what is in them.
    var written: [String] = []
    /// Whether files are among the copied that only their owner can read.
    var hasPrivateFiles = false
    /// Comments above the last stage.
    var reasons: [String] = []
    /// Ports that were found open and that the original does not name.
    var ports: [UInt16] = []
    /// Who the image runs as; nil leaves that as it is.
    var user: RuntimeUser?
    /// Another text for the command, by the index of its instruction.
    var commands: [Int: String] = [:]
    /// What is done, and why.
    var steps: [SlimStep] = []
    /// Variables of the build stage that the image does not need.
    var buildOnlyVariables: Set<String> = []
    /// Instructions that the last stage does without.
    var cuts: Set<Int> = []
    /// Whether the base of the last stage is a complete distribution, in which RUN works.
    var hasShell = true

    /// Whether there is no new stage: the base of the only one is exchanged.
    var isInPlace = false
    /// Whether packages that others only recommend stay.
    var keepsRecommended = false
    /// Whether another program checks the image's health.
    private(set) var changesHealthCheck = false
    /// Whether another program serves, which has its own way to be stopped.
    var changesServer = false
    /// Whether the image is a better one even if it is as large as the original.
    var isWorthSameSize = false

    init(name: String, bases: [String]) {
        self.name = name
        self.bases = bases
    }
}

extension RuntimePlan {
    /// Has another program check the image's health.
    mutating func setHealthCheck(
        _ check: (node: Int, text: String), by client: PageCheck.Client, _ situation: Situation
    ) {
        commands[check.node] = check.text
        changesHealthCheck = true
        steps.append(
            situation.step(
                "health-check", at: check.node,
                "the image has \(client.rawValue), which asks the same; nothing has to be installed for that"))
    }

    /// Says why the image starts from what it does, in the place of an earlier reason.
    mutating func noteBase(_ why: String, _ situation: Situation) {
        steps.removeAll { $0.id == "runtime-base" }
        steps.append(situation.step("runtime-base", at: situation.fromNode, why))
    }

    /// Starts the image from nothing but what the build stage gathers.
    ///
    /// - Parameter early: Whether it can be gathered before all other steps.
    mutating func start(from root: RootFilesystem, _ situation: Situation, early: Bool = false, comment: String) {
        let lines = root.lines(comment: comment)
        if early { buildHead = lines } else { buildTail += lines }
        // The parent is copied: a copy of /tmp itself would get other permissions.
        copies.insert("COPY --from=\(Composer.buildName(situation.view)) \(RootFilesystem.directory)/ /", at: 0)
        hasShell = false
    }

    /// Gives the reason for an account, if there is one.
    mutating func noteAccount(_ situation: Situation) {
        guard let user else { return }
        if user.isOriginal {
            steps.append(
                situation.step(
                    "numeric-user", at: situation.fromNode,
                    "the account is named by its number, which can be checked without looking into the image"))
            return
        }
        steps.append(
            situation.step(
                "non-root-user", at: situation.fromNode,
                "the process runs as an account without rights instead of root"))
    }

    /// Says what of the application's directory is not copied, if anything.
    mutating func noteDropped(_ files: ApplicationFiles, _ situation: Situation) {
        guard !files.dropped.isEmpty else { return }
        steps.append(
            situation.step(
                "copy-needed-files", at: situation.fromNode,
                "only what runs is copied; left out: \(files.dropped.joined(separator: ", "))"))
    }
}

/// Who a container runs as.
struct RuntimeUser: Sendable, Equatable {
    /// The numbers, as USER has them.
    var ids: String
    /// Lines that make the account where the base has none.
    var setup: [String]
    /// Directories that it has to be able to write.
    var writable: [String]
    /// Whether the original runs as the same.
    var isOriginal = false
    /// Whether the application's files are its own in the original.
    var ownsApplication = false

    init(ids: String, setup: [String], writable: [String]) {
        self.ids = ids
        self.setup = setup
        self.writable = writable
    }
}
