import OCI
import Yams

/// YAML as values; all words are strings.
enum YAMLText {
    /// References make a small text large: no honest file has more values than this.
    private static let limit = 100_000

    /// The value of a document.
    ///
    /// - Throws: ``AdvisoriesError/malformed(path:line:reason:)``.
    static func value(of text: String, file: String) throws(AdvisoriesError) -> JSONValue {
        let root: Node?
        do {
            root = try compose(yaml: text)
        } catch let error as YamlError {
            throw .malformed(path: file, line: line(of: error), reason: "this is no valid yaml")
        } catch {
            throw .malformed(path: file, line: 0, reason: "this is no valid yaml")
        }
        var count = 0
        return try root.map { (root) throws(AdvisoriesError) in try value(of: root, file, &count, depth: 0) } ?? .null
    }

    private static func value(
        of node: Node, _ file: String, _ count: inout Int, depth: Int
    ) throws(AdvisoriesError) -> JSONValue {
        count += 1
        guard count <= limit, depth < 64 else {
            throw .malformed(path: file, line: node.mark?.line ?? 0, reason: "it has too many values")
        }
        switch node {
        case .scalar(let scalar): return .string(scalar.string)
        case .sequence(let sequence):
            var elements: [JSONValue] = []
            for element in sequence { elements.append(try value(of: element, file, &count, depth: depth + 1)) }
            return .array(elements)
        case .mapping(let mapping):
            var fields: [String: JSONValue] = [:]
            for (key, element) in mapping {
                fields[key.string ?? ""] = try value(of: element, file, &count, depth: depth + 1)
            }
            return .object(fields)
        default: return .null
        }
    }

    private static func line(of error: YamlError) -> Int {
        switch error {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
        default: 0
        }
    }
}
