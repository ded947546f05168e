/// The value of `--chmod`: an octal mode, or changes in the notation of chmod(1).
///
/// Symbolic values follow the `setmode` function of BSD with an empty file creation mask, which is what Docker uses.
public enum ModeChange: Hashable, Sendable {
    /// The mode itself, up to 07777.
    case absolute(UInt32)
    /// Changes, applied in order.
    case symbolic([Step])

    /// One change of a symbolic mode.
    public enum Step: Hashable, Sendable {
        /// Sets bits.
        case set(UInt32)
        /// Clears bits.
        case clear(UInt32)
        /// Sets bits of directories and of files that somebody could execute before the change.
        case setIfExecutable(UInt32)
        /// Copies the bits of one class (its shift: 6, 3 or 0) to the classes in `to`; `clears` what was there,
        /// `sets` the copy, or takes the bits away when it only clears.
        case copy(from: UInt32, to: UInt32, clears: Bool, sets: Bool)
    }

    /// Reads a `--chmod` value.
    ///
    /// - Throws: ``CopyError/invalidMode(_:)``.
    public init(parsing text: String) throws(CopyError) {
        let bytes = Array(text.utf8)
        if let first = bytes.first, (0x30...0x39).contains(first) {
            guard let value = UInt32(text, radix: 8), value <= 0o7777 else { throw .invalidMode(text) }
            self = .absolute(value)
            return
        }
        guard let steps = SymbolicModeParser.parse(bytes) else { throw .invalidMode(text) }
        self = .symbolic(steps)
    }

    /// The permission bits, special bits included, of a file that has `mode` now.
    public func apply(to mode: UInt32, isDirectory: Bool) -> UInt32 {
        guard case .symbolic(let steps) = self else {
            guard case .absolute(let value) = self else { return mode }
            return value
        }
        let before = mode & 0o7777
        var mode = before
        for step in steps {
            switch step {
            case .set(let bits): mode |= bits
            case .clear(let bits): mode &= ~bits
            case .setIfExecutable(let bits): if before & 0o111 != 0 || isDirectory { mode |= bits }
            case .copy(let shift, let classes, let clears, let sets):
                let value = mode >> shift & 0o7
                for target: UInt32 in [6, 3, 0] where classes & 0o7 << target != 0 {
                    if clears { mode &= ~((sets ? 0o7 : value) << target) }
                    if sets { mode |= value << target }
                }
            }
        }
        return mode & 0o7777
    }

    /// The mode of parent directories that the instruction creates: only an octal value counts, without special bits.
    var impliedDirectoryMode: UInt32? {
        if case .absolute(let value) = self { value & 0o777 } else { nil }
    }
}

/// Reads symbolic modes: `who op perms`, several operations per clause, clauses separated by commas.
private struct SymbolicModeParser {
    private static let setIDs: UInt32 = 0o6000
    private static let sticky: UInt32 = 0o1000
    /// What an operation without `who` covers; the sticky bit only when `t` is written.
    private static let everything: UInt32 = 0o6777

    private var rest: ArraySlice<UInt8>
    private var steps: [ModeChange.Step] = []

    static func parse(_ text: [UInt8]) -> [ModeChange.Step]? {
        var parser = SymbolicModeParser(rest: text[...])
        guard !text.isEmpty else { return nil }
        repeat {
            guard parser.parseClause() else { return nil }
        } while parser.skip(",")
        return parser.rest.isEmpty ? parser.steps : nil
    }

    private init(rest: ArraySlice<UInt8>) { self.rest = rest }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func parseClause() -> Bool {
        var who: UInt32 = 0
        scan: while let byte = rest.first {
            switch byte {
            case UInt8(ascii: "a"): who |= Self.everything
            case UInt8(ascii: "u"): who |= 0o4700
            case UInt8(ascii: "g"): who |= 0o2070
            case UInt8(ascii: "o"): who |= 0o0007
            default: break scan
            }
            rest.removeFirst()
        }
        guard parseOperation(&who) else { return false }
        while let next = rest.first, next != UInt8(ascii: ",") {
            guard parseOperation(&who) else { return false }
        }
        return true
    }

    private mutating func parseOperation(_ who: inout UInt32) -> Bool {
        guard let op = rest.popFirst(), "+-=".utf8.contains(op) else { return false }
        let isEqual = op == UInt8(ascii: "=")
        who &= ~Self.sticky
        var bits: UInt32 = 0
        var conditional: UInt32 = 0
        var cleared = false
        scan: while let byte = rest.first {
            switch byte {
            case UInt8(ascii: "r"): bits |= 0o444
            case UInt8(ascii: "w"): bits |= 0o222
            case UInt8(ascii: "x"): bits |= 0o111
            case UInt8(ascii: "X"):
                if op == UInt8(ascii: "-") { bits |= 0o111 } else { conditional = 0o111 }
            case UInt8(ascii: "s"):
                // Only "others" has no set-id bit.
                if who == 0 || who & ~0o7 != 0 { bits |= Self.setIDs }
            case UInt8(ascii: "t"):
                if who == 0 || who & ~0o7 != 0 {
                    who |= Self.sticky
                    bits |= Self.sticky
                }
            case UInt8(ascii: "u"), UInt8(ascii: "g"), UInt8(ascii: "o"):
                if bits != 0 { add(op, who, bits, &cleared) }
                bits = 0
                if isEqual { cleared = true }
                if conditional != 0 { steps.append(.setIfExecutable(Self.mask(who) & conditional)) }
                conditional = 0
                let shift: UInt32 = byte == UInt8(ascii: "u") ? 6 : byte == UInt8(ascii: "g") ? 3 : 0
                let classes = who == 0 ? 0o777 : who & 0o777
                steps.append(
                    .copy(from: shift, to: classes, clears: op != UInt8(ascii: "+"), sets: op != UInt8(ascii: "-")))
            default: break scan
            }
            rest.removeFirst()
        }
        if bits != 0 || isEqual && !cleared { add(op, who, bits, &cleared) }
        if conditional != 0 { steps.append(.setIfExecutable(Self.mask(who) & conditional)) }
        return true
    }

    private static func mask(_ who: UInt32) -> UInt32 { who == 0 ? ~0 : who }

    private mutating func add(_ op: UInt8, _ who: UInt32, _ bits: UInt32, _ cleared: inout Bool) {
        switch op {
        case UInt8(ascii: "-"): steps.append(.clear(Self.mask(who) & bits))
        case UInt8(ascii: "="):
            steps.append(.clear(who == 0 ? Self.everything : who))
            steps.append(.set(Self.mask(who) & bits))
            cleared = true
        default: steps.append(.set(Self.mask(who) & bits))
        }
    }
}
