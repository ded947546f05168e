import FoundationEssentials
import OCI
import Store

/// Finds and keeps the results of steps in the store's records.
struct StepCache: Sendable {
    let store: Store

    /// What a record carries beside its layer.
    private struct Payload: Codable {
        /// The key that later steps build on.
        var key: Digest
        var newestInput: Int64
        /// What COPY took from a stage.
        var copied: [BuildRecord.Copied]?
    }

    /// The step that a former build recorded under the key, if its layer is still there.
    func find(_ key: Digest) throws -> StepResult? {
        guard let record = try store.cacheRecord(key), let layer = record.layerID, let text = record.payload else {
            return nil
        }
        let payload = try JSONDecoder().decode(Payload.self, from: Data(text.utf8))
        return StepResult(
            key: payload.key, layer: layer, newestInput: payload.newestInput, isCached: true,
            milliseconds: record.milliseconds, copied: payload.copied)
    }

    /// Records a result under each of the keys, in one transaction.
    func record(_ result: StepResult, under keys: [Digest], key: CacheKey, step: String, place: String) throws {
        let payload = String(
            decoding: try CanonicalJSON.encode(
                Payload(key: result.key, newestInput: result.newestInput, copied: result.copied)),
            as: UTF8.self)
        let parts = String(decoding: try CanonicalJSON.encode(key.parts), as: UTF8.self)
        var unique: [Digest] = []
        for key in keys where !unique.contains(key) { unique.append(key) }
        try store.recordCache(
            unique.map { key in
                (
                    record: CacheRecord(
                        key: key, layerID: result.layer, place: place, instruction: step,
                        milliseconds: result.milliseconds, payload: payload),
                    partsJSON: parts
                )
            })
    }
}
