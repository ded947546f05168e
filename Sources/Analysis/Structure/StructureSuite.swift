/// What an image has to be like: the tests of a container-structure-test file, schema 2.0.0.
public struct StructureSuite: Sendable {
    /// The file.
    public var file: String
    /// Variables for every command.
    public var variables: [(key: String, value: String)] = []
    /// Commands that are run.
    public var commands: [CommandTest] = []
    /// Files that are to be there or not.
    public var files: [FileTest] = []
    /// What files are to hold.
    public var contents: [ContentTest] = []
    /// What the configuration is to be; nil when nothing is asked.
    public var metadata: MetadataTest?
    /// Licences that files must not have.
    public var licenses: [LicenseTest] = []
    /// How commands are run.
    public var options = RunOptions()

    /// A suite without tests.
    public init(file: String) { self.file = file }

    /// A command, and what it is to print.
    public struct CommandTest: Sendable {
        /// What the test is called.
        public var name = ""
        /// Commands that come before.
        public var setup: [[String]] = []
        /// Commands that come after.
        public var teardown: [[String]] = []
        /// Variables for the command.
        public var variables: [(key: String, value: String)] = []
        /// The program and its arguments; `$NAME` stands for the image's variables.
        public var arguments: [String] = []
        /// Patterns that are to be in the output.
        public var expectedOutput: [String] = []
        /// Patterns that are not to be in the output.
        public var excludedOutput: [String] = []
        /// Patterns that are to be in what is written to standard error.
        public var expectedError: [String] = []
        /// Patterns that are not to be in what is written to standard error.
        public var excludedError: [String] = []
        /// The exit status.
        public var exitCode: Int32 = 0

        /// A test without a command.
        public init() {}
    }

    /// A file that is to be there or not.
    public struct FileTest: Sendable {
        /// What the test is called.
        public var name = ""
        /// Where the file is; `$NAME` stands for the image's variables.
        public var path = ""
        /// Whether it is to be there.
        public var shouldExist = true
        /// Kind and permissions as Go writes them: `-rw-r--r--`, `dtrwxrwxrwx`.
        public var permissions: String?
        /// The owner.
        public var uid: Int?
        /// The group.
        public var gid: Int?
        /// Who is to be able to execute it: `owner`, `group`, `other` or `any`.
        public var isExecutableBy: String?

        /// A test without a path.
        public init() {}
    }

    /// What a file is to hold.
    public struct ContentTest: Sendable {
        /// What the test is called.
        public var name = ""
        /// Where the file is.
        public var path = ""
        /// Patterns that are to be in it.
        public var expected: [String] = []
        /// Patterns that are not to be in it.
        public var excluded: [String] = []

        /// A test without a path.
        public init() {}
    }

    /// A variable or label and its value.
    public struct Pair: Hashable, Sendable {
        /// The name.
        public var key: String
        /// The value, or a pattern.
        public var value: String
        /// Is the value a pattern?
        public var isPattern: Bool

        /// A pair.
        public init(key: String, value: String, isPattern: Bool = false) {
            self.key = key
            self.value = value
            self.isPattern = isPattern
        }
    }

    /// What the configuration is to be.
    public struct MetadataTest: Hashable, Sendable {
        /// Variables that are to be set.
        public var variables: [Pair] = []
        /// Variables that are not to be set.
        public var unboundVariables: [String] = []
        /// Labels that are to be set.
        public var labels: [Pair] = []
        /// Ports that are to be exposed.
        public var exposedPorts: [String] = []
        /// Ports that are not to be exposed.
        public var unexposedPorts: [String] = []
        /// Volumes that are to be there.
        public var volumes: [String] = []
        /// Volumes that are not to be there.
        public var unmountedVolumes: [String] = []
        /// The entry point.
        public var entrypoint: [String]?
        /// The command.
        public var cmd: [String]?
        /// The working directory.
        public var workdir: String?
        /// The user.
        public var user: String?

        /// Nothing is asked.
        public init() {}
    }

    /// Licences that files must not have.
    public struct LicenseTest: Sendable {
        /// Look at the packages below `/usr/share/doc`?
        public var debian = false
        /// Further files to look at.
        public var files: [String] = []

        /// Nothing to look at.
        public init() {}
    }

    /// How commands are run.
    public struct RunOptions: Sendable {
        /// As whom; nil for the image's user.
        public var user: String?
        /// With all capabilities?
        public var isPrivileged = false
        /// Variables that are handed on.
        public var variables: [String] = []
        /// A file of variables.
        public var variableFile: String?
        /// `SRC:DST[:ro]`.
        public var bindMounts: [String] = []

        /// As the image says.
        public init() {}
    }
}

/// What came of a structure test.
public struct StructureResult: Sendable {
    /// The file that the test is in.
    public let file: String
    /// The kind and name of the test.
    public let name: String
    /// Why it failed; empty when it passed.
    public let errors: [String]
    /// What the command wrote to standard output.
    public let output: String
    /// What the command wrote to standard error.
    public let errorOutput: String
    /// How long it took, in seconds.
    public let seconds: Double

    /// Did it pass?
    public var passed: Bool { errors.isEmpty }

    /// A result.
    public init(
        file: String, name: String, errors: [String], output: String = "", errorOutput: String = "", seconds: Double = 0
    ) {
        self.file = file
        self.name = name
        self.errors = errors
        self.output = output
        self.errorOutput = errorOutput
        self.seconds = seconds
    }
}
