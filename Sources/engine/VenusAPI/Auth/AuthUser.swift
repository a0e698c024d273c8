package import JSON

/// A user of the auth service.
package struct AuthUser: Hashable, Sendable, JSONCodable {
    /// The state of a user who may work; other numbers mean disabled (0 and 2 were both used for it).
    package static let enabled: Int64 = 1

    /// A random UUID.
    package var id: String
    package var name: String
    /// What the user is for in the first services: 1 is a miner; kept, not interpreted.
    package var sourceType: Int64
    package var comment: String
    /// ``enabled``, or another number for disabled.
    package var state: Int64
    /// Seconds since 1970.
    package var createTime: Int64
    /// Seconds since 1970.
    package var updateTime: Int64

    package init(
        id: String,
        name: String,
        sourceType: Int64,
        comment: String,
        state: Int64,
        createTime: Int64,
        updateTime: Int64
    ) {
        self.id = id
        self.name = name
        self.sourceType = sourceType
        self.comment = comment
        self.state = state
        self.createTime = createTime
        self.updateTime = updateTime
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        id = try object.decode("id", default: "")
        name = try object.decode("name")
        sourceType = try object.decode("sourceType", default: 0)
        comment = try object.decode("comment", default: "")
        state = try object.decode("state", default: 0)
        createTime = try object.decode("createTime", default: 0)
        updateTime = try object.decode("updateTime", default: 0)
    }

    package func encode(to writer: inout JSONWriter) { encode(to: &writer, withSourceType: true) }

    /// Writes the user; routes of the newer service lack the field `sourceType`.
    package func encode(to writer: inout JSONWriter, withSourceType: Bool) {
        writer.object { writer in
            writer.member("id", id)
            writer.member("name", name)
            if withSourceType { writer.member("sourceType", sourceType) }
            writer.member("comment", comment)
            writer.member("state", state)
            writer.member("createTime", createTime)
            writer.member("updateTime", updateTime)
        }
    }
}

/// A token as the auth service lists it.
package struct AuthTokenInfo: Hashable, Sendable, JSONCodable {
    /// The token's text; whoever has it is the user.
    package var token: String
    /// The user's name.
    package var name: String
    /// The token's level.
    package var permission: String
    /// RFC 3339 with nanoseconds.
    package var createTime: String

    package init(token: String, name: String, permission: String, createTime: String) {
        self.token = token
        self.name = name
        self.permission = permission
        self.createTime = createTime
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        token = try object.decode("token")
        name = try object.decode("name", default: "")
        permission = try object.decode("perm", default: "")
        createTime = try object.decode("createTime", default: "")
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("token", token)
            writer.member("name", name)
            writer.member("perm", permission)
            // The original never fills it.
            writer.member("custom", "")
            writer.member("createTime", createTime)
        }
    }
}
