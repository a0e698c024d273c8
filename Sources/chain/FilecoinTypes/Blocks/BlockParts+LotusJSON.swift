public import JSON

extension Ticket: JSONCodable {
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in writer.member("VRFProof", base64: vrfProof) }
    }

    public init(from value: JSONValue) throws(JSONError) {
        vrfProof = try value.expectObject().decodeBase64("VRFProof")
    }
}

extension ElectionProof: JSONCodable {
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("WinCount", winCount)
            writer.member("VRFProof", base64: vrfProof)
        }
    }

    public init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        winCount = try object.decode("WinCount", default: 0)
        vrfProof = try object.decodeBase64("VRFProof")
    }
}

extension BeaconEntry: JSONCodable {
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Round", round)
            writer.member("Data", base64: data)
        }
    }

    public init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        round = try object.decode("Round", default: 0)
        data = try object.decodeBase64("Data")
    }
}
