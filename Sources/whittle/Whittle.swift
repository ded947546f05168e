import ArgumentParser

/// The root of the command line.
struct Whittle: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "whittle",
        abstract: "Build lean container images, without a daemon.",
        version: Version.text,
        subcommands: [
            BuildCommand.self,
            CheckCommand.self,
            SlimCommand.self,
            InitCommand.self,
            RunCommand.self,
            InspectCommand.self,
            CompareCommand.self,
            TestCommand.self,
            DatabaseCommand.self,
            SBOMCommand.self,
            ScanCommand.self,
            ImagesCommand.self,
            PullCommand.self,
            PushCommand.self,
            TagCommand.self,
            RemoveCommand.self,
            SaveCommand.self,
            LoadCommand.self,
            LoginCommand.self,
            LogoutCommand.self,
            PruneCommand.self,
            DiskUsageCommand.self,
        ])
}

/// The program's version.
enum Version {
    /// As printed by `--version`.
    static let text = "0.1.0"
}
