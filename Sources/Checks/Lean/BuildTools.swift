import DockerfileSyntax

extension Rule {
    /// Build tools are installed in the final image.
    static let buildTools = Rule(
        "WT0001", name: "build-tools-in-final-image", family: .whittle, severity: .warning,
        summary: "build tools are installed in the final image",
        documentation: Documentation(
            """
            Compilers, headers and version control are needed to build, and then never again: hundreds of megabytes to be pulled, and
            tools for whoever breaks in. Install them in a stage of their own, build there, and copy the result; or, for a compiled
            module or two, remove them in the same `RUN`.

            There is no fix here: which files the build leaves behind, and which of them the program needs, is seen only by building
            and running it. `whittle slim` does that, and proves its result.
            """,
            bad: """
                FROM debian:12-slim
                RUN apt-get update && apt-get install -y gcc libc6-dev
                COPY main.c /
                RUN gcc -o /app /main.c
                CMD ["/app"]
                """,
            good: """
                FROM debian:12-slim AS build
                RUN apt-get update && apt-get install -y gcc libc6-dev
                COPY main.c /
                RUN gcc -o /app /main.c

                FROM debian:12-slim
                COPY --from=build /app /app
                CMD ["/app"]
                """)
    ) { context in
        context.fact(FinalImage.self).runs.compactMap { run in
            var tools: [String] = []
            var place: SourceRange?
            for command in run.commands {
                let found = SystemPackages.installed(by: command).filter(isBuildTool)
                if found.isEmpty { continue }
                place = place ?? run.place(command.range)
                tools += found
            }
            // What the same step removes again is in no layer.
            if tools.isEmpty || run.commands.contains(where: SystemPackages.removes) { return nil }
            let names =
                tools.prefix(4).joined(separator: ", ") + (tools.count > 4 ? " and \(tools.count - 4) more" : "")
            return Match(
                run.statement.range, focus: place,
                message: "\(names) in the final image: build in a stage of its own and copy the result")
        }
    }

    private static let buildToolNames: Set<String> = [
        "autoconf", "automake", "bison", "build-base", "build-essential", "cargo", "clang", "cmake", "default-jdk",
        "default-jdk-headless", "flex", "g++", "gcc", "gcc-c++", "gfortran", "git", "go", "golang", "golang-go",
        "gradle",
        "libtool", "linux-headers", "llvm", "make", "maven", "mercurial", "meson", "musl-dev", "nasm", "ninja",
        "ninja-build",
        "patch", "pkg-config", "pkgconf", "pkgconfig", "rpm-build", "rust", "rustc", "subversion", "yasm",
    ]

    private static func isBuildTool(_ package: String) -> Bool {
        buildToolNames.contains(package) || package.hasSuffix("-dev") || package.hasSuffix("-devel")
            || package.hasSuffix("-headers") || package.hasPrefix("gcc-") || package.hasPrefix("g++-")
            || (package.hasPrefix("openjdk-") && package.contains("-jdk"))
    }
}
