/// What a package does not work without, as far as its record says it.
struct PackageRequirements: Hashable, Sendable {
    /// Packages of the same record, by their indices among them.
    var packages: [Int] = []
    /// What its package manager looks for among the packages that are installed.
    var choices = ChoiceList()
    /// Names that it goes by besides its own, one in each choice.
    var provides = ChoiceList()
    /// Is it one that the distribution itself does not work without?
    var isEssential = false

    /// About the bytes that it takes.
    fileprivate var size: Int { 64 + packages.count * 8 + choices.bytes.count + provides.bytes.count }
}

/// Names of which a package needs one each, as its package manager writes them but for conditions on versions.
struct ChoiceList: Hashable, Sendable {
    /// A line for each choice; tabs between its alternatives, of which the first one that is there counts.
    private(set) var bytes: [UInt8] = []

    /// More than any package has to say.
    private static let limit = 4 << 20
    private static let nameLimit = 1_024

    init() {}

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// Adds a choice. A name that is no name of a package is left out.
    mutating func add(_ alternatives: some Sequence<some Collection<UInt8>>) {
        let start = bytes.count
        for name in alternatives where !name.isEmpty && name.count <= Self.nameLimit {
            guard name.allSatisfy({ $0 > 0x20 }) else { continue }
            if bytes.count > start { bytes.append(0x09) }
            bytes += name
        }
        if bytes.count > Self.limit { bytes.removeSubrange(start...) }
        if bytes.count > start { bytes.append(0x0A) }
    }

    /// Adds a choice of one.
    mutating func add(_ name: some Collection<UInt8>) { add(CollectionOfOne(name)) }

    /// Each choice, with its alternatives in order.
    func forEach(_ body: ([String]) -> Void) {
        for line in bytes.split(separator: 0x0A) { body(line.split(separator: 0x09).map(\.text)) }
    }
}

/// What the packages of one record require, in their order; nil for one of which the record does not say it.
struct RequirementTable: Hashable, Sendable {
    private(set) var rows: [PackageRequirements?] = []
    /// About the bytes that they take.
    private(set) var size = 0

    /// What honest records have is a tenth of it.
    private static let limit = 64 << 20

    /// Notes what the next package requires; false when there is no more room, and nothing was noted.
    @discardableResult
    mutating func append(_ row: PackageRequirements?) -> Bool {
        let isKept = size + (row?.size ?? 0) <= Self.limit
        rows.append(isKept ? row : nil)
        if isKept { size += row?.size ?? 0 }
        return isKept
    }

    /// What the package with the index requires; nil when nobody knows.
    subscript(index: Int) -> PackageRequirements? { rows.indices.contains(index) ? rows[index] : nil }
}
