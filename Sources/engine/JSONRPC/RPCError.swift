package import JSON
internal import ServiceKit

/// An error that travels in an answer.
package struct RPCError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The number; 1 unless a method says otherwise, negative for the protocol's own.
    package let code: Int
    /// The text for a person.
    package let message: String
    /// What a method adds.
    package let data: JSONValue?

    /// An error of a method.
    package init(code: Int = 1, _ message: String, data: JSONValue? = nil) {
        self.code = code
        self.message = message
        self.data = data
    }

    /// No JSON, or parameters that cannot be read.
    package static let parseErrorCode: Int = -32700
    /// No request.
    package static let invalidRequestCode: Int = -32600
    /// No such method.
    package static let methodNotFoundCode: Int = -32601
    /// Too many or too few parameters.
    package static let invalidParametersCode: Int = -32602

    static func methodNotFound(_ name: String) -> RPCError {
        RPCError(code: methodNotFoundCode, "method '\(name)' not found")
    }

    static func wrongCount(_ name: String, found: Int, wanted: Int) -> RPCError {
        let text = "wrong param count (method '\(name)'): \(found) != \(wanted)"
        return RPCError(code: invalidParametersCode, text)
    }

    static func missingPermission(
        _ name: String,
        need: Permission,
        dialect: RPCDialect
    ) -> RPCError {
        let plain = name.split(separator: ".").last.map(String.init) ?? name
        // The fork of 2021 has two blanks.
        let blank = dialect == .fork2021 ? "  " : " "
        return RPCError(
            "missing permission to invoke '\(plain)'\(blank)(need '\(need.rawValue)')"
        )
    }

    package var description: String { message }
}

extension RPCError: JSONEncodable, JSONDecodable {
    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        code = try object.decode("code", default: 0)
        message = try object.decode("message", default: "")
        data = try object.decodeIfPresent("data")
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("code", code)
            writer.member("message", message)
            writer.memberIfPresent("data", data)
        }
    }
}

/// Which of go-jsonrpc's generations a service imitates; clients of the originals must not notice.
package enum RPCDialect: Sendable {
    /// The present one (lotus, and the node): any kind of id, batches, `"result":null` for methods
    /// without a result, errors without an id have a body.
    case current
    /// The fork that venus-wallet v1.2.0 uses: ids are integers, no batches, no `result` for methods
    /// without one, errors without an id have an empty body.
    case fork2021
}
