import HTTP
import JSON

/// The fields of a request, bound as the original's web framework binds them.
///
/// `GET` and `DELETE` without a JSON body take the query; other requests take JSON, a form or a
/// multipart form, as their content type says, and a form also the query. Names match in any case.
struct AuthInput {
    /// What the original calls the request, for its error texts.
    let request: String
    private let fields: [(name: String, value: JSONValue)]
    private let isText: Bool

    init(_ http: HTTPRequest, _ request: String) throws(AuthFailure) {
        self.request = request
        let type = Self.type(http.headers["Content-Type"] ?? "")
        if http.method != .get, type == "application/json" {
            fields = try Self.json(http.body, request)
            isText = false
            return
        }
        var items = http.queryItems
        if http.method == .post || http.method == .put || http.method == .patch {
            if type == "application/x-www-form-urlencoded" {
                items = URLEncoding.decodeForm(String(decoding: http.body, as: UTF8.self)) + items
            } else if type == "multipart/form-data" {
                items = MultipartForm.fields(http.body, http.headers["Content-Type"] ?? "") + items
            }
        }
        fields = items.map { ($0.name, .string($0.value)) }
        isText = true
    }

    /// The media type alone, without capitals.
    private static func type(_ header: String) -> String? {
        // As most clients write it.
        if header == "application/json" { return header }
        return header.split(separator: ";").first.map {
            $0.trimmingPrefix(while: \.isWhitespace).lowercased()
        }
    }

    private static func json(
        _ body: [UInt8],
        _ request: String
    ) throws(AuthFailure) -> [(name: String, value: JSONValue)] {
        if body.isEmpty { throw AuthFailure("EOF") }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: body, limits: JSONLimits(depth: 32, bytes: 1 << 20))
        } catch {
            throw AuthFailure("\(error)")
        }
        if value.isNull { return [] }
        guard let object = value.object else {
            throw AuthFailure(
                "json: cannot unmarshal \(value.kindName) into Go value of type auth.\(request)"
            )
        }
        // The last of several equal names counts; a form takes the first.
        return object.members.reversed().map { ($0.name, $0.value) }
    }

    private func value(_ name: String) -> JSONValue? {
        let folded = name.lowercased()
        guard let value = fields.first(where: { $0.name.lowercased() == folded })?.value,
            !value.isNull
        else { return nil }
        return value
    }

    /// Whether one of the fields was given, be it empty.
    func has(_ names: String...) -> Bool { names.contains { value($0) != nil } }

    func string(_ name: String) throws(AuthFailure) -> String {
        guard let value = value(name) else { return "" }
        guard let text = value.string else { throw mismatch(name, value, "string") }
        return text
    }

    /// A text that must not be empty.
    func required(_ name: String) throws(AuthFailure) -> String {
        let text = try string(name)
        if text.isEmpty {
            throw AuthFailure(
                "Key: '\(request).\(name)' Error:Field validation for '\(name)' failed on the 'required' tag"
            )
        }
        return text
    }

    /// A number; 0 when it is absent or an empty text in a form.
    func integer(_ name: String) throws(AuthFailure) -> Int64 {
        guard let value = value(name) else { return 0 }
        if isText, let text = value.string {
            if text.isEmpty { return 0 }
            guard let number = Int64(text) else {
                throw AuthFailure("strconv.ParseInt: parsing \"\(text)\": invalid syntax")
            }
            return number
        }
        guard let number = value.integer(as: Int64.self) else {
            throw mismatch(name, value, "int64")
        }
        return number
    }

    /// A truth value, or nil when it is absent.
    func boolean(_ name: String) throws(AuthFailure) -> Bool? {
        guard let value = value(name) else { return nil }
        if isText, let text = value.string {
            switch text {
            case "1", "t", "T", "TRUE", "true", "True": return true
            case "0", "f", "F", "FALSE", "false", "False": return false
            case "": return nil
            default: throw AuthFailure("strconv.ParseBool: parsing \"\(text)\": invalid syntax")
            }
        }
        guard let flag = value.bool else { throw mismatch(name, value, "bool") }
        return flag
    }

    func strings(_ name: String) throws(AuthFailure) -> [String] {
        if isText {
            let folded = name.lowercased()
            return fields.filter { $0.name.lowercased() == folded }.compactMap(\.value.string)
        }
        guard let value = value(name) else { return [] }
        guard let list = value.array else { throw mismatch(name, value, "[]string") }
        var texts: [String] = []
        for item in list {
            guard let text = item.string else { throw mismatch(name, item, "string") }
            texts.append(text)
        }
        return texts
    }

    /// The object of a field, for the one request that has such a field.
    func object(_ name: String) throws(AuthFailure) -> JSONValue? {
        guard let value = value(name) else { return nil }
        guard value.object != nil else { throw mismatch(name, value, "object") }
        return value
    }

    private func mismatch(_ name: String, _ value: JSONValue, _ want: String) -> AuthFailure {
        AuthFailure(
            "json: cannot unmarshal \(value.kindName) into Go struct field \(request).\(name) of type \(want)"
        )
    }
}

/// The text fields of a `multipart/form-data` body (RFC 7578); files are left out.
enum MultipartForm {
    /// The most fields that are read.
    static let maximumFields = 100

    static func fields(_ body: [UInt8], _ contentType: String) -> [(name: String, value: String)] {
        guard let boundary = parameter("boundary", of: contentType), !boundary.isEmpty else {
            return []
        }
        // With a line break in front the first boundary looks like the others.
        let text =
            "\r\n"
            + String(decoding: body, as: UTF8.self).replacing("\r\n", with: "\n")
            .replacing("\n", with: "\r\n")
        var fields: [(name: String, value: String)] = []
        for part in text.split(separator: "\r\n--\(boundary)").prefix(maximumFields) {
            if part.hasPrefix("--") { break }
            guard let end = part.firstRange(of: "\r\n\r\n") else { continue }
            let head = part[..<end.lowerBound].split(separator: "\r\n")
            let disposition = head.first { $0.lowercased().hasPrefix("content-disposition:") }
            guard let disposition, parameter("filename", of: disposition) == nil,
                let name = parameter("name", of: disposition)
            else { continue }
            fields.append((name, String(part[end.upperBound...])))
        }
        return fields
    }

    private static func parameter(_ name: String, of header: some StringProtocol) -> String? {
        for part in header.split(separator: ";").dropFirst() {
            let sides = part.split(separator: "=", maxSplits: 1)
            guard sides.count == 2,
                sides[0].trimmingPrefix(while: \.isWhitespace).lowercased() == name
            else { continue }
            return String(sides[1].filter { $0 != "\"" })
        }
        return nil
    }
}
