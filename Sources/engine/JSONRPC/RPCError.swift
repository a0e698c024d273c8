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
        // The fork has two blanks.
        let blank = dialect.isFork ? "  " : " "
        return RPCError(
            "missing permission to invoke '\(plain)'\(blank)(need '\(need.rawValue)')"
        )
    }

    /// The error with its code in the text, as the fork writes errors of the protocol.
    var withCode: RPCError {
        code < 0 ? RPCError(code: code, "(error code \(code)) \(message)", data: data) : self
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
    /// The fork v0.1.9, of the messager and the gateway from 2022 on: like that of 2021, but any kind of id.
    case fork2022

    /// Whether it is one of Venus's fork.
    var isFork: Bool { self != .current }

    /// What answers say that they are; Go guesses it from the text where nobody says it.
    var contentType: String {
        self == .fork2022 ? "text/plain; charset=utf-8" : "application/json"
    }
}
