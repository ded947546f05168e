extension SeccompProfile {
    /// The profile in the form of the OCI runtime specification, for runtimes that compile it themselves.
    func runtimeForm(architectures: [SeccompProgram.Architecture] = SeccompProgram.Architecture.native) -> JSONValue {
        // A later rule of the specification's form does not stand back behind an earlier one, so names are given once.
        var decided: Set<String> = []
        var rules: [JSONValue] = []
        for rule in self.rules {
            let names = rule.names.filter { !decided.contains($0) }
            decided.formUnion(names)
            guard !names.isEmpty else { continue }
            for condition in Self.conditions(of: rule.argument) {
                var members: [(String, JSONValue)] = [("names", .strings(names))]
                switch rule.action {
                case .allow: members.append(("action", .string("SCMP_ACT_ALLOW")))
                case .fail(let code):
                    members += [("action", .string("SCMP_ACT_ERRNO")), ("errnoRet", .integer(Int64(code)))]
                }
                if !condition.isEmpty { members.append(("args", .array(condition))) }
                rules.append(.object(members))
            }
        }
        return .object([
            ("defaultAction", .string("SCMP_ACT_ERRNO")), ("defaultErrnoRet", .integer(1)),
            ("architectures", .strings(architectures.map(\.runtimeName))), ("syscalls", .array(rules)),
        ])
    }

    /// The alternatives under which a rule holds; each is a list of comparisons that all have to hold.
    private static func conditions(of argument: ArgumentTest?) -> [[JSONValue]] {
        guard let argument else { return [[]] }
        func comparison(_ value: UInt32, _ operation: String, second: UInt32? = nil) -> JSONValue {
            .object(
                [("index", .integer(Int64(argument.index))), ("value", .unsigned(UInt64(value)))]
                    + (second.map { [("valueTwo", .unsigned(UInt64($0)))] } ?? [])
                    + [("op", .string(operation))])
        }
        switch argument.test {
        case .oneOf(let values): return values.map { [comparison($0, "SCMP_CMP_EQ")] }
        case .noBits(let mask): return [[comparison(mask, "SCMP_CMP_MASKED_EQ", second: 0)]]
        case .noneOf(let values):
            // One comparison per argument is all that libseccomp guarantees: the stretches between the values.
            let sorted = values.sorted()
            guard let first = sorted.first, let last = sorted.last else { return [[]] }
            let between = zip(sorted, sorted.dropFirst()).flatMap { low, high in (low + 1)..<high }
            return [[comparison(first, "SCMP_CMP_LT")]] + between.map { [comparison($0, "SCMP_CMP_EQ")] }
                + [[comparison(last, "SCMP_CMP_GT")]]
        }
    }
}
