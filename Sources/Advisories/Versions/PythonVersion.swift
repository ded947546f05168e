/// PEP 440. Versions that it does not allow are older than all others, in the order that setuptools once had for them.
enum PythonVersion {
    static func compare(_ left: VersionBytes, _ right: VersionBytes) -> Int {
        switch (Parts(left.lowercase), Parts(right.lowercase)) {
        case (nil, nil): LegacyPythonVersion.compare(left.lowercase, right.lowercase)
        case (nil, _): -1
        case (_, nil): 1
        case (let version?, let other?): order(version, other)
        }
    }

    /// Is it a version by PEP 440?
    static func isValid(_ text: String) -> Bool { Parts(versionBytes(text).lowercase) != nil }

    private static func order(_ left: Parts, _ right: Parts) -> Int {
        let epoch = left.epoch.numericOrder(right.epoch)
        if epoch != 0 { return epoch }
        for index in 0..<max(left.release.count, right.release.count) {
            let component = index < left.release.count ? left.release[index] : []
            let other = index < right.release.count ? right.release[index] : []
            let difference = component.numericOrder(other)
            if difference != 0 { return difference }
        }
        let stage = left.stage - right.stage
        if stage != 0 { return stage }
        for (number, other) in [
            (left.pre?.number, right.pre?.number), (left.post, right.post), (left.development, right.development),
        ] {
            let difference: Int
            switch (number, other) {
            case (nil, nil): difference = 0
            // Only one has the part: a post release is later, a development release earlier.
            case (nil, _): difference = right.post != nil && left.post == nil ? -1 : 1
            case (_, nil): difference = left.post != nil && right.post == nil ? 1 : -1
            case (let number?, let other?): difference = number.numericOrder(other)
            }
            if difference != 0 { return difference }
        }
        return orderOfLocals(left.local, right.local)
    }

    private static func orderOfLocals(_ left: [VersionBytes]?, _ right: [VersionBytes]?) -> Int {
        guard let left else { return right == nil ? 0 : -1 }
        guard let right else { return 1 }
        for (part, other) in zip(left, right) {
            if part.isNumber != other.isNumber { return part.isNumber ? 1 : -1 }
            let difference = part.isNumber ? part.numericOrder(other) : part.byteOrder(other)
            if difference != 0 { return difference }
        }
        return left.count - right.count
    }

    private struct Parts {
        var epoch: VersionBytes = []
        var release: [VersionBytes] = []
        var pre: (stage: Int, number: VersionBytes)?
        var post: VersionBytes?
        var development: VersionBytes?
        var local: [VersionBytes]?

        /// Before the alphas when it is a mere development release, after the candidates when it is a release.
        var stage: Int {
            if let pre { return pre.stage }
            return post == nil && development != nil ? 0 : 4
        }

        init?(_ bytes: VersionBytes) {
            var rest = bytes
            _ = rest.drop(prefix: "v")
            var first = rest.take(while: \.isDigit)
            guard !first.isEmpty else { return nil }
            if rest.first == UInt8(ascii: "!") {
                rest.removeFirst()
                epoch = first
                first = rest.take(while: \.isDigit)
                guard !first.isEmpty else { return nil }
            }
            release = [first]
            while rest.first == UInt8(ascii: "."), let digit = rest.dropFirst().first, digit.isDigit {
                rest.removeFirst()
                release.append(rest.take(while: \.isDigit))
            }
            readPre(&rest)
            readPost(&rest)
            readDevelopment(&rest)
            if rest.first == UInt8(ascii: "+") {
                rest.removeFirst()
                let parts = rest.split(omittingEmptySubsequences: false, whereSeparator: Self.isSeparator)
                guard parts.allSatisfy({ part in !part.isEmpty && part.allSatisfy { $0.isDigit || $0.isLetter } })
                else { return nil }
                local = parts
                rest = []
            }
            guard rest.isEmpty else { return nil }
        }

        private static func isSeparator(_ byte: UInt8) -> Bool {
            byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        }

        private static func skipSeparator(_ bytes: VersionBytes) -> VersionBytes {
            bytes.first.map(isSeparator) == true ? bytes.dropFirst() : bytes
        }

        /// The number after a word: separated or not, and 0 if there is none.
        private static func takeNumber(_ bytes: inout VersionBytes) -> VersionBytes {
            var rest = skipSeparator(bytes)
            guard rest.first?.isDigit == true else { return [] }
            let number = rest.take(while: \.isDigit)
            bytes = rest
            return number
        }

        private mutating func readPre(_ bytes: inout VersionBytes) {
            let words: [(name: StaticString, stage: Int)] = [
                ("alpha", 1), ("beta", 2), ("preview", 3), ("pre", 3), ("rc", 3), ("a", 1), ("b", 2), ("c", 3),
            ]
            for word in words {
                var rest = Self.skipSeparator(bytes)
                guard rest.drop(prefix: word.name) else { continue }
                pre = (word.stage, Self.takeNumber(&rest))
                bytes = rest
                return
            }
        }

        private mutating func readPost(_ bytes: inout VersionBytes) {
            // `1.0-1` is a post release too.
            if bytes.first == UInt8(ascii: "-"), bytes.dropFirst().first?.isDigit == true {
                bytes.removeFirst()
                post = bytes.take(while: \.isDigit)
                return
            }
            let words: [StaticString] = ["post", "rev", "r"]
            for word in words {
                var rest = Self.skipSeparator(bytes)
                guard rest.drop(prefix: word) else { continue }
                post = Self.takeNumber(&rest)
                bytes = rest
                return
            }
        }

        private mutating func readDevelopment(_ bytes: inout VersionBytes) {
            var rest = Self.skipSeparator(bytes)
            guard rest.drop(prefix: "dev") else { return }
            development = Self.takeNumber(&rest)
            bytes = rest
        }
    }
}
