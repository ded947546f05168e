import FoundationEssentials
import NIOHTTP1
import OCI

extension FakeRegistry {
    /// The `401` that a request without the right to what it does gets; nil if it may.
    func refusal(_ request: FakeRegistryRequest, _ route: Route) -> FakeRegistryReply? {
        let header = request.headers.first(name: "Authorization")
        switch options.authentication {
        case .none: return nil
        case .basic(let users):
            if let (user, password) = Self.basic(header), users[user] == password { return nil }
            var reply = FakeRegistryReply.error(401, "UNAUTHORIZED", "authentication required")
            reply.headers.add(name: "WWW-Authenticate", value: "Basic realm=\"fake\"")
            return reply
        case .token:
            let needed = Self.need(request, route)
            let isGranted = storage.withLock { storage -> Bool in
                guard let header, header.hasPrefix("Bearer ") else { return false }
                let name = String(header.dropFirst("Bearer ".count))
                guard let token = storage.tokens[name], token.uses > 0 else { return false }
                storage.tokens[name]?.uses -= 1
                guard let (resource, actions) = needed else { return true }
                return token.scopes[resource]?.isSuperset(of: actions) ?? false
            }
            guard !isGranted else { return nil }
            var reply = FakeRegistryReply.error(401, "UNAUTHORIZED", "authentication required")
            var challenge = "Bearer realm=\"\(options.realm ?? origin + "/token")\",service=\"fake\""
            if let (resource, actions) = needed {
                challenge += ",scope=\"\(resource):\(actions.sorted().joined(separator: ","))\""
            }
            if header != nil { challenge += ",error=\"insufficient_scope\"" }
            reply.headers.add(name: "WWW-Authenticate", value: challenge)
            return reply
        }
    }

    private static func need(_ request: FakeRegistryRequest, _ route: Route) -> (String, Set<String>)? {
        if case .catalog = route { return ("registry:catalog", ["*"]) }
        guard let repository = route.repository else { return nil }
        let actions: Set<String> =
            switch request.method {
            case "GET", "HEAD": ["pull"]
            case "DELETE": if case .upload = route { ["pull", "push"] } else { ["delete"] }
            default: ["pull", "push"]
            }
        return ("repository:\(repository)", actions)
    }

    /// The token service: `GET` with basic authentication or without, `POST` with a refresh token.
    func token(_ request: FakeRegistryRequest) -> FakeRegistryReply {
        guard case .token(let users, let refreshTokens, let anonymousPull) = options.authentication else {
            return .error(404, "UNKNOWN")
        }
        var wanted = request.query["scope"] ?? []
        var isKnown = false
        if request.method == "POST" {
            let form = FakeRegistryRequest.form(String(decoding: request.body, as: UTF8.self))
            guard form["grant_type"]?.first == "refresh_token", let refresh = form["refresh_token"]?.first,
                refreshTokens.contains(refresh)
            else { return .json(401, ["error": .string("invalid_grant")]) }
            wanted = (form["scope"]?.first ?? "").split(separator: " " as Character).map { String($0) }
            isKnown = true
        } else if let header = request.headers.first(name: "Authorization") {
            guard let (user, password) = Self.basic(header), users[user] == password else {
                return .json(401, ["details": .string("incorrect username or password")])
            }
            isKnown = true
        }
        var granted: [String: Set<String>] = [:]
        for scope in wanted {
            guard let colon = scope.lastIndex(of: ":") else { continue }
            var actions = Set(scope[scope.index(after: colon)...].split(separator: "," as Character).map { String($0) })
            if !isKnown { actions.formIntersection(anonymousPull ? ["pull"] : []) }
            granted[String(scope[..<colon])] = actions
        }
        if !isKnown, !anonymousPull { return .json(401, ["details": .string("authentication required")]) }
        let name = storage.withLock { storage in
            let name = storage.newName("token")
            storage.tokens[name] = .init(scopes: granted, uses: options.tokenUses)
            return name
        }
        return .json(200, ["token": .string(name), "expires_in": .integer(300)])
    }

    private static func basic(_ header: String?) -> (user: String, password: String)? {
        guard let header, header.hasPrefix("Basic "),
            let data = Data(base64Encoded: String(header.dropFirst("Basic ".count)))
        else {
            return nil
        }
        let pair = String(decoding: data, as: UTF8.self)
        guard let colon = pair.firstIndex(of: ":") else { return nil }
        return (String(pair[..<colon]), String(pair[pair.index(after: colon)...]))
    }
}
