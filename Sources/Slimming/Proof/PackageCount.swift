/// How many packages an image has, by what their managers write down.
enum PackageCount {
    /// Packages of dpkg, apk, pip, npm and Java archives.
    static func count(_ root: RootView) -> Int {
        var count = DpkgDatabase(root).packages.count
        for path in ["/lib/apk/db/installed", "/usr/lib/apk/db/installed"] {
            let lines = (root.text(path, limit: 64 << 20) ?? "").split(separator: "\n")
            count += lines.count { $0.hasPrefix("P:") }
            if !lines.isEmpty { break }
        }
        for file in root.files(below: "/", limit: 400_000) {
            if file.hasPrefix("/proc/") || file.hasPrefix("/sys/") { continue }
            if file.hasSuffix(".dist-info/METADATA") || file.hasSuffix(".egg-info/PKG-INFO") { count += 1 }
            if file.hasSuffix("/package.json"), isModule(file) { count += 1 }
            if file.hasSuffix(".jar") { count += 1 }
        }
        return count
    }

    /// `…/node_modules/NAME/package.json` or `…/node_modules/@SCOPE/NAME/package.json`.
    private static func isModule(_ path: String) -> Bool {
        let parts = path.split(separator: "/")
        guard parts.count >= 3 else { return false }
        if parts[parts.count - 3] == "node_modules" { return true }
        return parts.count >= 4 && parts[parts.count - 4] == "node_modules" && parts[parts.count - 3].hasPrefix("@")
    }
}
