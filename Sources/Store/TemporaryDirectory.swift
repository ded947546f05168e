extension Store {
    /// A new directory on the store's file system, for this process alone. It goes when this store value is closed, or,
    /// after a kill, when another process next cleans up.
    ///
    /// - Throws: ``StoreError`` when it cannot be made.
    public func makeTemporaryDirectory() throws(StoreError) -> String {
        let path = try session.temporaryPath()
        try createDirectory(path, mode: 0o700)
        return path
    }
}
