/// Which of the licences that packages state are SPDX expressions.
enum LicenceExpression {
    /// Identifiers that packages use; one that is missing here is passed on as text.
    private static let known: Set<String> = [
        "0BSD", "AFL-2.1", "AGPL-3.0", "AGPL-3.0-only", "AGPL-3.0-or-later", "Apache-1.1", "Apache-2.0", "Artistic-1.0",
        "Artistic-1.0-Perl", "Artistic-2.0", "BlueOak-1.0.0", "BSD-1-Clause", "BSD-2-Clause", "BSD-2-Clause-Patent",
        "BSD-3-Clause", "BSD-3-Clause-Clear", "BSD-4-Clause", "BSL-1.0", "bzip2-1.0.6", "CC-BY-3.0", "CC-BY-4.0",
        "CC-BY-SA-4.0", "CC0-1.0", "CDDL-1.0", "CDDL-1.1", "CNRI-Python", "curl", "EPL-1.0", "EPL-2.0", "FTL",
        "GPL-1.0-or-later", "GPL-2.0", "GPL-2.0-only", "GPL-2.0-or-later", "GPL-3.0", "GPL-3.0-only",
        "GPL-3.0-or-later", "HPND", "ICU", "IJG", "ISC", "LGPL-2.0-only", "LGPL-2.0-or-later", "LGPL-2.1",
        "LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0", "LGPL-3.0-only", "LGPL-3.0-or-later", "Libpng", "libtiff",
        "MIT", "MIT-0", "MIT-CMU", "MPL-1.1", "MPL-2.0", "MS-PL", "NCSA", "OFL-1.1", "OpenSSL", "PHP-3.01",
        "PostgreSQL", "PSF-2.0", "Python-2.0", "Python-2.0.1", "Ruby", "SSPL-1.0", "Unicode-3.0", "Unicode-DFS-2016",
        "Unlicense", "UPL-1.0", "Vim", "W3C", "WTFPL", "X11", "Zlib", "zlib-acknowledgement", "ZPL-2.1",
    ]

    private static let exceptions: Set<String> = [
        "Autoconf-exception-3.0", "Bison-exception-2.2", "Classpath-exception-2.0", "GCC-exception-2.0",
        "GCC-exception-3.1", "LLVM-exception", "OpenSSL-exception", "Font-exception-2.0",
    ]

    /// One expression for all of them; nil unless each is one.
    static func spdx(_ licences: [String]) -> String? {
        let licences = licences.filter { !$0.isEmpty }
        guard !licences.isEmpty, licences.allSatisfy(isExpression) else { return nil }
        if licences.count == 1 { return licences[0] }
        return licences.map { $0.contains(" ") ? "(\($0))" : $0 }.joined(separator: " AND ")
    }

    /// Known identifiers with AND, OR and WITH between them, and brackets that match.
    private static func isExpression(_ text: String) -> Bool {
        var depth = 0
        var wantsName = true
        var wantsException = false
        let spaced = text.replacing("(", with: " ( ").replacing(")", with: " ) ")
        for token in spaced.split(separator: " ") {
            switch token {
            case "(":
                guard wantsName, !wantsException else { return false }
                depth += 1
            case ")":
                depth -= 1
                guard !wantsName, depth >= 0 else { return false }
            case "AND", "OR", "WITH":
                guard !wantsName else { return false }
                wantsName = true
                wantsException = token == "WITH"
            default:
                let name = String(token.last == "+" ? token.dropLast() : token)
                guard wantsName, wantsException ? exceptions.contains(name) : known.contains(name) else { return false }
                wantsName = false
                wantsException = false
            }
        }
        return depth == 0 && !wantsName
    }
}
