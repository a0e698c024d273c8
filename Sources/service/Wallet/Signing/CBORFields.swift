import CBOR

/// The fields of a structure that travels as a CBOR map, in any order; unknown ones are passed over.
struct CBORFields {
    private let whole: CBORDecoder
    private var offsets: [String: Int] = [:]

    /// Reads one map, whose values are looked at later.
    ///
    /// - Throws: `CBORError`, also for a map of over 64 entries.
    init(from decoder: inout CBORDecoder) throws(CBORError) {
        let count = try decoder.mapCount(max: 64)
        for _ in 0..<count {
            let name = try decoder.text(max: 128)
            offsets[name] = decoder.offset
            try decoder.skip()
        }
        whole = decoder
    }

    /// A decoder that stands at a field's value.
    ///
    /// - Throws: `CBORError` when there is no such field.
    func decoder(_ name: String) throws(CBORError) -> CBORDecoder {
        guard let offset = offsets[name] else {
            throw whole.invalid("the field \(name) is missing")
        }
        var decoder = whole
        decoder.offset = offset
        return decoder
    }

    func value<Value: CBORDecodable>(_ name: String) throws(CBORError) -> Value {
        var decoder = try decoder(name)
        return try Value(from: &decoder)
    }

    func optional<Value: CBORDecodable>(_ name: String) throws(CBORError) -> Value? {
        var decoder = try decoder(name)
        return try decoder.isNull() ? nil : Value(from: &decoder)
    }

    func unsigned(_ name: String) throws(CBORError) -> UInt64 {
        var decoder = try decoder(name)
        return try decoder.unsigned()
    }

    func text(_ name: String) throws(CBORError) -> String {
        var decoder = try decoder(name)
        return try decoder.text()
    }
}
