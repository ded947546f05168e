import Testing

@testable import Advisories

/// What makes an order one, on any text: it does not depend on who asks, and does not go in a circle.
struct VersionLawTests {
    /// What versions are made of, and what makes nonsense of them.
    private static let pieces = [
        "0", "00", "1", "2", "10", "01", ".", "-", "_", "+", "~", "^", ":", "!", "*", " ", "a", "b", "m", "alpha",
        "beta",
        "rc", "pre", "dev", "post", "final", "GA", "sp", "SNAPSHOT", "foo", "v", "p", "pl", "-r", "go", "git", "_p",
        "_alpha", "_foo", "é", "x86", "/", "@", "\u{1}",
    ]

    @Test(arguments: VersionOrder.allCases)
    func everyTextHasItsPlace(order: VersionOrder) {
        var numbers = SplitMix(seed: 7)
        for _ in 0..<6 {
            // Few pieces at a time meet each other often.
            let few = Self.pieces.shuffled(using: &numbers).prefix(Int.random(in: 3...8, using: &numbers))
            let texts = (0..<70).map { _ in
                (0..<Int.random(in: 0...6, using: &numbers)).compactMap { _ in few.randomElement(using: &numbers) }
                    .joined()
            }
            expectOneOrder(of: texts, by: order)
        }
    }

    @Test(arguments: [
        (VersionOrder.apk, ["-rfoo", ".-rfoo", ".-rfoo01..-r", ".", "1.", "1.+", "1", "1..0", "1.0", "1.00"]),
        (.apk, ["1.String1[-\u{17}\0\0\0++++R01", "1\u{8A}3a", "1."]),
        (.apk, ["1_foo", "1_alpha", "1", "1-r1", "1_", "1_p", "1.a", "1._p"]),
        (.maven, ["-beta", "sp", "", "sp-", ".cr..", ".", "final.rc", "final.1"]),
        (.maven, ["0.0-alpha-1", "\u{12}\0\0\0\0\0\0ASE1", ".0"]),
        (.maven, ["1", "1-sp", "1.0.rc.1", "1-0-alpha", "1.0.1", "1-foo", "1.foo-", "1rc", "1.final.rc"]),
        (.composer, ["-33;33.vaD-33;33.vap", "\u{1D}", "1.0", "1.0-dev", "1.0-pl", "1.0.foo", "1.0.", "..1.0"]),
    ])
    func oddButPlausible(order: VersionOrder, texts: [String]) {
        expectOneOrder(of: texts, by: order)
    }

    @Test(arguments: [
        (VersionOrder.apk, "1.", "1"), (.apk, "1..5", "1.0.5"), (.maven, "1-0-alpha", "1-sp"),
        (.maven, "1.0.rc.1", "1-sp"), (.maven, "1.0.rc.1", "1"), (.composer, "1.0.", "1.0.0"),
    ])
    func whatIsNoVersionIsOlder(order: VersionOrder, older: String, newer: String) {
        #expect(order.compare(older, newer) < 0)
        #expect(order.compare(newer, older) > 0)
    }

    /// Once they are sorted, each is older than all of the classes that follow, and the same as its own.
    private func expectOneOrder(of texts: [String], by order: VersionOrder) {
        let sorted = texts.sorted().sorted { order.compare($0, $1) < 0 }
        var classes = [0]
        for (text, next) in zip(sorted, sorted.dropFirst()) {
            classes.append(classes[classes.count - 1] + (order.compare(text, next) < 0 ? 1 : 0))
        }
        for (index, text) in sorted.enumerated() {
            for (otherIndex, other) in sorted.enumerated() {
                let expected = (classes[index] - classes[otherIndex]).signum()
                let found = order.compare(text, other).signum()
                if found != expected {
                    Issue.record("\(order): \(text.debugDescription) \(other.debugDescription): \(found)")
                }
            }
        }
    }
}
