import Analysis
import Glibc
import Yams

/// Rules for images in a file: `.whittle.yaml`, or dive's `.dive-ci`.
///
///     inspect:                      rules:
///       lowestEfficiency: 0.95        lowestEfficiency: 0.95
///       maxSize: 200MB                highestWastedBytes: 20MB
enum GateFile {
    /// The files that are looked for in the working directory, in order.
    static let names = [".whittle.yaml", ".whittle.yml", ".dive-ci"]

    /// The rules of a file; nil for a file of ours without any.
    static func read(_ path: String) throws(OptionError) -> GateRules? {
        let bytes = try FileBytes.read(path, what: "file of rules", limit: 1 << 20)
        return try rules(String(decoding: bytes, as: UTF8.self), path: path)
    }

    /// The rules of the first file there is.
    static func find() throws(OptionError) -> GateRules? {
        for name in names where access(name, F_OK) == 0 {
            if let rules = try read(name) { return rules }
        }
        return nil
    }

    static func rules(_ text: String, path: String) throws(OptionError) -> GateRules? {
        let document = try YAMLDocument(text, path: path)
        let own = document["inspect"]
        guard let section = own ?? document["rules"] else { return nil }
        // In dive's files a rule that is not there is as dive has it.
        var rules = own == nil ? GateRules.dive : GateRules()
        if section.isNull { return rules }
        guard let fields = section.mapping else { throw section.failure("expected a mapping of rules") }
        for (key, value) in fields {
            guard let text = value.scalar else { throw value.failure("\(key): expected a value") }
            // As dive has it.
            if ["", "off", "false", "disabled"].contains(text.lowercased()) {
                switch key.lowercased() {
                case "lowestefficiency": rules.lowestEfficiency = nil
                case "highestuserwastedpercent": rules.highestUserWastedPercent = nil
                default: break
                }
                continue
            }
            let option = "\(value.place): \(key)"
            switch key.lowercased() {
            case "lowestefficiency": rules.lowestEfficiency = try SizeLimit.part(text, option: option)
            case "highestwastedbytes": rules.highestWastedBytes = try SizeLimit.bytes(text, option: option)
            case "highestuserwastedpercent":
                rules.highestUserWastedPercent = try SizeLimit.part(text, option: option)
            case "maxsize": rules.maxSize = try SizeLimit.bytes(text, option: option)
            case "maxgrowth": rules.maxGrowth = try SizeLimit.growth(text, option: option)
            default: throw value.failure("unknown rule \"\(key)\"")
            }
        }
        return rules
    }
}
