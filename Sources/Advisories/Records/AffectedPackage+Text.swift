extension AffectedPackage {
    /// The form that the database keeps: a line for each statement, a letter and its values separated by tabs.
    ///
    /// Versions with tabs or line ends in them are no versions, and left out.
    var text: String {
        var lines: [String] = []
        func add(_ parts: [String]) {
            guard parts.allSatisfy({ part in !part.utf8.contains { $0 == 0x09 || $0 == 0x0A } }) else { return }
            lines.append(parts.joined(separator: "\t"))
        }
        for range in ranges {
            add([range.isSemantic ? "S" : "R"] + range.events.map(Self.text))
        }
        if !versions.isEmpty { add(["v"] + versions) }
        for interval in vulnerable { add(["+"] + Self.text(interval)) }
        for interval in patched { add(["-"] + Self.text(interval)) }
        if let status { add(["s", status.rawValue]) }
        if let label { add(["l", label.severity.rawValue, label.source]) }
        for vector in vectors { add(["c", vector]) }
        if let module { add(["m", module]) }
        if namesFunctions { add(["f"]) }
        if isUnlessPatched { add(["u"]) }
        return lines.joined(separator: "\n")
    }

    /// Reads the database's form; lines that are not known are left out.
    ///
    /// By bytes: a line end after a carriage return, and a letter before a combining mark, would be one character with it.
    init(ecosystem: String, name: String, text: String) {
        self.init(ecosystem: ecosystem, name: name)
        for line in text.utf8.split(separator: 0x0A) {
            let parts = line.split(separator: 0x09, omittingEmptySubsequences: false).map { String(Substring($0)) }
            let values = parts.dropFirst()
            switch parts.first {
            case "R", "S":
                ranges.append(VersionRange(isSemantic: parts[0] == "S", events: values.compactMap(Self.event)))
            case "v": versions = Array(values)
            case "+": vulnerable.append(Self.interval(Array(values)))
            case "-": patched.append(Self.interval(Array(values)))
            case "s": status = values.first.flatMap(FixStatus.init(rawValue:))
            case "l" where parts.count == 3:
                label = Severity(rawValue: parts[1]).map { Advisory.SeverityLabel($0, source: parts[2]) }
            case "c": vectors += values
            case "m": module = values.first
            case "f": namesFunctions = true
            case "u": isUnlessPatched = true
            default: continue
            }
        }
    }

    private static func text(_ event: VersionRange.Event) -> String {
        switch event {
        case .introduced(let version): "i" + version
        case .fixed(let version): "f" + version
        case .lastAffected(let version): "l" + version
        }
    }

    private static func event(_ text: String) -> VersionRange.Event? {
        let version = String(Substring(text.utf8.dropFirst()))
        switch text.utf8.first {
        case UInt8(ascii: "i"): return .introduced(version)
        case UInt8(ascii: "f"): return .fixed(version)
        case UInt8(ascii: "l"): return .lastAffected(version)
        default: return nil
        }
    }

    private static func text(_ interval: VersionInterval) -> [String] {
        func text(_ bound: VersionInterval.Bound?) -> String {
            bound.map { ($0.isInside ? "=" : "!") + $0.version } ?? ""
        }
        return [text(interval.lower), text(interval.upper)]
    }

    private static func interval(_ values: [String]) -> VersionInterval {
        func bound(_ index: Int) -> VersionInterval.Bound? {
            guard index < values.count, let first = values[index].utf8.first else { return nil }
            return VersionInterval.Bound(
                String(Substring(values[index].utf8.dropFirst())), isInside: first == UInt8(ascii: "="))
        }
        return VersionInterval(lower: bound(0), upper: bound(1))
    }
}
