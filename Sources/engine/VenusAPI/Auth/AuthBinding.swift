package import JSON

/// A miner or signer that belongs to a user.
package struct AuthBinding: Hashable, Sendable, JSONDecodable {
    /// Which of the two.
    package enum Kind: String, Sendable {
        case miner = "Miner"
        case signer = "Signer"
    }

    package var kind: Kind
    /// The address in f-form.
    package var address: String
    /// The user's name.
    package var user: String
    /// Whether the pool mines for this miner; always true for a signer.
    package var openMining: Bool
    /// RFC 3339 with nanoseconds.
    package var createdAt: String
    /// RFC 3339 with nanoseconds.
    package var updatedAt: String

    package init(
        kind: Kind,
        address: String,
        user: String,
        openMining: Bool,
        createdAt: String,
        updatedAt: String
    ) {
        self.kind = kind
        self.address = address
        self.user = user
        self.openMining = openMining
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        kind = object.value(forField: "Miner") == nil ? .signer : .miner
        address = try object.decode(kind.rawValue)
        user = try object.decode("User")
        openMining = try object.decode("OpenMining", default: true)
        createdAt = try object.decode("CreatedAt", default: "")
        updatedAt = try object.decode("UpdatedAt", default: "")
    }

    /// Writes the binding; routes of the older service lack the field `OpenMining`.
    package func encode(to writer: inout JSONWriter, withOpenMining: Bool) {
        writer.object { writer in
            writer.member(kind.rawValue, address)
            writer.member("User", user)
            if withOpenMining { writer.member("OpenMining", openMining) }
            writer.member("CreatedAt", createdAt)
            writer.member("UpdatedAt", updatedAt)
        }
    }
}

/// How many requests a user may make to a service in a span of time; kept by auth, obeyed by services.
package struct AuthRateLimit: Hashable, Sendable, JSONCodable {
    package var id: String
    /// The user's name.
    package var name: String
    /// Empty for every service.
    package var service: String
    /// Empty for every method.
    package var api: String
    /// Requests per span.
    package var cap: Int64
    /// The span in nanoseconds.
    package var resetNanoseconds: Int64

    package init(
        id: String,
        name: String,
        service: String = "",
        api: String = "",
        cap: Int64,
        resetNanoseconds: Int64
    ) {
        self.id = id
        self.name = name
        self.service = service
        self.api = api
        self.cap = cap
        self.resetNanoseconds = resetNanoseconds
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        id = try object.decode("Id", default: "")
        name = try object.decode("Name", default: "")
        service = try object.decode("Service", default: "")
        api = try object.decode("API", default: "")
        let limit = try object.decodeIfPresent("ReqLimit", as: JSONObject.self) ?? JSONObject()
        cap = try limit.decode("Cap", default: 0)
        resetNanoseconds = try limit.decode("ResetDur", default: 0)
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Id", id)
            writer.member("Name", name)
            writer.member("Service", service)
            writer.member("API", api)
            writer.key("ReqLimit")
            writer.object { writer in
                writer.member("Cap", cap)
                writer.member("ResetDur", resetNanoseconds)
            }
        }
    }
}
