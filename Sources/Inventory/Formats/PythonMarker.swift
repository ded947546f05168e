/// The condition behind a requirement of a Python package, by PEP 508: `python_version < "3.8" and extra == "socks"`.
struct PythonMarker {
    /// What is known of where the package is installed; a variable that is missing can be anything.
    private let values: [String: String]
    private var tokens: ArraySlice<Substring>
    private var depth = 0

    private static let lengthLimit = 4_096
    private static let depthLimit = 32

    /// Is the requirement one of a package in this place, installed without extras? What cannot be told counts as one.
    static func holds(_ text: Substring, at place: PythonPlace) -> Bool {
        guard text.utf8.count <= lengthLimit else { return true }
        var marker = PythonMarker(text, place)
        return marker.disjunction() ?? true
    }

    private init(_ text: Substring, _ place: PythonPlace) {
        var values = [
            "os_name": "posix", "sys_platform": "linux", "platform_system": "Linux", "extra": "",
            "platform_python_implementation": "CPython", "implementation_name": "cpython",
        ]
        // `python3` says too little: Debian's directory is for all of them.
        if place.interpreter.contains(".") { values["python_version"] = String(place.interpreter.dropFirst(6)) }
        values["python_full_version"] = values["python_version"]
        self.values = values
        tokens = Self.tokens(text)[...]
    }

    /// Names, operators, brackets, and texts with their first quotation mark.
    private static func tokens(_ text: Substring) -> [Substring] {
        var tokens: [Substring] = []
        var rest = text
        while let first = rest.first {
            var token = rest.prefix(1)
            if first == "\"" || first == "'" {
                token = rest.dropFirst().prefix { $0 != first }
                rest = rest.dropFirst(token.count + 2)
                tokens.append("\"" + token)
                continue
            }
            if "<>=!~".contains(first) {
                token = rest.prefix { "<>=!~".contains($0) }
            } else if first.isLetter || first == "_" {
                token = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }
            }
            rest = rest.dropFirst(token.count)
            if !first.isWhitespace { tokens.append(token) }
        }
        return tokens
    }

    private mutating func disjunction() -> Bool? {
        var result = conjunction()
        while tokens.first == "or" {
            tokens.removeFirst()
            let other = conjunction()
            result = result == true || other == true ? true : (result == nil || other == nil ? nil : false)
        }
        return result
    }

    private mutating func conjunction() -> Bool? {
        var result = comparison()
        while tokens.first == "and" {
            tokens.removeFirst()
            let other = comparison()
            result = result == false || other == false ? false : (result == nil || other == nil ? nil : true)
        }
        return result
    }

    private mutating func comparison() -> Bool? {
        guard let first = tokens.popFirst() else { return nil }
        if first == "(" {
            depth += 1
            guard depth <= Self.depthLimit else { return nil }
            let result = disjunction()
            depth -= 1
            if tokens.first == ")" { tokens.removeFirst() }
            return result
        }
        guard var sign = tokens.popFirst() else { return nil }
        if sign == "not", tokens.first == "in" {
            tokens.removeFirst()
            sign = "not in"
        }
        guard let second = tokens.popFirst(), let left = value(first), let right = value(second) else { return nil }
        switch sign {
        case "in": return right.contains(left)
        case "not in": return !right.contains(left)
        default:
            // Of the whole version two numbers are known.
            if first == "python_full_version", right.hasPrefix(left + "."), !right.hasSuffix(".0") { return nil }
            return Self.compare(left, sign, right)
        }
    }

    private func value(_ token: Substring) -> String? {
        token.first == "\"" ? String(token.dropFirst()) : values[String(token)]
    }

    /// As versions where both sides are some, else as texts.
    private static func compare(_ left: String, _ sign: Substring, _ right: String) -> Bool? {
        guard !right.hasSuffix("*") else { return nil }
        if let left = numbers(left), let right = numbers(right) {
            let isLess = left.lexicographicallyPrecedes(right)
            let isEqual = left == right
            switch sign {
            case "<": return isLess
            case "<=": return isLess || isEqual
            case "==", "===": return isEqual
            case "!=": return !isEqual
            case ">=": return !isLess
            case ">": return !isLess && !isEqual
            default: return nil
            }
        }
        switch sign {
        case "==", "===": return left == right
        case "!=": return left != right
        default: return nil
        }
    }

    /// `3.8`, and what `3.8.0` means beside it; nil for what is no plain version.
    private static func numbers(_ text: String) -> [Int]? {
        var numbers: [Int] = []
        for part in text.split(separator: ".", omittingEmptySubsequences: false) {
            guard let number = Int(part), number >= 0 else { return nil }
            numbers.append(number)
        }
        while numbers.last == 0 { numbers.removeLast() }
        return numbers
    }
}
