import BuildContext
import BuildGraph
import Glibc
import OCI
import Sandbox
import Store

extension BuildSession {
    /// Carries out COPY or ADD on top of the parent, or on an empty layer with `--link`.
    ///
    /// - Returns: the layer, and what went where.
    func copy(
        _ copy: CopyStep, step: Step, after parent: StageResult, definition: StageGraphRun.StepDefinition,
        sources: [Int: StepSourceState], time: Int64, vertex: VertexID
    ) async throws -> (LayerID, [CopyPlacement]) {
        let tree: MountedTree?
        switch copy.from {
        case .stage(let index):
            guard let source = sources[index] else {
                throw BuildError.stepFailed(step: FailedStep(step), reason: "the stage to copy from was not built")
            }
            tree = try await self.tree(of: source, vertex: vertex)
        case .context:
            tree = options.context.map { .context($0) }
        }
        let fetched = try await remotes.fetch(copy, step: step, known: definition.inputs.fetched, vertex: vertex)
        let lowers = copy.link ? [] : try await fetcher.directories(of: parent.state)
        let mountsParent = !lowers.isEmpty
        return try await blocking { [self] in
            let request = try CopyRequest(copy, tree: tree, fetched: fetched, onlyPaths: false)
            let selection = try CopySelection.resolve(request)
            var placements: [CopyPlacement] = []
            let layer = try change(lowers: lowers, on: copy.link ? nil : parent.state.topLayer) { root in
                let engine = CopyEngine(
                    ownerDatabase: mountsParent ? root : nil, newFileTime: FileTime(seconds: time))
                placements = try engine.copy(selection, into: root)
            }
            return (layer, placements)
        }
    }

    /// Makes the directory of WORKDIR.
    func makeWorkdir(
        _ workdir: WorkdirStep, after parent: StageResult, time: Int64, vertex: VertexID
    ) async throws -> LayerID {
        let lowers = try await fetcher.directories(of: parent.state)
        return try await blocking { [self] in
            try change(lowers: lowers, on: parent.state.topLayer) { root in
                _ = try WorkdirMaker.make(
                    workdir.path, in: root, user: workdir.user, hasDatabase: !lowers.isEmpty,
                    time: FileTime(seconds: time))
            }
        }
    }

    /// The layer that a directory of the host is, when a stage starts from it.
    func layer(of directory: ContextDirectory, key: Digest, name: String) async throws -> LayerID {
        if let found = try cache.find(key) { return found.layer }
        return try await progress.vertex("[context \(name)] load files") { _ in
            try await blocking { [self] in
                let layer = try change(lowers: [], on: nil) { root in
                    try copyAll(of: directory, path: "/", into: root)
                }
                try cache.record(
                    StepResult(key: key, layer: layer, newestInput: 0, isCached: false, milliseconds: 0),
                    under: [key], key: CacheKey(kind: "tree"), step: name, place: name)
                return layer
            }
        }
    }

    /// A copy of a part of a context, as a container may see it: without what is ignored, and owned by root.
    func contextCopy(of context: ContextDirectory, path: String) async throws -> String {
        try await blocking { [self] in
            if try isUsableInPlace(context) { return context.path }
            let directory = try scratch.directory("context")
            try copyAll(of: context, path: path, into: directory + path)
            return directory
        }
    }

    /// Nothing is hidden and everything is root's: the directory itself can be shown to a container.
    private func isUsableInPlace(_ context: ContextDirectory) throws -> Bool {
        guard context.ignorePatterns.isEmpty else { return false }
        let files = try TreeWalker(root: context.path).walk()
        return files.root.uid == 0 && files.root.gid == 0 && files.entries.allSatisfy { $0.uid == 0 && $0.gid == 0 }
    }

    private func copyAll(of context: ContextDirectory, path: String, into destination: String) throws {
        let tree = try MountedTree.context(context).sourceTree
        let request = CopyRequest(sources: [.path(path, in: tree)], destination: destination)
        let selection = try CopySelection.resolve(request)
        try CopyEngine(ownerDatabase: nil, newFileTime: FileTime(seconds: 0)).copy(selection, into: "/")
    }

    /// Mounts the parent with a new upper directory, lets `body` change it, and keeps the changes as a layer.
    private func change(lowers: [String], on parent: LayerID?, _ body: (String) throws -> Void) throws -> LayerID {
        let snapshot = try store.newSnapshot(on: parent)
        if lowers.isEmpty {
            try body(snapshot.upper)
        } else {
            let root = try scratch.directory("root")
            try OverlayMount.mount(lowers: lowers, upper: snapshot.upper, work: snapshot.work, at: root)
            defer {
                try? OverlayMount.unmount(root)
                rmdir(root)
            }
            try body(root)
        }
        return try snapshot.commit()
    }
}

extension CopyRequest {
    /// The engine's form of a planned step. With `onlyPaths`, sources that are not in a tree are left out.
    init(_ copy: CopyStep, tree: MountedTree?, fetched: [String: FetchedSource], onlyPaths: Bool) throws {
        var sources: [CopySource] = []
        for source in copy.sources {
            switch source {
            case .path(let path):
                guard let tree else { throw BuildError.options("there is no build context to read \(path) from") }
                sources.append(.path(path, in: try tree.sourceTree))
            case .inline(let name, let data):
                if !onlyPaths { sources.append(.inlineFile(name: name, data: Array(data.utf8))) }
            case .http(let url), .git(let url):
                guard !onlyPaths, let source = fetched[url] else { continue }
                sources.append(source.copySource(url: url))
            }
        }
        self.init(sources: sources, destination: copy.destination, isAdd: copy.isAdd)
        chown = copy.chown
        chmod = try copy.chmod.map { try ModeChange(parsing: $0) }
        keepsParents = copy.parents
        excludes = copy.excludes
        unpack = copy.unpack
    }
}
