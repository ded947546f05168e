import OCI

/// What a cataloguer sees of a file before anything of it is read.
struct FileFacts {
    /// Its path without a leading slash.
    let path: PathBytes
    /// May it be executed?
    let isExecutable: Bool
    /// Its length in bytes.
    let size: Int64

    init(path: PathBytes, isExecutable: Bool, size: Int64) {
        self.path = path
        self.isExecutable = isExecutable
        self.size = size
        nameStart = path.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
    }

    private let nameStart: Int

    /// The last component of its path.
    var name: ArraySlice<UInt8> { path[nameStart...] }
    /// The directory it is in; empty for the root.
    var directory: ArraySlice<UInt8> { path[..<max(0, nameStart - 1)] }
}

extension Collection where Element == UInt8 {
    /// Do the bytes begin with the text?
    func begins(with text: StaticString) -> Bool {
        guard count >= text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { zip(self, $0).allSatisfy { $0 == $1 } }
    }

    /// Are the bytes the text?
    func equals(_ text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount && begins(with: text)
    }

    /// The bytes as text; what is not UTF-8 is replaced.
    var text: String { String(decoding: self, as: UTF8.self) }
}

extension BidirectionalCollection where Element == UInt8 {
    /// Do the bytes end with the text?
    func ends(with text: StaticString) -> Bool {
        guard count >= text.utf8CodeUnitCount else { return false }
        return suffix(text.utf8CodeUnitCount).begins(with: text)
    }
}

extension RandomAccessCollection where Element == UInt8, Index == Int {
    /// Where the text first is in the bytes.
    func firstRange(of text: StaticString) -> Range<Int>? {
        let length = text.utf8CodeUnitCount
        guard length > 0, count >= length else { return nil }
        return text.withUTF8Buffer { needle in
            var start = startIndex
            while let found = self[start...].firstIndex(of: needle[0]), found + length <= endIndex {
                if self[found..<found + length].elementsEqual(needle) { return found..<found + length }
                start = found + 1
            }
            return nil
        }
    }
}
