/// CVSS version 4's base score: vectors fall into classes, whose scores experts have set, and inside of a class the score
/// falls with the distance from its worst vector (specification, section 8.2).
enum CVSS4 {
    static func baseScore(_ metrics: [String: String]) -> Double? {
        // Steps from the worst value of each metric.
        let scales: [(name: String, values: [String])] = [
            ("AV", ["N", "A", "L", "P"]), ("PR", ["N", "L", "H"]), ("UI", ["N", "P", "A"]),
            ("AC", ["L", "H"]), ("AT", ["N", "P"]),
            ("VC", ["H", "L", "N"]), ("VI", ["H", "L", "N"]), ("VA", ["H", "L", "N"]),
            ("SC", ["H", "L", "N"]), ("SI", ["H", "L", "N"]), ("SA", ["H", "L", "N"]),
        ]
        var steps: [Int] = []
        for scale in scales {
            guard let value = metrics[scale.name], let step = scale.values.firstIndex(of: value) else { return nil }
            steps.append(step)
        }
        if steps[5...].allSatisfy({ $0 == 2 }) { return 0 }
        let vectorClass = VectorClass(steps)
        guard let score = score(of: vectorClass) else { return nil }

        // Each part's share: how far the next class is below, times how deep in its own class the vector is.
        var drops: [Double] = []
        for part in VectorClass.Part.allCases {
            guard let next = vectorClass.next(part), let lower = Self.score(of: next) else { continue }
            let depth = Double(vectorClass.depth(part, of: steps)) / Double(vectorClass.depthLimit(part))
            drops.append((score - lower) * depth)
        }
        // How exploits are seen in the wild is not part of the base score, but a class below always exists.
        drops.append(0)
        let result = score - drops.reduce(0, +) / Double(drops.count)
        return min(10, max(0, (result * 10 + 1e-6).rounded() / 10))
    }

    private static func score(of vectorClass: VectorClass) -> Double? {
        guard let row = scores[vectorClass.impact] else { return nil }
        let column = vectorClass.access * 4 + vectorClass.complexity * 2 + (vectorClass.spread - 1)
        return row.indices.contains(column) ? row[column] : nil
    }

    /// The scores of the classes without a statement about exploits. Rows by the impact on the system itself; columns by
    /// access, complexity, and impact on others.
    private static let scores: [VectorClass.Impact: [Double]] = [
        .high: [10, 9.3, 9.5, 9.2, 9.4, 8.7, 9.0, 7.7, 8.6, 7.0, 7.3, 5.0],
        .highLowDemand: [9.6, 9.0, 9.1, 8.1, 8.9, 7.5, 7.7, 6.6, 7.4, 5.4, 5.5, 3.3],
        .some: [9.3, 8.8, 9.2, 8.4, 8.6, 7.2, 7.4, 6.1, 7.2, 5.3, 5.3, 4.0],
        .someLowDemand: [9.2, 8.0, 8.2, 7.0, 7.6, 5.7, 5.9, 5.2, 5.7, 3.6, 4.0, 2.7],
        .little: [7.9, 6.9, 7.1, 6.3, 6.5, 5.3, 5.8, 2.3, 4.7, 2.4, 2.4, 1.0],
    ]

    /// A class of vectors.
    private struct VectorClass {
        enum Part: CaseIterable { case access, complexity, impact, spread }

        /// The impact on the system itself. The classes of low demand are there as the next lower ones only.
        enum Impact { case high, highLowDemand, some, someLowDemand, little }

        var access: Int
        var complexity: Int
        var impact: Impact
        /// 1 when another system is hit hard, 2 when not.
        var spread: Int

        init(_ steps: [Int]) {
            let (vector, privileges, interaction) = (steps[0], steps[1], steps[2])
            if vector == 0 && privileges == 0 && interaction == 0 {
                access = 0
            } else {
                access = vector != 3 && (vector == 0 || privileges == 0 || interaction == 0) ? 1 : 2
            }
            complexity = steps[3] == 0 && steps[4] == 0 ? 0 : 1
            if steps[5] == 0 && steps[6] == 0 {
                impact = .high
            } else {
                impact = steps[5...7].contains(0) ? .some : .little
            }
            spread = steps[8...10].contains(0) ? 1 : 2
        }

        /// The next lower class.
        func next(_ part: Part) -> VectorClass? {
            var next = self
            switch part {
            case .access:
                guard access < 2 else { return nil }
                next.access += 1
            case .complexity:
                guard complexity < 1 else { return nil }
                next.complexity += 1
            case .spread:
                guard spread < 2 else { return nil }
                next.spread += 1
            case .impact:
                switch impact {
                case .high:
                    // Two classes are next; the higher counts.
                    next.impact = .highLowDemand
                    var other = self
                    other.impact = .some
                    if let score = CVSS4.score(of: next), let otherScore = CVSS4.score(of: other), otherScore > score {
                        next = other
                    }
                case .some: next.impact = .someLowDemand
                default: return nil
                }
            }
            return next
        }

        /// How many steps the class is deep.
        func depthLimit(_ part: Part) -> Int {
            switch part {
            case .access: [1, 4, 5][access]
            case .complexity: [1, 2][complexity]
            case .impact: impact == .high ? 7 : impact == .some ? 8 : 10
            case .spread: spread == 1 ? 5 : 4
            }
        }

        /// The steps from the worst vector of the class that is not better than this one.
        func depth(_ part: Part, of steps: [Int]) -> Int {
            let worst: [[Int]]
            let own: ArraySlice<Int>
            switch part {
            case .access:
                own = steps[0...2]
                worst = [[[0, 0, 0]], [[1, 0, 0], [0, 1, 0], [0, 0, 1]], [[3, 0, 0], [1, 1, 1]]][access]
            case .complexity:
                own = steps[3...4]
                worst = [[[0, 0]], [[1, 0], [0, 1]]][complexity]
            case .impact:
                own = steps[5...7]
                worst = impact == .high ? [[0, 0, 0]] : impact == .some ? [[1, 0, 0], [0, 1, 0]] : [[1, 1, 1]]
            case .spread:
                own = steps[8...10]
                worst = spread == 1 ? [[0, 0, 0]] : [[1, 1, 1]]
            }
            for candidate in worst where zip(own, candidate).allSatisfy(>=) {
                return zip(own, candidate).reduce(0) { $0 + $1.0 - $1.1 }
            }
            return 0
        }
    }
}
