extension Evidence {
    /// Shared libraries that were opened though nothing that ran is linked with them: they were asked for by name.
    ///
    /// - Parameters:
    ///   - program: The program, which comes with what it is linked with.
    ///   - directories: Directories whose libraries come along with what they are linked with.
    /// - Returns: Paths, with those of the links to them: which of them is asked for is not seen.
    func loadedByName(program: String, besides directories: [String] = []) -> [String] {
        let opened = observation.opened.filter { $0.contains(".so") && image.kind($0) == .file }
        let covered = observation.opened.filter { path in directories.contains { PathText.isBelow(path, $0) } }
        let linked = LinkedLibraries.of(covered.union([program, image.resolved("/bin/sh")]), in: image)
        let libraries = opened.subtracting(covered).subtracting(linked).filter { path in
            ["/usr/lib/", "/lib/", "/usr/local/lib/"].contains { path.hasPrefix($0) }
                && !path.hasSuffix("/ld.so.cache") && !PathText.name(path).hasPrefix("ld-linux")
        }
        return libraries.flatMap { library in
            let directory = PathText.parent(library)
            return image.names(directory).map { PathText.join(directory, $0) }.filter {
                $0 == library || ($0.contains(".so") && image.resolved($0) == library)
            }
        }.sorted()
    }
}
