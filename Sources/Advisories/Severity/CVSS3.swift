/// CVSS version 3's base equation.
enum CVSS3 {
    static func baseScore(_ metrics: [String: String], version: String) -> Double? {
        func weight(_ name: String, _ weights: [String: Double]) -> Double? { metrics[name].flatMap { weights[$0] } }
        guard let scope = metrics["S"], scope == "U" || scope == "C" else { return nil }
        let isChanged = scope == "C"
        let impactWeights = ["N": 0.0, "L": 0.22, "H": 0.56]
        let privilegeWeights = ["N": 0.85, "L": isChanged ? 0.68 : 0.62, "H": isChanged ? 0.5 : 0.27]
        guard let vector = weight("AV", ["N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2]),
            let complexity = weight("AC", ["L": 0.77, "H": 0.44]), let privileges = weight("PR", privilegeWeights),
            let interaction = weight("UI", ["N": 0.85, "R": 0.62]), let confidentiality = weight("C", impactWeights),
            let integrity = weight("I", impactWeights), let availability = weight("A", impactWeights)
        else { return nil }
        let base = 1 - (1 - confidentiality) * (1 - integrity) * (1 - availability)
        let impact = isChanged ? 7.52 * (base - 0.029) - 3.25 * power(base - 0.02, 15) : 6.42 * base
        guard impact > 0 else { return 0 }
        let exploitability = 8.22 * vector * complexity * privileges * interaction
        let sum = (impact + exploitability) * (isChanged ? 1.08 : 1)
        return version == "3.0" ? (min(sum, 10) * 10).rounded(.up) / 10 : roundedUp(min(sum, 10))
    }

    /// The standard's rounding, which does not depend on how binary fractions come out.
    private static func roundedUp(_ value: Double) -> Double {
        let scaled = Int((value * 100_000).rounded())
        if scaled % 10_000 == 0 { return Double(scaled) / 100_000 }
        return Double(scaled / 10_000 + 1) / 10
    }

    private static func power(_ value: Double, _ exponent: Int) -> Double {
        (0..<exponent).reduce(1.0) { result, _ in result * value }
    }
}
