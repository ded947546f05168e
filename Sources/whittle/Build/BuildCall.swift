import ArgumentParser

/// `--call` and `--check`: what `build` does instead of building.
struct BuildCallOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "What to do: build, check, outline (what the target can be told) or targets; ,format=json for JSON.",
            valueName: "method"))
    var call = "build"

    @Flag(name: .long, help: "Check the Dockerfile and build nothing: --call check.")
    var check = false

    /// The call.
    func parse() throws(OptionError) -> BuildCall {
        var call = try BuildCall(call)
        if check { call.method = .check }
        return call
    }
}

/// What `build` is to do, as `docker buildx build --call` names it.
struct BuildCall {
    /// What to do.
    enum Method: String { case build, check, outline, targets }

    var method = Method.build
    /// Print JSON rather than text.
    var isJSON = false
    /// Exit with 0 whatever was found.
    var ignoresStatus = false

    /// Reads `METHOD[,format=json|text][,ignorestatus=true]`.
    init(_ text: String) throws(OptionError) {
        for (index, field) in try CommaFields(text).fields.enumerated() {
            switch (field.key, field.value) {
            case ("lint", nil) where index == 0: method = .check
            case (let name, nil) where index == 0:
                guard let method = Method(rawValue: name) else {
                    throw OptionError("--call \(text): \"\(name)\" is not one of build, check, outline, targets")
                }
                self.method = method
            case ("format", "json"): isJSON = true
            case ("format", "text"), ("format", "default"): isJSON = false
            case ("ignorestatus", let value?): ignoresStatus = try OutputParsing.bool(value, option: "--call \(text)")
            case ("ignorestatus", nil): ignoresStatus = true
            default:
                throw OptionError(
                    "--call \(text): \"\(field.key)\(field.value.map { "=" + $0 } ?? "")\" is not supported")
            }
        }
    }
}
