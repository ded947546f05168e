import Foundation
import Testing

@testable import Advisories

/// Pairs of versions with their order, as the ecosystems' own tools have it.
struct VersionVectorTests {
    struct Vector: Decodable {
        var a: String
        var b: String
        var expected: Int
    }

    @Test(
        .enabled("../shared/scan is not there") { SharedData.directory != nil },
        arguments: VersionOrder.allCases)
    func vectors(order: VersionOrder) throws {
        let vectors = try JSONDecoder().decode(
            [Vector].self, from: SharedData.content("versions/\(order.rawValue).json"))
        #expect(!vectors.isEmpty)
        var wrong: [String] = []
        for vector in vectors {
            let forward = order.compare(vector.a, vector.b).signum()
            let backward = order.compare(vector.b, vector.a).signum()
            if forward != vector.expected || backward != -vector.expected {
                wrong.append("\(vector.a) \(vector.b): \(forward) and \(backward), not \(vector.expected)")
            }
        }
        #expect(wrong.isEmpty, "\(wrong.count) of \(vectors.count):\n\(wrong.prefix(20).joined(separator: "\n"))")
    }
}
