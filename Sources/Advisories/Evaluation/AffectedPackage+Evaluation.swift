/// What an advisory means for one version.
public struct Verdict: Hashable, Sendable {
    /// Whether the version is vulnerable.
    public var isAffected: Bool
    /// The version that is not vulnerable any more, of the same line of versions.
    public var fixedVersion: String?

    static let unaffected = Verdict(isAffected: false, fixedVersion: nil)
}

extension AffectedPackage {
    /// Whether a version is vulnerable, as OSV's schema evaluates it: it is listed, or a range contains it.
    public func verdict(on version: String, order: VersionOrder) -> Verdict {
        if status == .notAffected { return .unaffected }
        var isAffected = false
        var fixes: [String] = []
        for range in ranges {
            let rangeOrder = range.isSemantic && order != .golang ? .semver : order
            let verdict = range.verdict(on: version, order: rangeOrder)
            guard verdict.isAffected else { continue }
            isAffected = true
            if let fix = verdict.fixedVersion { fixes.append(fix) }
        }
        if !isAffected, lists(version, order: order) {
            isAffected = true
            // The list says nothing about what comes next, but the ranges do.
            let later = ranges.flatMap(\.events).compactMap { event -> String? in
                if case .fixed(let fix) = event, order.compare(fix, version) > 0 { fix } else { nil }
            }
            if let next = later.min(by: { order.compare($0, $1) < 0 }) { fixes.append(next) }
        }
        if !isAffected, !vulnerable.isEmpty || isUnlessPatched {
            let isVulnerable = isUnlessPatched || vulnerable.contains { $0.contains(version, order: order) }
            isAffected =
                isVulnerable && !(isUnlessPatched && patched.contains { $0.contains(version, order: order) })
            if isAffected, let fix = nextPatched(after: version, order: order) { fixes.append(fix) }
        }
        guard isAffected else { return .unaffected }
        return Verdict(isAffected: true, fixedVersion: fixes.max { order.compare($0, $1) < 0 })
    }

    private func lists(_ version: String, order: VersionOrder) -> Bool {
        if versions.contains(version) { return true }
        switch order {
        case .golang: return version.hasPrefix("v") && versions.contains(String(version.dropFirst()))
        case .pypi:
            guard PythonVersion.isValid(version) else { return false }
            return versions.contains { order.compare($0, version) == 0 }
        default: return false
        }
    }

    private func nextPatched(after version: String, order: VersionOrder) -> String? {
        var starts = patched.compactMap { $0.lower?.isInside == true ? $0.lower?.version : nil }
        starts += vulnerable.compactMap { interval in
            guard interval.contains(version, order: order), let upper = interval.upper, !upper.isInside else {
                return nil
            }
            return upper.version
        }
        return starts.filter { order.compare($0, version) > 0 }.min { order.compare($0, $1) < 0 }
    }
}

extension VersionRange {
    /// Walks the events in the order of their versions.
    func verdict(on version: String, order: VersionOrder) -> Verdict {
        let sorted = events.sorted { Self.order($0.version, $1.version, order) < 0 }
        var isAffected = false
        for event in sorted {
            let relation = Self.order(version, event.version, order)
            switch event {
            case .introduced: if relation >= 0 { isAffected = true }
            case .fixed: if relation >= 0 { isAffected = false }
            case .lastAffected: if relation > 0 { isAffected = false }
            }
        }
        guard isAffected else { return .unaffected }
        let fix = sorted.first { event in
            if case .fixed = event { Self.order(event.version, version, order) > 0 } else { false }
        }
        return Verdict(isAffected: true, fixedVersion: fix?.version)
    }

    /// `0` is before everything.
    private static func order(_ left: String, _ right: String, _ order: VersionOrder) -> Int {
        if left == "0" || right == "0" { return left == right ? 0 : left == "0" ? -1 : 1 }
        return order.compare(left, right)
    }
}

extension VersionInterval {
    /// Is the version between the bounds?
    public func contains(_ version: String, order: VersionOrder) -> Bool {
        if let lower {
            let relation = order.compare(version, lower.version)
            if relation < 0 || relation == 0 && !lower.isInside { return false }
        }
        if let upper {
            let relation = order.compare(version, upper.version)
            if relation > 0 || relation == 0 && !upper.isInside { return false }
        }
        return true
    }
}
