import GRDB
import OCI

extension Store {
    /// Keeps the record of a build, to be found again by any of the digests: those of the image's configuration and
    /// manifest, and the ``OCI/ImageConfig/chainID(ofLowest:)`` of its layers.
    ///
    /// What a digest stood for before, it stands for no more. A record that nothing stands for is removed.
    public func recordBuild(_ record: BuildRecord, of subjects: [Digest]) throws(StoreError) {
        let bytes: [UInt8]
        do { bytes = try record.bytes() } catch { throw .corrupt(path: catalog.path, detail: "\(error)") }
        let digest = Digest.sha256(of: bytes)
        let now = Timestamp.now()
        let known = try catalog.read { db in
            try subjects.allSatisfy { subject in
                let statement = try db.cachedStatement(
                    sql: """
                        SELECT 1 FROM build_subjects JOIN build_records ON build_records.id = build_subjects.record
                        WHERE subject = ? AND digest = ? AND updated > ?
                        """)
                return try Int.fetchOne(
                    statement, arguments: [subject.description, digest.description, now - UsageLog.resolution]) != nil
            }
        }
        if known { return }
        try catalog.write { db in
            try db.cachedStatement(
                sql: """
                    INSERT INTO build_records (digest, record, updated) VALUES (?, ?, ?)
                    ON CONFLICT (digest) DO UPDATE SET updated = excluded.updated
                    """
            ).execute(arguments: [digest.description, String(decoding: bytes, as: UTF8.self), now])
            let number = try Int64.fetchOne(
                db, sql: "SELECT id FROM build_records WHERE digest = ?", arguments: [digest.description])
            for subject in subjects {
                try db.cachedStatement(
                    sql: "INSERT OR REPLACE INTO build_subjects (subject, record) VALUES (?, ?)"
                ).execute(arguments: [subject.description, number])
            }
            try db.cachedStatement(
                sql: "DELETE FROM build_records WHERE id NOT IN (SELECT record FROM build_subjects)"
            ).execute()
        }
    }

    /// The record that the first of the digests stands for for which there is one.
    public func buildRecord(of subjects: [Digest]) throws(StoreError) -> BuildRecord? {
        for subject in subjects {
            let text = try catalog.read { db in
                let statement = try db.cachedStatement(
                    sql: """
                        SELECT build_records.record FROM build_subjects
                        JOIN build_records ON build_records.id = build_subjects.record
                        WHERE subject = ?
                        """)
                return try String.fetchOne(statement, arguments: [subject.description])
            }
            // A record in the form of another version of the program is as good as none.
            if let text, let record = try? BuildRecord(reading: text.utf8) { return record }
        }
        return nil
    }

    /// The record of an image's build. Of two Dockerfiles that gave the same layers, the manifest or the configuration
    /// tells which it was; else the one built last counts.
    public func buildRecord(of image: LocatedImage) throws(StoreError) -> BuildRecord? {
        try buildRecord(of: BuildRecord.subjects(manifest: image.descriptor.digest, image.manifest, image.config))
    }

    /// What made the layers and files of an image, as far as it is known.
    public func attribution(of image: LocatedImage) throws(StoreError) -> ImageAttribution {
        ImageAttribution(config: image.config, record: try buildRecord(of: image))
    }
}
