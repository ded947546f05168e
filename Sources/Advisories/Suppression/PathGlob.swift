/// Patterns of paths: `*` and `?` for what is inside of a component, `**` for any number of components.
enum PathGlob {
    static func matches(_ path: String, _ pattern: String) -> Bool {
        func parts(_ text: String) -> [[UInt8]] { text.split(separator: "/").prefix(256).map { Array($0.utf8) } }
        return matches(parts(path)[...], parts(pattern)[...])
    }

    /// Goes back to the last star only: there is no need to try earlier ones again.
    private static func matches(_ path: ArraySlice<[UInt8]>, _ pattern: ArraySlice<[UInt8]>) -> Bool {
        matches(path, pattern, isStar: { $0 == [0x2A, 0x2A] }) { component, pattern in
            matches(component[...], pattern[...], isStar: { $0 == 0x2A }) { $0 == $1 || $1 == 0x3F }
        }
    }

    private static func matches<Element>(
        _ text: ArraySlice<Element>, _ pattern: ArraySlice<Element>, isStar: (Element) -> Bool,
        fits: (Element, Element) -> Bool
    ) -> Bool {
        var (text, pattern) = (text, pattern)
        var resume: (text: ArraySlice<Element>, pattern: ArraySlice<Element>)?
        while let element = text.first {
            if let wanted = pattern.first, isStar(wanted) {
                pattern.removeFirst()
                resume = (text, pattern)
            } else if let wanted = pattern.first, fits(element, wanted) {
                text.removeFirst()
                pattern.removeFirst()
            } else if let mark = resume {
                text = mark.text.dropFirst()
                pattern = mark.pattern
                resume = (text, pattern)
            } else {
                return false
            }
        }
        return pattern.allSatisfy(isStar)
    }
}
