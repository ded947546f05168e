import OCI
import Testing

@testable import Analysis

/// Rules for images.
struct GateTests {
    @Test func aValueAtItsLimitPasses() throws {
        let ledger = try Ledger(tars: [
            LayerMaking.tar { try $0.file("a", size: 1000) },
            LayerMaking.tar { try $0.file("a", size: 1000, uid: 1) },
        ])
        var rules = GateRules()
        rules.lowestEfficiency = 0.5
        rules.highestWastedBytes = ledger.wastedBytes
        rules.maxSize = ledger.size
        #expect(rules.results(for: ledger, former: nil).map(\.passed) == [true, true, true])
        rules.lowestEfficiency = 0.51
        rules.highestWastedBytes = ledger.wastedBytes - 1
        rules.maxSize = ledger.size - 1
        #expect(rules.results(for: ledger, former: nil).map(\.passed) == [false, false, false])
    }

    @Test(arguments: [
        (GateRules.Growth.bytes(0), false), (.bytes(100_000), true), (.part(0.1), false), (.part(2), true),
    ])
    func growthIsMeasuredFromAnother(limit: GateRules.Growth, passes: Bool) throws {
        let ledger = try Ledger(tars: [LayerMaking.tar { try $0.file("a", size: 20_000) }])
        var rules = GateRules()
        rules.maxGrowth = limit
        #expect(rules.results(for: ledger, former: 10_000).map(\.passed) == [passes])
        #expect(rules.results(for: ledger, former: nil).isEmpty)
        #expect(rules.results(for: ledger, former: ledger.size).map(\.passed) == [true])
    }

    @Test func laterRulesCount() {
        var own = GateRules()
        own.lowestEfficiency = 0.5
        let rules = GateRules.dive.overridden(by: own)
        #expect(rules.lowestEfficiency == 0.5)
        #expect(rules.highestUserWastedPercent == 0.1)
    }
}
