/// What an image must keep to; nil for what does not matter. Sizes are of the layers' uncompressed tars.
public struct GateRules: Hashable, Sendable {
    /// The least efficiency, from 0 to 1.
    public var lowestEfficiency: Double?
    /// The most bytes that may be wasted.
    public var highestWastedBytes: Int64?
    /// The largest part of what was added to the base image that may be wasted, from 0 to 1.
    public var highestUserWastedPercent: Double?
    /// The largest size.
    public var maxSize: Int64?
    /// By how much the image may be larger than another.
    public var maxGrowth: Growth?

    /// By how much something may grow.
    public enum Growth: Hashable, Sendable {
        /// By so many bytes.
        case bytes(Int64)
        /// By this part of what it was: 0.05 for a twentieth.
        case part(Double)
    }

    /// No rules.
    public init() {}

    /// dive's rules where none are given.
    public static var dive: GateRules {
        var rules = GateRules()
        rules.lowestEfficiency = 0.9
        rules.highestUserWastedPercent = 0.1
        return rules
    }

    /// Rules with those of `other` in place of the ones it has.
    public func overridden(by other: GateRules) -> GateRules {
        var rules = self
        rules.lowestEfficiency = other.lowestEfficiency ?? lowestEfficiency
        rules.highestWastedBytes = other.highestWastedBytes ?? highestWastedBytes
        rules.highestUserWastedPercent = other.highestUserWastedPercent ?? highestUserWastedPercent
        rules.maxSize = other.maxSize ?? maxSize
        rules.maxGrowth = other.maxGrowth ?? maxGrowth
        return rules
    }
}

/// What came of a rule.
public struct GateResult: Hashable, Sendable {
    /// The rule, by its name in a file of rules.
    public let rule: String
    /// What the image has: a part of 1, or bytes.
    public let actual: Double
    /// What it may have.
    public let limit: Double
    /// Whether the numbers are bytes.
    public let isBytes: Bool
    /// Whether the image keeps to it.
    public let passed: Bool
}

extension GateRules {
    /// What comes of the rules, in their order; a value at its limit passes.
    ///
    /// - Parameter former: the size of the image that growth is measured from; nil leaves that rule out.
    public func results(for ledger: Ledger, former: Int64?) -> [GateResult] {
        var results: [GateResult] = []
        func most(_ rule: String, _ actual: Double, _ limit: Double, isBytes: Bool = true) {
            results.append(
                GateResult(rule: rule, actual: actual, limit: limit, isBytes: isBytes, passed: actual <= limit))
        }
        if let limit = lowestEfficiency {
            let actual = ledger.efficiency
            results.append(
                GateResult(
                    rule: "lowestEfficiency", actual: actual, limit: limit, isBytes: false, passed: actual >= limit))
        }
        if let limit = highestWastedBytes { most("highestWastedBytes", Double(ledger.wastedBytes), Double(limit)) }
        if let limit = highestUserWastedPercent {
            most("highestUserWastedPercent", ledger.userWastedPercent, limit, isBytes: false)
        }
        if let limit = maxSize { most("maxSize", Double(ledger.size), Double(limit)) }
        if let maxGrowth, let former {
            let growth = Double(ledger.size - former)
            switch maxGrowth {
            case .bytes(let limit): most("maxGrowth", growth, Double(limit))
            case .part(let limit): most("maxGrowth", growth, (Double(former) * limit).rounded(.down))
            }
        }
        return results
    }
}
