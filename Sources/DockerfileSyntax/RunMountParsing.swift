extension RunMount {
    /// Reads the mount with the variables of its values expanded.
    ///
    /// Errors: ``RunMountError``, and whatever `expanding` throws.
    public func parse(expanding expand: (String) throws -> String) throws -> ParsedRunMount {
        var parser = RunMountParser()
        for field in try RunMountParser.fields(text) {
            guard let (key, value) = RunMountParser.keyAndValue(field) else {
                try parser.set(bare: field)
                continue
            }
            try parser.set(key, to: expand(value), field: field)
        }
        return try parser.finish()
    }

    /// The stage or image that the mount shows, nil for none; the other values may still hold variables.
    ///
    /// Errors: ``RunMountError``.
    public var from: String? {
        get throws(RunMountError) {
            var from: String?
            for field in try RunMountParser.fields(text) {
                if let (key, value) = RunMountParser.keyAndValue(field), key == "from" { from = value }
            }
            return from.flatMap { $0.isEmpty ? nil : $0 }
        }
    }

    /// Checks what can be checked before expansion: the shape, and that `from`, which decides on the order of stages,
    /// does without variables.
    func checkShape() throws(RunMountError) {
        for field in try RunMountParser.fields(text) {
            guard let (key, value) = RunMountParser.keyAndValue(field), key == "from" else { continue }
            if let dollar = value.utf8.firstIndex(of: UInt8(ascii: "$")), dollar != value.utf8.indices.last {
                throw .fromWithVariable
            }
        }
    }
}

/// Collects the fields of a RUN mount. Order matters in one respect: some keys are only known after `type`.
private struct RunMountParser {
    private var mount = ParsedRunMount()
    private var sharing: ParsedRunMount.Sharing?

    static func fields(_ text: String) throws(RunMountError) -> [String] {
        do {
            return try commaSeparatedFields(text)
        } catch {
            throw .malformed(error)
        }
    }

    static func keyAndValue(_ field: String) -> (key: String, value: String)? {
        guard let equals = field.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        return (field[..<equals].lowercased(), String(field[field.utf8.index(after: equals)...]))
    }

    private static let keys = [
        "type", "from", "source", "target", "readonly", "id", "sharing", "required", "size", "mode", "uid", "gid",
        "src", "dst", "destination", "ro", "rw", "readwrite", "env",
    ]

    private var takesRequired: Bool { mount.kind == .secret || mount.kind == .ssh }

    private mutating func setReadOnly(_ value: Bool) {
        mount.readOnly = value
        mount.readOnlyIsExplicit = true
    }

    mutating func set(bare field: String) throws(RunMountError) {
        let key = field.lowercased()
        switch key {
        case "readonly", "ro": setReadOnly(true)
        case "readwrite", "rw": setReadOnly(false)
        case "required":
            guard takesRequired else { throw .keyNotForType(key: key, type: mount.kind.rawValue) }
            mount.required = true
        default: throw .fieldWithoutValue(field: field)
        }
    }

    mutating func set(_ key: String, to value: String, field: String) throws(RunMountError) {
        let given = value.isEmpty ? nil : value
        switch key {
        case "type":
            guard let kind = ParsedRunMount.Kind(rawValue: value.lowercased()) else {
                let names = ParsedRunMount.Kind.allCases.map(\.rawValue)
                throw .unsupportedType(value: value, suggestion: suggestion(for: value, among: names))
            }
            mount.kind = kind
        case "from": mount.from = given
        case "source", "src": mount.source = given
        case "target", "dst", "destination": mount.target = given
        case "readonly", "ro": setReadOnly(try boolean(key, value))
        case "readwrite", "rw": setReadOnly(try !boolean(key, value))
        case "required":
            guard takesRequired else { throw .keyNotForType(key: key, type: mount.kind.rawValue) }
            mount.required = try boolean(key, value)
        case "size":
            guard mount.kind == .tmpfs else { throw .keyNotForType(key: key, type: mount.kind.rawValue) }
            guard let size = parseMemorySize(value) else { throw .invalidValue(key: key, value: value) }
            mount.sizeLimit = size
        case "id": mount.id = given
        case "sharing":
            guard let mode = ParsedRunMount.Sharing(rawValue: value.lowercased()) else {
                let names = ParsedRunMount.Sharing.allCases.map(\.rawValue)
                throw .unsupportedSharing(value: value, suggestion: suggestion(for: value, among: names))
            }
            sharing = mode
        case "mode": mount.mode = try number(key, value, radix: 8)
        case "uid": mount.uid = try number(key, value, radix: 10)
        case "gid": mount.gid = try number(key, value, radix: 10)
        case "env": mount.environmentName = value
        default:
            throw .unexpectedKey(
                key: key, field: field, suggestion: suggestion(for: key, among: RunMountParser.keys))
        }
    }

    func finish() throws(RunMountError) -> ParsedRunMount {
        var mount = mount
        let type = mount.kind.rawValue
        if mount.kind == .bind || mount.kind == .tmpfs {
            if mount.mode != nil { throw .ownershipNotForType(key: "mode", type: type) }
            if mount.uid != nil { throw .ownershipNotForType(key: "uid", type: type) }
            if mount.gid != nil { throw .ownershipNotForType(key: "gid", type: type) }
        }
        if !mount.readOnlyIsExplicit { mount.readOnly = mount.kind != .cache && mount.kind != .tmpfs }
        if mount.kind == .secret {
            if mount.from != nil { throw .secretWithFrom }
            if sharing != nil { throw .secretWithSharing }
            if mount.source == nil, mount.target == nil, mount.id == nil { throw .secretWithoutName }
            if mount.source != nil, mount.id != nil { throw .secretWithSourceAndID }
        }
        if let sharing {
            guard mount.kind == .cache else { throw .sharingNotForType(type: type) }
            mount.sharing = sharing
        }
        return mount
    }

    private func boolean(_ key: String, _ value: String) throws(RunMountError) -> Bool {
        guard let result = parseBoolean(value) else { throw .invalidValue(key: key, value: value) }
        return result
    }

    private func number(_ key: String, _ value: String, radix: Int) throws(RunMountError) -> UInt32? {
        guard let first = value.utf8.first, first != UInt8(ascii: "+"), let number = UInt32(value, radix: radix) else {
            throw .invalidNumber(key: key, value: value)
        }
        return number
    }
}

extension RunDevice {
    /// Reads the value of a `--device` flag, `[name=]NAME[,required[=BOOL]]`.
    init(parsing text: String, range: SourceRange) throws(RunDeviceError) {
        self.init(name: "", range: range)
        let fields: [String]
        do {
            fields = try commaSeparatedFields(text)
        } catch {
            throw .malformed(error)
        }
        for field in fields {
            guard let (key, value) = RunMountParser.keyAndValue(field) else {
                if field.lowercased() == "required" {
                    required = true
                } else if name.isEmpty {
                    name = field
                } else {
                    throw .fieldWithoutValue(field: field)
                }
                continue
            }
            switch key {
            case "name":
                guard name.isEmpty else { throw .nameAlreadySet(name: name) }
                name = value
            case "required":
                guard let flag = parseBoolean(value) else { throw .invalidValue(key: key, value: value) }
                required = flag
            default:
                // A name may itself hold a `=`, vendor.com/class=device.
                guard name.isEmpty else {
                    throw .unexpectedKey(
                        key: key, field: field, suggestion: suggestion(for: key, among: ["name", "required"]))
                }
                name = field
            }
        }
    }
}
