import DockerfileSyntax

extension Rule {
    /// A stage copies programs that are linked with another C library.
    static let libraryMismatch = Rule(
        "WT0012", name: "libc-mismatch", family: .whittle, severity: .warning,
        summary: "a stage copies programs that are linked with another C library",
        documentation: Documentation(
            """
            Alpine's C library is musl, that of Debian and most others glibc. A program linked with one does not start on the other:
            `not found`, though the file is there. The same goes for native modules inside `node_modules` or a virtual environment, and
            for `scratch`, which has no library at all. Build on the same family that the result runs on, or link statically
            (`CGO_ENABLED=0`, a musl target).

            There is no fix here: either stage may be the one to change, and not every package is there for both.
            """,
            bad: """
                FROM node:20 AS build
                RUN npm ci

                FROM node:20-alpine
                COPY --from=build /app/node_modules /app/node_modules
                """,
            good: """
                FROM node:20-alpine AS build
                RUN npm ci

                FROM node:20-alpine
                COPY --from=build /app/node_modules /app/node_modules
                """)
    ) { context in
        let graph = context.fact(StageGraph.self)
        return context.stages.flatMap { facts -> [Match] in
            guard let target = library(under: facts.index, graph) else { return [] }
            return facts.instructions.compactMap { instruction in
                guard case .copy(let copy) = instruction.kind, let from = copy.from,
                    let source = StageLookup.stage(named: from, before: facts.index, context),
                    let origin = library(under: source, graph), origin != target, origin != .none,
                    let what = binaries(copy.paths.sources, source, graph)
                else { return nil }
                let place = target == .none ? "an image without a C library" : "an image with \(target.rawValue)"
                return Match(
                    instruction.range,
                    message: "copies \(what) that \(what.hasSuffix("s") ? "were" : "was") made on \(origin.rawValue) "
                        + "into \(place): native code in it does not load there")
            }
        }
    }

    private static func library(under index: Int, _ graph: StageGraph) -> KnownImage.Library? {
        switch graph.chain(of: index).last?.base {
        case .scratch: return KnownImage.Library.none
        case .image(let name): return KnownImage(name)?.library
        default: return nil
        }
    }

    /// What among the sources is native code of the stage: installed modules, or what its compiler made. Nil when there is
    /// none, or when the stage says that it links statically.
    private static func binaries(_ sources: [String], _ stage: Int, _ graph: StageGraph) -> String? {
        for source in sources {
            let parts = source.split(separator: "/")
            if parts.contains("node_modules") { return "node_modules" }
            if parts.contains("site-packages") || parts.contains(where: { ["venv", ".venv"].contains($0) }) {
                return "Python packages"
            }
        }
        guard let bottom = graph.chain(of: stage).last, case .image(let name) = bottom.base,
            let official = KnownImage(name)?.official
        else { return nil }
        let text = graph.chain(of: stage).flatMap { $0.instructions.map(\.original) }.joined(separator: "\n")
        let isStatic: Bool
        switch official {
        case "golang":
            isStatic = text.contains("CGO_ENABLED=0") || text.contains("CGO_ENABLED 0") || text.contains("-static")
        case "rust": isStatic = text.contains("musl") || text.contains("crt-static")
        case "gcc": isStatic = text.contains("-static")
        default: return nil
        }
        let compiles = ["go build", "go install", "cargo build", "cargo install", "gcc", "g++", "make", "cc "]
        guard !isStatic, compiles.contains(where: text.contains) else { return nil }
        // Text files among what a compiler stage hands over are no programs.
        let isProgram = sources.contains { source in
            let name = source.split(separator: "/").last ?? ""
            return !name.contains(".") && !source.hasPrefix("/etc/") && !source.hasPrefix("/usr/share/")
        }
        return isProgram ? "a program" : nil
    }
}
