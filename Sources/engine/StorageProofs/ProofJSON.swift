internal import Bytes
internal import JSON

// The JSON of the reference's proof structures (serde_json): a node is a list of 32 numbers, an empty marker
// field is `"_h":null`. This is what travels between the phases of sealing, also through other programs.

extension JSONWriter {
    mutating func member(_ name: String, node: Bytes32) {
        key(name)
        self.node(node)
    }

    mutating func member(_ name: String, nodes: [Bytes32]) {
        list(name, nodes) { $0.node($1) }
    }

    mutating func list<Element>(
        _ name: String,
        _ elements: [Element],
        _ body: (inout JSONWriter, Element) -> Void
    ) {
        key(name)
        array { writer in
            for element in elements { body(&writer, element) }
        }
    }

    mutating func node(_ node: Bytes32) {
        array { writer in
            for byte in node.bytes { writer.integer(byte) }
        }
    }
}

extension JSONObject {
    func node(_ name: String) throws(JSONError) -> Bytes32 { try Bytes32(proof: member(name)) }

    func nodes(_ name: String) throws(JSONError) -> [Bytes32] {
        try list(name) { (value) throws(JSONError) in try Bytes32(proof: value) }
    }

    func list<Element>(
        _ name: String,
        _ body: (JSONValue) throws(JSONError) -> Element
    ) throws(JSONError) -> [Element] {
        var elements: [Element] = []
        for value in try member(name).expectArray() { elements.append(try body(value)) }
        return elements
    }

    func object(_ name: String) throws(JSONError) -> JSONObject { try member(name).expectObject() }

    func member(_ name: String) throws(JSONError) -> JSONValue {
        guard let value = self[name] else { throw .invalid("no member \"\(name)\"") }
        return value
    }
}

extension Bytes32 {
    /// Reads a list of 32 numbers from 0 to 255.
    fileprivate init(proof value: JSONValue) throws(JSONError) {
        var bytes: [UInt8] = []
        for number in try value.expectArray() { bytes.append(try number.expectInteger()) }
        guard bytes.count == 32, let node = Bytes32(bytes) else {
            throw .invalid("a node of \(bytes.count) bytes instead of 32")
        }
        self = node
    }
}

// MARK: - Paths

extension MerkleProof {
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("data")
            writer.object { writer in
                let isSingle = sub == nil
                writer.key(isSingle ? "Single" : top == nil ? "Sub" : "Top")
                writer.object { writer in
                    if isSingle { writeEnds(to: &writer) }
                    Self.write(base, isSingle ? "path" : "base_proof", to: &writer)
                    if let sub { Self.write([sub], "sub_proof", to: &writer) }
                    if let top { Self.write([top], "top_proof", to: &writer) }
                    if !isSingle { writeEnds(to: &writer) }
                }
            }
        }
    }

    private func writeEnds(to writer: inout JSONWriter) {
        writer.member("root", node: root)
        writer.member("leaf", node: leaf)
    }

    private static func write(_ steps: [Step], _ name: String, to writer: inout JSONWriter) {
        writer.key(name)
        writer.object { writer in
            writer.list("path", steps) { writer, step in
                writer.object { writer in
                    writer.member("hashes", nodes: step.siblings)
                    writer.member("index", step.index)
                }
            }
        }
    }

    init(proof value: JSONValue) throws(JSONError) {
        let data = try value.expectObject().object("data")
        guard data.count == 1, let kind = data.members.first else {
            throw .invalid("a tree path has not exactly one kind")
        }
        let object = try kind.value.expectObject()
        root = try object.node("root")
        leaf = try object.node("leaf")
        switch kind.name {
        case "Single":
            base = try Self.steps(object, "path")
            sub = nil
            top = nil
        case "Sub", "Top":
            base = try Self.steps(object, "base_proof")
            sub = try Self.steps(object, "sub_proof").first
            top = kind.name == "Top" ? try Self.steps(object, "top_proof").first : nil
        default:
            throw .invalid("a tree path of kind \"\(kind.name)\"")
        }
    }

    private static func steps(_ object: JSONObject, _ name: String) throws(JSONError) -> [Step] {
        try object.object(name).list("path") { (value) throws(JSONError) in
            let step = try value.expectObject()
            let siblings = try step.nodes("hashes")
            let index: Int = try step.decode("index")
            guard index >= 0, index <= siblings.count else {
                throw .invalid("place \(index) among \(siblings.count + 1) nodes of a tree")
            }
            return Step(siblings: siblings, index: index)
        }
    }
}

// MARK: - Challenges of a PoRep

extension PoRepChallengeProof {
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("comm_d_proofs")
            dataPath.write(to: &writer)
            writer.key("comm_r_last_proof")
            replicaPath.write(to: &writer)
            writer.key("replica_column_proofs")
            writer.object { writer in
                writer.key("c_x")
                column.write(to: &writer)
                writer.list("drg_parents", baseParents) { $1.write(to: &$0) }
                writer.list("exp_parents", expanderParents) { $1.write(to: &$0) }
            }
            writer.list("labeling_proofs", labelings) { $1.write(to: &$0) }
            writer.key("encoding_proof")
            encoding.write(to: &writer)
        }
    }

    init(proof value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        dataPath = try MerkleProof(proof: object.member("comm_d_proofs"))
        replicaPath = try MerkleProof(proof: object.member("comm_r_last_proof"))
        let columns = try object.object("replica_column_proofs")
        column = try Column(proof: columns.member("c_x"))
        baseParents = try columns.list("drg_parents") { (value) throws(JSONError) in
            try Column(proof: value)
        }
        expanderParents = try columns.list("exp_parents") { (value) throws(JSONError) in
            try Column(proof: value)
        }
        labelings = try object.list("labeling_proofs") { (value) throws(JSONError) in
            try Labeling(proof: value)
        }
        // It repeats the last labeling.
        guard try Labeling(proof: object.member("encoding_proof")) == labelings.last else {
            throw .invalid("the encoding proof is not the last labeling proof")
        }
    }
}

extension PoRepChallengeProof.Column {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("column")
            writer.object { writer in
                writer.member("index", node)
                writer.member("rows", nodes: labels)
                writer.key("_h")
                writer.null()
            }
            writer.key("inclusion_proof")
            path.write(to: &writer)
        }
    }

    fileprivate init(proof value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        let column = try object.object("column")
        node = Int(try column.decode("index") as UInt32)
        labels = try column.nodes("rows")
        path = try MerkleProof(proof: object.member("inclusion_proof"))
    }
}

extension PoRepChallengeProof.Labeling {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("parents", nodes: parents)
            writer.member("layer_index", layer)
            writer.member("node", node)
        }
    }

    fileprivate init(proof value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        parents = try object.nodes("parents")
        layer = Int(try object.decode("layer_index") as UInt32)
        node = Int(try object.decode("node") as UInt32)
    }
}
