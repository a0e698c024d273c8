internal import Bytes
public import CBOR
public import JSON
internal import Multiformats

/// Why bytes or a value are no DAG-JSON.
public enum DAGJSONError: Error, Hashable, Sendable {
    /// The bytes are no JSON.
    case json(JSONError)
    /// A number is no 64-bit integer and no finite float.
    case number(String)
    /// An object whose only name is `/` holds neither a CID nor bytes.
    case invalidReservedForm
    /// A name occurs twice in an object.
    case repeatedKey
    /// The bytes are not what an encoder writes: spaces, another order of names, repeated names.
    case notCanonical
}

/// IPLD values as JSON: links are `{"/": "CID"}`, bytes are `{"/": {"bytes": "base64"}}`.
///
/// For people and tools; no Filecoin block is stored like this.
///
/// - SeeAlso: The IPLD specification "DAG-JSON".
public enum DAGJSON {
    /// Returns the canonical form: no spaces, names in the order of their UTF-8 bytes.
    public static func encode(_ value: CBORValue) -> [UInt8] {
        var writer = JSONWriter(format: JSONFormat(escapesHTML: false))
        write(value, to: &writer)
        return writer.bytes
    }

    /// Reads a block.
    ///
    /// - Returns: The value.
    /// - Throws: ``DAGJSONError``, also if the bytes are not canonical.
    public static func decode(_ bytes: [UInt8]) throws(DAGJSONError) -> CBORValue {
        let json: JSONValue
        do { json = try JSONValue(parsing: bytes) } catch { throw .json(error) }
        let value = try value(json)
        guard encode(value) == bytes else { throw .notCanonical }
        return value
    }

    /// Converts JSON that was read already, in any layout.
    public static func value(_ json: JSONValue) throws(DAGJSONError) -> CBORValue {
        switch json {
        case .null: return .null
        case .bool(let flag): return .bool(flag)
        case .string(let text): return .text(text)
        case .number(let number): return try value(number)
        case .array(let items):
            var values: [CBORValue] = []
            values.reserveCapacity(items.count)
            for item in items { values.append(try value(item)) }
            return .list(values)
        case .object(let object):
            if object.count == 1, let content = object["/"] { return try reserved(content) }
            var entries: [CBORMap.Entry] = []
            entries.reserveCapacity(object.count)
            for member in object.members {
                entries.append(CBORMap.Entry(member.name, try value(member.value)))
            }
            guard let map = CBORMap(entries) else { throw .repeatedKey }
            return .map(map)
        }
    }

    private static func value(_ number: JSONNumber) throws(DAGJSONError) -> CBORValue {
        if number.text.contains(where: { $0 == "." || $0 == "e" || $0 == "E" }) {
            guard let value = number.double else { throw .number(number.text) }
            return .float(value)
        }
        guard let value = Int128(number.text), value >> 64 == 0 || ~value >> 64 == 0 else {
            throw .number(number.text)
        }
        return .integer(value)
    }

    private static func reserved(_ content: JSONValue) throws(DAGJSONError) -> CBORValue {
        switch content {
        case .string(let text):
            guard let cid = try? CID(text) else { throw .invalidReservedForm }
            return .link(cid.bytes)
        case .object(let object):
            guard object.count == 1, case .string(let text) = object["bytes"],
                let bytes = try? Base64.decode(text, padded: false)
            else { throw .invalidReservedForm }
            return .bytes(bytes)
        default:
            throw .invalidReservedForm
        }
    }

    private static func write(_ value: CBORValue, to writer: inout JSONWriter) {
        switch value {
        case .null: writer.null()
        case .bool(let flag): writer.bool(flag)
        case .integer(let value): writer.integer(value)
        case .float(let value): writeFloat(value, to: &writer)
        case .text(let text): writer.string(text)
        case .bytes(let bytes):
            writer.object { outer in
                outer.key("/")
                outer.object { $0.member("bytes", Base64.encode(bytes, padded: false)) }
            }
        case .link(let bytes):
            // A value that was not read by us may hold anything; it is shown as it is then.
            let text = (try? CID(bytes: bytes))?.description ?? Multibase.base16.encode(bytes)
            writer.object { $0.member("/", text) }
        case .list(let items):
            writer.array { array in
                for item in items { write(item, to: &array) }
            }
        case .map(let map):
            writer.object { object in
                let sorted = map.sorted {
                    $0.key.utf8.lexicographicallyPrecedes($1.key.utf8)
                }
                for entry in sorted {
                    object.key(entry.key)
                    write(entry.value, to: &object)
                }
            }
        }
    }

    /// Writes a float so that it reads back as one: with a point or an exponent.
    private static func writeFloat(_ value: Double, to writer: inout JSONWriter) {
        let text = JSONNumber(value)?.text ?? "null"
        let isMarked = text.contains { $0 == "." || $0 == "e" }
        writer.raw(Array((isMarked ? text : text + ".0").utf8))
    }
}
