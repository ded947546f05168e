import Analysis

/// What came of an image's gates.
public enum GateText {
    /// A line for each.
    public static func text(_ results: [GateResult]) -> String {
        guard !results.isEmpty else { return "" }
        var table = TextTable([.init("GATE"), .init("RULE"), .init("IMAGE HAS", .right), .init("LIMIT", .right)])
        for result in results {
            table.add([
                result.passed ? "pass" : "FAIL", result.rule, number(result.actual, result),
                number(result.limit, result),
            ])
        }
        return table.list
    }

    /// What failed, in one line.
    public static func failure(_ results: [GateResult]) -> String {
        results.filter { !$0.passed }.map {
            "\($0.rule) is \(number($0.actual, $0)), the limit \(number($0.limit, $0))"
        }.joined(separator: "; ")
    }

    private static func number(_ value: Double, _ result: GateResult) -> String {
        guard result.isBytes else { return SizeText.fixed(value * 100, 2) + "%" }
        let bytes = Int64(value)
        return bytes < 0 ? "-" + SizeText.decimal(-bytes) : SizeText.decimal(bytes)
    }
}
