import FoundationEssentials
import Glibc
import Testing

@testable import BuildContext

/// The corpus' cases that copy a whole context with an ignore file: what a walk finds is what BuildKit put in the image.
@Suite struct IgnoreCorpusTests {
    struct Case: Decodable {
        struct Entry: Decodable {
            let type: String
            let mode: String?
            let size: Int64?
        }
        let name: String
        let destination: String
        let result: String
        let rootfs: [String: Entry]?
    }

    /// Prepares the cases whose Dockerfile says no more than `FROM scratch` and `COPY . DESTINATION`.
    private static let program = """
        import sys, os, re, json
        sys.dont_write_bytecode = True
        corpus, target = sys.argv[1:]
        sys.path.insert(0, corpus)
        import conformlib
        found = []
        for name in sorted(os.listdir(corpus + '/cases')):
            directory = corpus + '/cases/' + name
            if not os.path.exists(directory + '/context/.dockerignore'): continue
            case = json.load(open(directory + '/case.json'))
            text = open(directory + '/context/' + case['dockerfile']).read()
            match = re.fullmatch(r'FROM scratch\\nCOPY \\. (\\S+)\\n?', text)
            if not match or os.path.exists(directory + '/context/' + case['dockerfile'] + '.dockerignore'): continue
            conformlib.prepare(directory, target + '/' + name)
            golden = json.load(open(directory + '/golden.json'))
            destination = match[1].strip('/.')
            # A copy of the corpus without symbolic links has files with the targets in their place.
            for path, entry in golden.get('rootfs', {}).items():
                source = target + '/' + name + '/context/' + path[len(destination):].lstrip('/')
                if entry['type'] == 'symlink' and not os.path.islink(source):
                    text = open(source).read()
                    os.unlink(source)
                    os.symlink(text, source)
            found.append({'name': name, 'destination': destination, 'result': golden['result'],
                'rootfs': golden.get('rootfs')})
        json.dump(found, open(target + '/cases.json', 'w'))
        """

    @Test func walksLikeBuildKit() throws {
        let corpus = SharedCorpus.root + "/conformance"
        guard access(corpus + "/conformlib.py", R_OK) == 0, geteuid() == 0 else {
            print("skipped: no corpus in \(SharedCorpus.root), or not root")
            return
        }
        let scratch = try ScratchDirectory()
        try run(["python3", "-c", Self.program, corpus, scratch.path])
        let data = try Data(contentsOf: URL(filePath: scratch.path + "/cases.json"))
        let cases = try JSONDecoder().decode([Case].self, from: data)
        #expect(cases.count >= 15)
        for item in cases {
            let context = "\(scratch.path)/\(item.name)/context"
            let label = Comment(rawValue: item.name)
            let file = try #require(try IgnoreFile.find(contextDirectory: context, dockerfile: context + "/Dockerfile"))
            guard item.result == "success" else {
                #expect(throws: BuildContextError.self, label) { try file.matcher() }
                continue
            }
            let tree = try TreeWalker(root: context, ignoring: file.matcher()).walk()
            let prefix = item.destination.isEmpty ? "" : item.destination + "/"
            var expected: [String] = []
            for (path, entry) in item.rootfs ?? [:] where path.hasPrefix(prefix) {
                expected.append("\(path.dropFirst(prefix.count)) \(entry.type) \(entry.mode ?? "-") \(entry.size ?? 0)")
            }
            let found = tree.entries.map { entry in
                let type =
                    switch entry.kind {
                    case .directory: "dir"
                    case .symbolicLink: "symlink"
                    case .file: "file"
                    default: "other"
                    }
                let mode = String(entry.mode, radix: 8)
                let padded = entry.kind == .symbolicLink ? "-" : String(repeating: "0", count: 4 - mode.count) + mode
                return "\(entry.path.displayName) \(type) \(padded) \(entry.size)"
            }
            let strip = { (lines: [String]) in lines.map { $0.replacing("symlink 0777", with: "symlink -") }.sorted() }
            #expect(strip(found) == strip(expected), label)
        }
    }
}
