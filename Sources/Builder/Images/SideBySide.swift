import OCI

/// Runs `body` on all elements, at most `limit` at a time. The first failure ends the others.
func sideBySide<Element: Sendable>(
    _ elements: [Element], limit: Int = 4, _ body: @escaping @Sendable (Element) async throws -> Void
) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for (number, element) in elements.enumerated() {
            if number >= limit { try await group.next() }
            group.addTask { try await body(element) }
        }
        try await group.waitForAll()
    }
}

extension Sequence<Descriptor> {
    /// Each digest once, where it comes first.
    func uniqued() -> [Descriptor] {
        var seen: Set<Digest> = []
        return filter { seen.insert($0.digest).inserted }
    }
}
