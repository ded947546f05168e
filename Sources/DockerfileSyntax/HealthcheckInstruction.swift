extension InstructionResolver {
    /// Reads HEALTHCHECK.
    func healthcheck() throws(DockerfileError) -> Healthcheck {
        guard let type = node.words.first else {
            throw .oneArgumentAtLeast(instruction: "HEALTHCHECK", range: node.keyword.range)
        }
        let command = node.words.dropFirst().map(\.text)
        let kind = type.text.uppercased()
        if kind == "NONE" {
            // Flags are of no use here and ignored.
            if let extra = node.words.dropFirst().first { throw .healthcheckNoneWithArguments(range: extra.range) }
            return Healthcheck(test: ["NONE"])
        }
        let flags = try FlagReader(
            node.flags,
            [
                "interval": .value, "timeout": .value, "start-period": .value, "start-interval": .value,
                "retries": .value,
            ])
        guard kind == "CMD" else { throw .unknownHealthcheckType(type: kind, range: type.range) }
        guard !command.isEmpty else { throw .healthcheckWithoutCommand(range: type.range) }
        var check = Healthcheck(test: [node.isJSON ? "CMD" : "CMD-SHELL"] + command)
        check.interval = try duration("interval", flags)
        check.timeout = try duration("timeout", flags)
        check.startPeriod = try duration("start-period", flags)
        check.startInterval = try duration("start-interval", flags)
        check.retries = try retries(flags)
        return check
    }

    private func duration(_ name: String, _ flags: FlagReader) throws(DockerfileError) -> Int64 {
        guard let flag = flags.flag(name), let value = flags.value(name) else { return 0 }
        let range = flag.valueRange ?? flag.range
        let nanoseconds: Int64
        do {
            nanoseconds = try parseDuration(value)
        } catch {
            throw .invalidDuration(error, range: range)
        }
        if nanoseconds != 0, nanoseconds < 1_000_000 { throw .durationTooShort(flag: name, range: range) }
        return nanoseconds
    }

    private func retries(_ flags: FlagReader) throws(DockerfileError) -> Int {
        guard let flag = flags.flag("retries"), let value = flags.value("retries") else { return 0 }
        let range = flag.valueRange ?? flag.range
        guard let retries = Int32(value) else {
            let digits = value.utf8.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
            let isNumber = !digits.isEmpty && digits.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
            throw .invalidRetries(value: value, isOutOfRange: isNumber, range: range)
        }
        if retries < 0 { throw .negativeRetries(value: Int(retries), range: range) }
        return Int(retries)
    }
}
