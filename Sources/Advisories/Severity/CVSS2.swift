/// CVSS version 2's base equation.
enum CVSS2 {
    static func baseScore(_ metrics: [String: String]) -> Double? {
        func weight(_ name: String, _ weights: [String: Double]) -> Double? { metrics[name].flatMap { weights[$0] } }
        let impactWeights = ["N": 0.0, "P": 0.275, "C": 0.660]
        guard let vector = weight("AV", ["L": 0.395, "A": 0.646, "N": 1.0]),
            let complexity = weight("AC", ["H": 0.35, "M": 0.61, "L": 0.71]),
            let authentication = weight("Au", ["M": 0.45, "S": 0.56, "N": 0.704]),
            let confidentiality = weight("C", impactWeights), let integrity = weight("I", impactWeights),
            let availability = weight("A", impactWeights)
        else { return nil }
        let impact = 10.41 * (1 - (1 - confidentiality) * (1 - integrity) * (1 - availability))
        let exploitability = 20 * vector * complexity * authentication
        let score = (0.6 * impact + 0.4 * exploitability - 1.5) * (impact == 0 ? 0 : 1.176)
        return min(10, max(0, (score * 10).rounded() / 10))
    }
}
