extension Evidence {
    /// Whether a time zone was looked up; that every program reads the system's own one does not count.
    var looksUpTimeZones: Bool {
        let own = image.resolved("/etc/localtime")
        return observation.opened.contains { path in
            guard path.contains("/zoneinfo/"), path != own else { return false }
            return !["/UTC", "/UCT", "/Universal", "/Zulu"].contains(where: path.hasSuffix)
        }
    }

    /// Directories of the locales that were opened, with the archive of those that were generated.
    var locales: [String] {
        let root = "/usr/lib/locale/"
        let names = observation.opened.filter { $0.hasPrefix(root) }.compactMap {
            $0.dropFirst(root.count).split(separator: "/").first.map { root + $0 }
        }
        return Set(names).sorted()
    }

    /// What was opened of the tables between character sets, and the list by which the C library finds them.
    var characterSets: [String] { observation.opened.filter { $0.contains("/gconv/") }.sorted() }
}
