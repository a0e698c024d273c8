internal import BitFields
internal import CBOR
internal import FilecoinTypes
package import JSON
internal import Multiformats

/// How the parameters of a method are written in CBOR, which actors read, and in JSON, which people read.
///
/// The JSON is the reference's: fields under its names, bytes in Base64, amounts as text, an empty list as `null`.
package struct ParameterShape: Sendable {
    let read: @Sendable (inout CBORDecoder) throws -> JSONValue
    let write: @Sendable (JSONValue, inout CBOREncoder) throws -> Void

    /// The JSON of parameters.
    ///
    /// - Throws: `CBORError`.
    package func json(cbor: [UInt8]) throws -> JSONValue {
        var decoder = CBORDecoder(cbor)
        return try read(&decoder)
    }

    /// The parameters that JSON describes; what is missing is zero, empty or nothing.
    ///
    /// - Throws: `JSONError`.
    package func cbor(json: JSONValue) throws -> [UInt8] {
        var encoder = CBOREncoder()
        try write(json, &encoder)
        return encoder.bytes
    }
}

// MARK: - Values

extension ParameterShape {
    static let address = value(Address.self)
    static let amount = value(TokenAmount.self, missing: 0)
    static let cid = value(CID.self)
    static let signature = value(Signature.self)

    /// A value with both forms.
    private static func value<Value: CBORCodable & JSONCodable & Sendable>(
        _ type: Value.Type,
        missing: Value? = nil
    ) -> ParameterShape {
        ParameterShape(
            read: { try (try $0.value() as Value).jsonValue() },
            write: { json, encoder in
                if json.isNull, let missing { return encoder.encode(missing) }
                encoder.encode(try Value(from: json))
            }
        )
    }

    static let unsigned = ParameterShape(
        read: { .number(JSONNumber(try $0.unsigned())) },
        write: { $1.unsigned($0.isNull ? 0 : try UInt64(from: $0)) }
    )
    static let signed = ParameterShape(
        read: { .number(JSONNumber(try $0.signed())) },
        write: { $1.signed($0.isNull ? 0 : try Int64(from: $0)) }
    )
    static let bool = ParameterShape(
        read: { .bool(try $0.bool()) },
        write: { $1.bool($0.isNull ? false : try Bool(from: $0)) }
    )
    static let text = ParameterShape(
        read: { .string(try $0.text()) },
        write: { $1.text($0.isNull ? "" : try $0.expectString()) }
    )
    static let bytes = ParameterShape(
        read: { decoder in
            let bytes = try decoder.bytes()
            return bytes.isEmpty ? .null : try JSONBytes(bytes).jsonValue()
        },
        write: { $1.bytes($0.isNull ? [] : try JSONBytes(from: $0).bytes) }
    )
    /// A set of numbers: in JSON the lengths of alternating runs, the first one of absent numbers.
    static let numbers = ParameterShape(
        read: { decoder in
            let runs = (try decoder.value() as BitField).runLengths
            // The empty set is one run of nothing.
            return .array(runs.isEmpty ? [0] : runs.map { .number(JSONNumber($0)) })
        },
        write: { json, encoder in
            encoder.encode(try BitField(runLengths: json.isNull ? [] : [UInt64](from: json)))
        }
    )
}

// MARK: - Composition

extension ParameterShape {
    static func list(_ element: ParameterShape) -> ParameterShape {
        ParameterShape(
            read: { decoder in
                var items: [JSONValue] = []
                for _ in 0..<(try decoder.arrayCount()) { items.append(try element.read(&decoder)) }
                return items.isEmpty ? .null : .array(items)
            },
            write: { json, encoder in
                let items = json.isNull ? [] : try json.expectArray()
                encoder.array(items.count)
                for item in items { try element.write(item, &encoder) }
            }
        )
    }

    static func optional(_ wrapped: ParameterShape) -> ParameterShape {
        ParameterShape(
            read: { try $0.isNull() ? .null : try wrapped.read(&$0) },
            write: { json, encoder in
                if json.isNull { encoder.null() } else { try wrapped.write(json, &encoder) }
            }
        )
    }

    /// Named fields, which are a list in CBOR.
    ///
    /// The fields of one without a name stand beside the others in JSON, as those of an embedded struct do in Go.
    static func record(_ fields: KeyValuePairs<String, ParameterShape>) -> ParameterShape {
        let fields = fields.map { (name: $0.key, shape: $0.value) }
        return ParameterShape(
            read: { decoder in
                try decoder.array(count: fields.count)
                var members: [(String, JSONValue)] = []
                for field in fields {
                    let value = try field.shape.read(&decoder)
                    if field.name.isEmpty, let inner = value.object {
                        members += inner.members.map { ($0.name, $0.value) }
                    } else {
                        members.append((field.name, value))
                    }
                }
                return .object(JSONObject(members))
            },
            write: { json, encoder in
                let object = try json.expectObject()
                encoder.array(fields.count)
                for field in fields {
                    let value =
                        field.name.isEmpty ? json : object.value(forField: field.name) ?? .null
                    try field.shape.write(value, &encoder)
                }
            }
        )
    }
}
