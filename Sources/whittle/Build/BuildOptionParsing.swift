import BuildContext
import BuildGraph
import Builder
import DockerfileSyntax
import LayerFormat
import OCI
import Sandbox

/// Values of build options, as Docker reads them.
enum BuildOptionParsing {
    /// `NAME=VALUE`; without `=` the value comes from the environment, and an unset variable gives nothing.
    static func assignments(_ texts: [String]) -> [String: String] {
        var result: [String: String] = [:]
        for text in texts {
            if let equals = text.firstIndex(of: "=") {
                result[String(text[..<equals])] = String(text[text.index(after: equals)...])
            } else if let value = environment(text) {
                result[text] = value
            }
        }
        return result
    }

    static func labels(_ texts: [String]) -> [String: String] {
        var result: [String: String] = [:]
        for text in texts {
            let equals = text.firstIndex(of: "=") ?? text.endIndex
            result[String(text[..<equals])] = String(text[equals...].dropFirst())
        }
        return result
    }

    static func platforms(_ texts: [String]) throws(OptionError) -> [Platform] {
        var result: [Platform] = []
        for text in texts.flatMap({ $0.split(separator: ",") }) {
            do {
                let platform = try Platform(parsing: String(text))
                if !result.contains(platform) { result.append(platform) }
            } catch {
                throw OptionError("--platform \(text): \(error)")
            }
        }
        return result
    }

    static func annotations(_ texts: [String]) throws(OptionError) -> [Annotation] {
        var result: [Annotation] = []
        for text in texts {
            guard let equals = text.firstIndex(of: "=") else {
                throw OptionError("--annotation \(text): expected key=value")
            }
            var key = String(text[..<equals])
            let value = String(text[text.index(after: equals)...])
            var levels: [Annotation.Level] = [.manifest]
            if let colon = key.firstIndex(of: ":") {
                levels = []
                for name in key[..<colon].split(separator: ",") {
                    levels.append(try level(String(name), option: text))
                }
                key = String(key[key.index(after: colon)...])
            }
            result += levels.map { Annotation(level: $0, key: key, value: value) }
        }
        return result
    }

    static func level(_ name: String, option: String) throws(OptionError) -> Annotation.Level {
        switch name.prefix(while: { $0 != "[" }) {
        case "manifest": return .manifest
        case "index": return .index
        case "manifest-descriptor": return .manifestDescriptor
        case "index-descriptor": return .indexDescriptor
        default:
            throw OptionError(
                "--annotation \(option): \"\(name)\" is not one of manifest, index, manifest-descriptor, index-descriptor"
            )
        }
    }

    static func secrets(_ texts: [String]) throws(OptionError) -> [String: SecretSource] {
        var result: [String: SecretSource] = [:]
        for text in texts {
            var id: String?
            var source: String?
            var variable: String?
            var type: String?
            for field in try CommaFields(text).fields {
                switch field.key.lowercased() {
                case "id": id = field.value
                case "src", "source": source = field.value
                case "env": variable = field.value
                case "type": type = field.value
                default: throw OptionError("--secret \(text): unexpected key \"\(field.key)\"")
                }
            }
            guard let id, !id.isEmpty else { throw OptionError("--secret \(text): id is missing") }
            switch type {
            case nil, "file":
                if let variable {
                    result[id] = .environment(variable)
                } else if let source {
                    result[id] = .file(source)
                } else {
                    // As Docker does: a variable of that name, else a file.
                    result[id] = environment(id) != nil ? .environment(id) : .file(id)
                }
            case "env":
                result[id] = .environment(variable ?? source ?? id)
            default:
                throw OptionError("--secret \(text): unsupported type \"\(type ?? "")\"")
            }
        }
        return result
    }

    static func agents(_ texts: [String]) -> [String: AgentSource] {
        var result: [String: AgentSource] = [:]
        for text in texts {
            let parts = text.split(separator: "=", maxSplits: 1)
            let paths = parts.count > 1 ? parts[1].split(separator: ",").map(String.init) : []
            result[parts.first.map(String.init) ?? "default"] = AgentSource(paths: paths)
        }
        return result
    }

    /// Bytes with an optional unit: `64m`, `1g`, `1048576`.
    static func bytes(_ text: String, option: String) throws(OptionError) -> Int64 {
        let units: [Character: Int64] = ["b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40]
        var digits = text.lowercased()
        var factor: Int64 = 1
        if digits.hasSuffix("b"), digits.count > 1, digits.dropLast().last?.isLetter == true { digits.removeLast() }
        if let last = digits.last, let unit = units[last] {
            factor = unit
            digits.removeLast()
        }
        guard let number = Double(digits), number >= 0, number * Double(factor) < 9e18 else {
            throw OptionError("\(option) \(text): expected a number of bytes such as 67108864 or 64m")
        }
        return Int64(number * Double(factor))
    }

    static func ulimits(_ texts: [String]) throws(OptionError) -> [Ulimit] {
        var result: [Ulimit] = []
        for text in texts {
            let parts = text.split(separator: "=", maxSplits: 1)
            let numbers = parts.count == 2 ? parts[1].split(separator: ":").map { Int64($0) } : []
            guard (1...2).contains(numbers.count), let soft = numbers[0], let hard = numbers[numbers.count - 1],
                hard == -1 || (soft != -1 && soft <= hard)
            else { throw OptionError("--ulimit \(text): expected NAME=SOFT[:HARD] with SOFT not above HARD") }
            result.append(Ulimit(name: String(parts[0]), soft: soft, hard: hard))
        }
        return result
    }

    static func network(_ text: String?) throws(OptionError) -> Run.Network {
        switch text {
        case nil, "default": return .default
        case "host": return .host
        case "none": return .none
        case .some(let other): throw OptionError("--network \(other): expected default, host or none")
        }
    }
}
