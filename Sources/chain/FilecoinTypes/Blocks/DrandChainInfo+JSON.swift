internal import Bytes
public import JSON

/// The form of drand's HTTP API at `/info`.
extension DrandChainInfo: JSONCodable {
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("public_key", publicKey.hex)
            writer.member("period", periodSeconds)
            writer.member("genesis_time", genesisTime)
            writer.member("hash", hash.hex)
            writer.member("groupHash", groupHash.hex)
            writer.member("schemeID", scheme.rawValue)
            writer.key("metadata")
            writer.object { writer in writer.member("beaconID", beaconID) }
        }
    }

    public init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        publicKey = try Self.hex(object, "public_key")
        periodSeconds = try object.decode("period")
        genesisTime = try object.decode("genesis_time")
        groupHash = try Self.hex(object, "groupHash")
        let name = try object.decode("schemeID", default: DrandScheme.pedersenBLSChained.rawValue)
        guard let scheme = DrandScheme(rawValue: name) else {
            throw .invalid("unknown drand scheme \"\(name)\"")
        }
        self.scheme = scheme
        let metadata: JSONObject? = try object.decodeIfPresent("metadata")
        let beaconID: String? = try metadata?.decodeIfPresent("beaconID")
        self.beaconID = beaconID ?? Self.defaultBeaconID
        let claimed = try object.decodeIfPresent("hash", as: String.self)
        guard claimed == nil || claimed?.lowercased() == hash.hex else {
            throw .invalid("the drand chain's hash is \(hash.hex), not \(claimed ?? "")")
        }
    }

    private static func hex(_ object: JSONObject, _ name: String) throws(JSONError) -> [UInt8] {
        let text = try object.decode(name, as: String.self)
        guard let bytes = [UInt8](hex: text) else {
            throw JSONError(.invalid("\"\(text)\" is not hexadecimal"), path: [.member(name)])
        }
        return bytes
    }
}
