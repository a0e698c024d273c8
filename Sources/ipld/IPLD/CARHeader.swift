internal import CBOR
internal import Multiformats

/// The map at the start of an archive.
struct CARHeader {
    let version: UInt64
    let roots: [CID]

    init(roots: [CID]) {
        self.version = 1
        self.roots = roots
    }

    /// Reads the map; keys may stand in any order, unknown and repeated ones are refused.
    init(block: [UInt8]) throws(CARError) {
        do throws(CBORError) {
            var decoder = CBORDecoder(block)
            var version: UInt64?
            var roots: [CID]?
            for _ in 0..<(try decoder.mapCount(max: 2)) {
                let key = try decoder.text(max: 16)
                switch (key, version, roots) {
                case ("version", nil, _): version = try decoder.unsigned()
                case ("roots", _, nil): roots = try decoder.list(CID.self, max: block.count)
                default: throw decoder.invalid("unknown or repeated key \(key)")
                }
            }
            try decoder.finish()
            guard let version else { throw decoder.invalid("no version") }
            guard version != 1 || roots != nil else { throw decoder.invalid("no roots") }
            self.version = version
            self.roots = roots ?? []
        } catch {
            throw .badHeader(reason: error.description)
        }
    }

    /// The stored form of version 1.
    var encoded: [UInt8] {
        var encoder = CBOREncoder()
        encoder.map(2)
        encoder.text("roots")
        encoder.list(roots)
        encoder.text("version")
        encoder.unsigned(1)
        return encoder.bytes
    }
}
