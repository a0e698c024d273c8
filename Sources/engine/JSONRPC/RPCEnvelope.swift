internal import JSON

/// A request as it came over the wire.
struct RPCRequest: Sendable {
    /// `nil` for a notification: run, not answered.
    var id: JSONValue?
    var method: String
    var params: [JSONValue]
    /// Whether it is no request but an answer, or nothing at all.
    var isResponse: Bool

    /// Reads an object's members.
    ///
    /// - Throws: ``RPCError`` with -32700 and, where it could be read, the id to answer to.
    init(from value: JSONValue, dialect: RPCDialect) throws(RPCFailure) {
        guard let object = value.object else {
            throw RPCFailure(id: nil, error: Self.unreadable("Parse error"))
        }
        let fields = Fields(object)
        id = try Self.id(fields.id, dialect)
        if let name = fields.method, !name.isNull {
            guard let text = name.string else {
                throw RPCFailure(
                    id: id,
                    error: Self.unreadable("unmarshaling request: method is no string")
                )
            }
            method = text
        } else {
            method = ""
        }
        isResponse = method.isEmpty && fields.hasOutcome
        switch fields.params {
        case nil, .null?: params = []
        case .array(let values)?: params = values
        case .bool?, .number?, .string?, .object?:
            throw RPCFailure(
                id: id,
                error: Self.unreadable("unmarshaling param array: params is no array")
            )
        }
    }

    /// The members that matter, found as Go finds them, in one pass over the object.
    private struct Fields {
        var id: JSONValue?
        var method: JSONValue?
        var params: JSONValue?
        var hasOutcome: Bool = false

        init(_ object: JSONObject) {
            for member in object.members {
                switch member.name {
                case "id": id = member.value
                case "method": method = member.value
                case "params": params = member.value
                case "jsonrpc": continue
                default:
                    // Another spelling of one of them, or something else: rare.
                    self = Fields(bySearching: object)
                    return
                }
            }
        }

        init(bySearching object: JSONObject) {
            id = object.value(forField: "id")
            method = object.value(forField: "method")
            params = object.value(forField: "params")
            hasOutcome =
                object.value(forField: "result") != nil || object.value(forField: "error") != nil
        }
    }

    private static func id(
        _ value: JSONValue?,
        _ dialect: RPCDialect
    ) throws(RPCFailure) -> JSONValue? {
        switch (value, dialect) {
        case (nil, _), (.null?, _): return nil
        case (.string?, .current), (.number?, .current), (.string?, .fork2022),
            (.number?, .fork2022):
            return value
        case (.number(let number)?, .fork2021) where number.int64 != nil: return value
        case (let value?, .fork2021):
            let text = "unmarshaling request: json: cannot unmarshal \(value.kindName) into id"
            throw RPCFailure(id: 0, error: unreadable(text))
        case (let value?, .current), (let value?, .fork2022):
            let text = "failed to parse ID: invalid id type: \(value.kindName)"
            throw RPCFailure(id: nil, error: unreadable(text))
        }
    }

    private static func unreadable(_ text: String) -> RPCError {
        RPCError(code: RPCError.parseErrorCode, text)
    }
}

/// A request that cannot be served, and the id to say so to.
struct RPCFailure: Error {
    let id: JSONValue?
    let error: RPCError
}

/// The text of answers, in the order of members that each generation prints.
enum RPCResponse {
    private static let currentStart: [UInt8] = Array(#"{"id":"#.utf8)
    private static let currentMiddle: [UInt8] = Array(#","jsonrpc":"2.0","result":"#.utf8)
    private static let forkStart: [UInt8] = Array(#"{"jsonrpc":"2.0""#.utf8)
    private static let forkResult: [UInt8] = Array(#","result":"#.utf8)
    private static let forkID: [UInt8] = Array(#","id":"#.utf8)
    private static let null: [UInt8] = Array("null".utf8)
    /// Go's encoder ends each value with a line feed.
    private static let end: [UInt8] = Array("}\n".utf8)

    /// An answer with a result, which is JSON text.
    static func success(id: JSONValue, result: [UInt8]?, _ dialect: RPCDialect) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(96 + (result?.count ?? 0))
        switch dialect {
        case .current:
            text += currentStart
            append(id, to: &text)
            text += currentMiddle
            text += result ?? null
        case .fork2021, .fork2022:
            text += forkStart
            if let result {
                text += forkResult
                text += result
            }
            text += forkID
            append(id, to: &text)
        }
        text += end
        return text
    }

    /// Appends an id; most are numbers, whose text is at hand.
    private static func append(_ id: JSONValue, to text: inout [UInt8]) {
        if case .number(let number) = id {
            text.append(contentsOf: number.text.utf8)
        } else {
            text += id.jsonBytes()
        }
    }

    /// An answer with an error.
    static func failure(id: JSONValue?, error: RPCError, _ dialect: RPCDialect) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            switch dialect {
            case .current:
                writer.member("error", error)
                writer.member("id", id)
                writer.member("jsonrpc", "2.0")
            case .fork2021, .fork2022:
                writer.member("jsonrpc", "2.0")
                writer.member("id", id)
                writer.member("error", dialect == .fork2022 ? error.withCode : error)
            }
        }
        return writer.bytes + [0x0A]
    }

    /// A request or notification of this side.
    static func request(
        id: Int64?,
        method: String,
        params: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("jsonrpc", "2.0")
            if let id { writer.member("id", id) }
            writer.member("method", method)
            writer.key("params")
            params(&writer)
        }
        return writer.bytes
    }
}
