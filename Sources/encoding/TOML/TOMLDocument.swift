import CTomlPlusPlus

/// Reads TOML 1.0 configuration files.
///
/// Reading is toml++'s; there is no writer, because default files are written from templates with
/// comments. Values nest at most 32 deep, not counting the parts of dotted keys.
public enum TOMLDocument {
    /// The longest text taken, in bytes.
    public static let maximumBytes = 1 << 20
    /// The most dots on one line; bounds the depth that dotted keys can reach.
    public static let maximumDotsPerLine = 256

    /// Parses a document and returns its root table.
    ///
    /// - Throws: ``TOMLError`` with line and column.
    public static func parse(_ text: String) throws(TOMLError) -> TOMLTable {
        try parse(utf8: Array(text.utf8))
    }

    /// Parses a document given as bytes, which must be UTF-8.
    ///
    /// - Throws: ``TOMLError`` with line and column.
    public static func parse(utf8 bytes: [UInt8]) throws(TOMLError) -> TOMLTable {
        try checkBounds(bytes)
        let document = Document(bytes)
        if let error = document.error { throw error }
        var cursor = 0
        guard case .table(let root) = document.value(at: &cursor) else {
            throw .malformed(
                reason: "the document is no table",
                at: TOMLPosition(line: 1, column: 1)
            )
        }
        return root
    }

    private static func checkBounds(_ bytes: [UInt8]) throws(TOMLError) {
        guard bytes.count <= maximumBytes else { throw .tooLong(bytes: bytes.count) }
        var line = 1
        var dots = 0
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                line += 1
                dots = 0
            } else if byte == UInt8(ascii: ".") {
                dots += 1
                guard dots <= maximumDotsPerLine else { throw .tooManyDots(line: line) }
            }
        }
    }
}

/// The flattened document of the C shim; owns it, so that no pointer outlives the reading.
@safe private final class Document {
    private let handle: OpaquePointer?

    init(_ bytes: [UInt8]) {
        unsafe handle = bytes.withUnsafeBytes { buffer in
            unsafe ctoml_parse(
                buffer.baseAddress?.assumingMemoryBound(to: CChar.self),
                buffer.count
            )
        }
    }

    deinit {
        if let handle = unsafe handle { unsafe ctoml_free(handle) }
    }

    /// Why there is no document, or nil.
    var error: TOMLError? {
        guard let handle = unsafe handle else {
            return .malformed(reason: "out of memory", at: TOMLPosition(line: 1, column: 1))
        }
        var line: UInt32 = 0
        var column: UInt32 = 0
        guard let reason = unsafe ctoml_error(handle, &line, &column) else { return nil }
        return .malformed(
            reason: unsafe String(cString: reason),
            at: TOMLPosition(line: Int(line), column: Int(column))
        )
    }

    /// Builds the value whose node stands at `cursor` and moves past it and its children.
    func value(at cursor: inout Int) -> TOMLValue {
        let node = unsafe node(cursor)
        cursor += 1
        switch unsafe ctoml_kind(UInt32(node.kind)) {
        case CTOML_ARRAY:
            let count = unsafe node.count
            return .array((0..<count).map { _ in value(at: &cursor) })
        case CTOML_STRING:
            return .string(unsafe text(node.text, node.text_length))
        case CTOML_INTEGER:
            return unsafe .integer(node.integer)
        case CTOML_FLOAT:
            return unsafe .float(node.number)
        case CTOML_BOOLEAN:
            return unsafe .boolean(node.integer != 0)
        case CTOML_DATE_TIME:
            return .dateTime(unsafe text(node.text, node.text_length))
        default:
            let count = unsafe node.count
            return .table(TOMLTable(members: (0..<count).map { _ in member(at: &cursor) }))
        }
    }

    private func member(at cursor: inout Int) -> TOMLTable.Member {
        let node = unsafe node(cursor)
        let key = unsafe text(node.key, node.key_length)
        let position = unsafe TOMLPosition(line: Int(node.line), column: Int(node.column))
        return TOMLTable.Member(key: key, value: value(at: &cursor), position: position)
    }

    private func node(_ index: Int) -> ctoml_node {
        // The shim's counts are those of the nodes it wrote, so a walk that follows them stays inside.
        guard let handle = unsafe handle, unsafe index < ctoml_node_count(handle) else {
            return unsafe ctoml_node()
        }
        return unsafe ctoml_nodes(handle)[index]
    }

    private func text(_ start: UnsafePointer<CChar>?, _ length: Int) -> String {
        guard let start = unsafe start else { return "" }
        return unsafe start.withMemoryRebound(to: UInt8.self, capacity: length) { bytes in
            unsafe String(decoding: UnsafeBufferPointer(start: bytes, count: length), as: UTF8.self)
        }
    }
}
