import Inventory
import OCI

extension AvoidablePackages {
    /// Those of the findings' packages that apt installed only because another recommends them: no instruction names them or a
    /// program of theirs, and no package that is installed requires them. `--no-install-recommends` keeps them out.
    ///
    /// Only where that is certain: of an instruction whose list of packages is written out.
    ///
    /// - Parameter texts: all that the image's instructions say, also those that made no layer.
    public static func onlyRecommended(
        _ findings: [Finding], in inventory: ImageInventory, layers: [LayerAttribution], texts: [String]
    ) -> [AvoidablePackages] {
        let layers = layers.filter {
            $0.isBase == false && $0.instruction.map(installsRecommended) == true
        }
        guard !layers.isEmpty else { return [] }
        let words = Set((texts + layers.compactMap(\.instruction)).flatMap(words))
        let packages = inventory.packages.filter { $0.type == .deb }
        let avoidable = layers.flatMap { layer in
            let own = packages.filter { $0.layer.index == layer.index }
            let wanted = own.filter { words.contains($0.name) || !words.isDisjoint(with: programs(of: $0, inventory)) }
            let others = packages.filter { $0.layer.index != layer.index }
            let needed = Set(inventory.needed(by: wanted + others).map(\.name))
            return own.filter { !needed.contains($0.name) }
        }
        let identities = Set(avoidable)
        return grouped(findings.filter { identities.contains($0.package) })
    }

    /// Is this apt, told to install what is written here and no more, with what that recommends?
    private static func installsRecommended(_ instruction: String) -> Bool {
        let words = instruction.split { $0.isWhitespace || "\"'();&|".contains($0) }
        let isInstalling = words.contains("install") && words.contains { ["apt", "apt-get"].contains($0) }
        let isOpen = words.contains { word in
            word.hasPrefix("$") || word.hasPrefix("`") || word.hasSuffix(".deb")
                || ["xargs", "remove", "purge", "autoremove"].contains(word)
        }
        return isInstalling && !isOpen && !instruction.contains("nstall-recommends")
            && !instruction.contains("nstall-Recommends")
    }

    /// What may be the name of a package or program.
    private static func words(_ text: String) -> [String] {
        text.split { !$0.isLetter && !$0.isNumber && !"+-._".contains($0) }.map(String.init)
    }

    /// The names of a package's programs.
    private static func programs(of package: Package, _ inventory: ImageInventory) -> Set<String> {
        var names: Set<String> = []
        for path in inventory.ownedFiles(of: package).flatMap(\.paths) {
            let parts = path.split(separator: UInt8(ascii: "/")).suffix(2).map { String(decoding: $0, as: UTF8.self) }
            if parts.count == 2, ["bin", "sbin", "games"].contains(parts[0]) { names.insert(parts[1]) }
        }
        return names
    }
}
