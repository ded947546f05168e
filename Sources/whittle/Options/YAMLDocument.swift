import Yams

/// A value of a YAML or JSON file that somebody wrote by hand, with its place for errors.
struct YAMLDocument {
    /// The value with its place.
    let node: Node
    let path: String

    /// Reads a document.
    init(_ text: String, path: String) throws(OptionError) {
        self.path = path
        do {
            guard let node = try Parser(yaml: text, resolver: .default, encoding: .utf8).singleRoot() else {
                self.node = Node("", Tag(.str))
                return
            }
            self.node = node
        } catch let error as YamlError {
            throw OptionError("\(path): \(Self.reason(error))")
        } catch {
            throw OptionError("\(path): it is not valid YAML")
        }
    }

    private init(_ node: Node, path: String) {
        self.node = node
        self.path = path
    }

    /// `FILE:LINE:COLUMN`.
    var place: String {
        guard let mark = node.mark else { return path }
        return "\(path):\(mark.line):\(mark.column)"
    }

    /// An error about this value.
    func failure(_ reason: String) -> OptionError { OptionError("\(place): \(reason)") }

    /// The fields in order; nil when it is no mapping.
    var mapping: [(key: String, value: YAMLDocument)]? {
        node.mapping.map { mapping in
            mapping.map { ($0.key.scalar?.string ?? "", YAMLDocument($0.value, path: path)) }
        }
    }

    /// The items; nil when it is no sequence.
    var items: [YAMLDocument]? { node.sequence.map { $0.map { YAMLDocument($0, path: path) } } }

    /// The text of a scalar; nil for anything else.
    var scalar: String? { node.scalar?.string }

    /// Is it nothing?
    var isNull: Bool { node.null != nil }

    /// A field of a mapping.
    subscript(key: String) -> YAMLDocument? { mapping?.first { $0.key == key }?.value }

    private static func reason(_ error: YamlError) -> String {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            "line \(mark.line), column \(mark.column): \(problem)"
        case .reader(let problem, _, _, _): problem
        default: "it is not valid YAML"
        }
    }
}
