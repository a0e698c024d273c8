internal import Bytes
public import CBOR
internal import Multiformats

/// Why bytes or a value are no DAG-PB.
public enum DAGPBError: Error, Hashable, Sendable {
    /// A field's header or length is no varint, or its content is cut off.
    case truncated
    /// A field that the format does not have, or with another wire type.
    case unexpectedField(UInt64)
    /// A field in another place than the format says, or twice.
    case fieldOrder
    /// A link without a hash, or with one that is no CID.
    case invalidHash
    /// A name is not UTF-8.
    case invalidUTF8
    /// A value is not the map of the format; says which part.
    case invalidForm(String)
    /// Links are not in the order of their names.
    case linksNotSorted
}

/// MerkleDAG nodes (UnixFS) as IPLD values:
/// `{"Data": bytes?, "Links": [{"Hash": link, "Name": text?, "Tsize": integer?}]}`.
///
/// - SeeAlso: The IPLD specification "DAG-PB".
public enum DAGPB {
    /// Returns the block of a node.
    ///
    /// - Throws: ``DAGPBError``, if `value` has another shape.
    public static func encode(_ value: CBORValue) throws(DAGPBError) -> [UInt8] {
        guard case .map(let map) = value else { throw .invalidForm("a node is a map") }
        guard map.allSatisfy({ $0.key == "Data" || $0.key == "Links" }) else {
            throw .invalidForm("a node has Data and Links only")
        }
        guard case .list(let links)? = map["Links"] else { throw .invalidForm("Links is a list") }
        var bytes: [UInt8] = []
        var previous: [UInt8] = []
        for link in links {
            let (encoded, name) = try encode(link: link)
            guard !name.lexicographicallyPrecedes(previous) else { throw .linksNotSorted }
            previous = name
            append(field: 2, encoded, to: &bytes)
        }
        switch map["Data"] {
        case nil: break
        case .bytes(let data)?: append(field: 1, data, to: &bytes)
        default: throw .invalidForm("Data is bytes")
        }
        return bytes
    }

    private static func encode(
        link: CBORValue
    ) throws(DAGPBError) -> (bytes: [UInt8], name: [UInt8]) {
        guard case .map(let map) = link else { throw .invalidForm("a link is a map") }
        guard map.allSatisfy({ ["Hash", "Name", "Tsize"].contains($0.key) }) else {
            throw .invalidForm("a link has Hash, Name and Tsize only")
        }
        guard case .link(let hash)? = map["Hash"] else { throw .invalidHash }
        var bytes: [UInt8] = []
        append(field: 1, hash, to: &bytes)
        var name: [UInt8] = []
        switch map["Name"] {
        case nil: break
        case .text(let text)?:
            name = Array(text.utf8)
            append(field: 2, name, to: &bytes)
        default: throw .invalidForm("Name is a text")
        }
        switch map["Tsize"] {
        case nil: break
        case .integer(let size)?:
            guard let size = UInt64(exactly: size) else {
                throw .invalidForm("Tsize is not negative")
            }
            bytes.append(0x18)
            Varint.append(size, to: &bytes)
        default: throw .invalidForm("Tsize is an integer")
        }
        return (bytes, name)
    }

    private static func append(field: UInt8, _ content: [UInt8], to bytes: inout [UInt8]) {
        bytes.append(field << 3 | 2)
        Varint.append(UInt64(content.count), to: &bytes)
        bytes.append(contentsOf: content)
    }

    /// Reads a block.
    ///
    /// Data may stand before or behind the links, but not between them.
    ///
    /// - Returns: The node as a map.
    /// - Throws: ``DAGPBError``.
    public static func decode(_ bytes: [UInt8]) throws(DAGPBError) -> CBORValue {
        var links: [CBORValue] = []
        var data: [UInt8]?
        var linksEnded = false
        var reader = FieldReader(bytes[...])
        while let field = try reader.next() {
            switch field {
            case .bytes(number: 1, let content):
                guard data == nil else { throw .fieldOrder }
                data = Array(content)
                linksEnded = !links.isEmpty
            case .bytes(number: 2, let content):
                guard !linksEnded else { throw .fieldOrder }
                links.append(try decode(link: content))
            case .bytes(let number, _), .varint(let number, _):
                throw .unexpectedField(number)
            }
        }
        var entries = [CBORMap.Entry("Links", .list(links))]
        if let data { entries.append(CBORMap.Entry("Data", .bytes(data))) }
        return try map(entries)
    }

    private static func decode(link: ArraySlice<UInt8>) throws(DAGPBError) -> CBORValue {
        var entries: [CBORMap.Entry] = []
        var last: UInt64 = 0
        var reader = FieldReader(link)
        while let field = try reader.next() {
            guard field.number > last else { throw .fieldOrder }
            last = field.number
            switch field {
            case .bytes(number: 1, let content):
                guard let cid = try? CID(bytes: Array(content)) else { throw .invalidHash }
                entries.append(CBORMap.Entry("Hash", .link(cid.bytes)))
            case .bytes(number: 2, let content):
                guard let name = String(validating: content, as: UTF8.self) else {
                    throw .invalidUTF8
                }
                entries.append(CBORMap.Entry("Name", .text(name)))
            case .varint(number: 3, let size):
                entries.append(CBORMap.Entry("Tsize", .integer(Int128(size))))
            case .bytes(let number, _), .varint(let number, _):
                throw .unexpectedField(number)
            }
        }
        guard entries.first?.key == "Hash" else { throw .invalidHash }
        return try map(entries)
    }

    private static func map(_ entries: [CBORMap.Entry]) throws(DAGPBError) -> CBORValue {
        guard let map = CBORMap(entries) else { throw .fieldOrder }
        return .map(map)
    }
}

/// The fields of a protocol buffer of which only varints and byte strings are allowed.
private struct FieldReader {
    enum Field {
        case bytes(number: UInt64, ArraySlice<UInt8>)
        case varint(number: UInt64, UInt64)

        var number: UInt64 {
            switch self {
            case .bytes(let number, _), .varint(let number, _): number
            }
        }
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    mutating func next() throws(DAGPBError) -> Field? {
        guard !rest.isEmpty else { return nil }
        let key = try varint()
        switch key & 7 {
        case 0:
            return .varint(number: key >> 3, try varint())
        case 2:
            let length = try varint()
            guard length <= UInt64(rest.count) else { throw .truncated }
            let content = rest.prefix(Int(length))
            rest = rest.dropFirst(Int(length))
            return .bytes(number: key >> 3, content)
        default:
            throw .unexpectedField(key >> 3)
        }
    }

    private mutating func varint() throws(DAGPBError) -> UInt64 {
        let head = Array(rest.prefix(10))
        var offset = 0
        do {
            let value = try Varint.decode(head, at: &offset, maximumLength: 10)
            rest = rest.dropFirst(offset)
            return value
        } catch {
            throw .truncated
        }
    }
}
