import BigIntegers
import CBOR
import FilecoinTypes
import JSON
import Multiformats
import TestSupport
import Testing

@Suite struct TipsetTests {
    static let cid = CID.dagCBOR(hashing: [1])

    /// A header that differs from its neighbours in miner and ticket.
    static func header(
        miner: ActorID,
        ticket: [UInt8]?,
        height: ChainEpoch = 7,
        parents: [CID] = [cid]
    ) -> BlockHeader {
        BlockHeader(
            miner: .id(miner),
            ticket: ticket.map(Ticket.init(vrfProof:)),
            electionProof: ElectionProof(winCount: 1, vrfProof: [1]),
            beaconEntries: [BeaconEntry(round: 1, data: [2])],
            winPoStProof: [PoStProof(postProof: 0, proofBytes: [3])],
            parents: parents,
            parentWeight: 1_000_000,
            height: height,
            parentStateRoot: cid,
            parentMessageReceipts: cid,
            messages: cid,
            blsAggregate: Signature(type: .bls, data: [4]),
            timestamp: 100 + UInt64(miner.rawValue),
            blockSignature: Signature(type: .bls, data: [5]),
            parentBaseFee: 100
        )
    }

    @Test func `blocks are ordered by the digest of their tickets`() throws {
        let headers = (0..<5).map {
            Self.header(miner: ActorID(UInt64(1000 + $0)), ticket: [UInt8($0)])
        }
        let tipset = try Tipset(headers)
        let digests = tipset.blocks.compactMap(\.ticket?.digest)
        #expect(digests == digests.sorted())
        #expect(try Tipset(headers.reversed()) == tipset)
        #expect(tipset.minTicket?.digest == digests.min())
        #expect(tipset.minTimestamp == 1100)
        #expect(try Tipset(json: tipset.jsonBytes()) == tipset)
        #expect(try Tipset(cbor: tipset.cborBytes()).blocks == tipset.blocks)
    }

    @Test func `blocks with equal tickets are ordered by CID`() throws {
        let a = Self.header(miner: 1, ticket: [9])
        let b = Self.header(miner: 2, ticket: [9])
        let tipset = try Tipset([a, b])
        #expect(tipset.cids == tipset.cids.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) })
        #expect(try Tipset([b, a]).key == tipset.key)
    }

    @Test func `headers that do not belong together are refused`() {
        let first = Self.header(miner: 1, ticket: [1])
        #expect(throws: TipsetError.empty) { try Tipset([]) }
        #expect(throws: TipsetError.heightsDiffer) {
            try Tipset([first, Self.header(miner: 2, ticket: [2], height: 8)])
        }
        #expect(throws: TipsetError.parentsDiffer) {
            try Tipset([first, Self.header(miner: 2, ticket: [2], parents: [])])
        }
        let without = Self.header(miner: 2, ticket: nil)
        #expect(throws: TipsetError.missingTicket(without.cid)) { try Tipset([first, without]) }
    }

    @Test func `a key is its CIDs in order`() throws {
        let other = CID.dagCBOR(hashing: [2])
        let key = TipsetKey([Self.cid, other])
        #expect(TipsetKey(bytes: key.bytes) == key)
        #expect(TipsetKey(bytes: key.bytes + [0]) == nil)
        #expect(key != TipsetKey([other, Self.cid]))
        #expect(key.description == "{\(Self.cid),\(other)}")
        #expect(try TipsetKey(json: key.jsonBytes()) == key)
        #expect(try TipsetKey(json: "null") == .empty)
        #expect(TipsetKey.empty.jsonText() == "[]")
        #expect(try TipsetKey(cbor: key.cborBytes()) == key)
    }
}

@Suite struct MessageTests {
    static let message = Message(
        to: .market,
        from: .secp256k1(publicKey: [1]),
        nonce: 3,
        value: 5,
        gasLimit: 1_000_000,
        gasFeeCap: 200,
        gasPremium: 100,
        method: 2
    )

    @Test func `a signed message is named by its signature's kind`() {
        let bls = SignedMessage(message: Self.message, signature: Signature(type: .bls, data: [1]))
        let secp = SignedMessage(
            message: Self.message,
            signature: Signature(type: .secp256k1, data: [1])
        )
        #expect(bls.cid == Self.message.cid)
        #expect(secp.cid == CID.dagCBOR(hashing: secp.cborBytes()))
    }

    @Test func `empty parameters come back as they were sent, and change nothing`() throws {
        let sent = try Message(json: #"{"To":"t05","From":"t0100","Params":""}"#)
        let stored = try Message(json: #"{"To":"t05","From":"t0100"}"#)
        #expect(sent.jsonText().contains(#""Params":"""#))
        #expect(stored.jsonText().contains(#""Params":null"#))
        #expect(sent == stored)
        #expect(sent.cid == stored.cid)
    }

    @Test func `the premium is cut to what the fee cap leaves`() {
        #expect(Self.message.effectiveGasPremium(baseFee: 50) == 100)
        #expect(Self.message.effectiveGasPremium(baseFee: 150) == 50)
        #expect(Self.message.effectiveGasPremium(baseFee: 300) == 0)
        #expect(Self.message.requiredFunds == 200_000_000)
    }

    @Test func `each rule for inclusion holds at its boundary`() throws {
        func fault(_ change: (inout Message) -> Void, version: NetworkVersion = 15) -> MessageFault?
        {
            var message = Self.message
            change(&message)
            do {
                try message.validateForInclusion(minimumGas: 1000, version: version)
                return nil
            } catch {
                return error
            }
        }
        #expect(fault { _ in } == nil)
        #expect(fault { $0.version = 1 } == .unsupportedVersion)
        #expect(fault { $0.to = .blsZero } == .receiverIsBLSZero)
        #expect(fault({ $0.to = .blsZero }, version: 6) == nil)
        #expect(fault { $0.value = -1 } == .valueNegative)
        #expect(fault { $0.value = .totalSupply } == nil)
        #expect(fault { $0.value = .totalSupply + 1 } == .valueAboveSupply)
        #expect(fault { $0.gasFeeCap = -1 } == .feeCapNegative)
        #expect(fault { $0.gasPremium = -1 } == .premiumNegative)
        #expect(fault { $0.gasPremium = 200 } == nil)
        #expect(fault { $0.gasPremium = 201 } == .feeCapBelowPremium)
        #expect(fault { $0.gasLimit = 10_000_000_000 } == nil)
        #expect(fault { $0.gasLimit = 10_000_000_001 } == .gasLimitAboveBlock(10_000_000_001))
        #expect(fault { $0.gasLimit = 0 } == .gasLimitNotPositive(0))
        #expect(fault { $0.gasLimit = 1000 } == nil)
        #expect(fault { $0.gasLimit = 999 } == .gasLimitBelowInclusion(999, minimum: 1000))
        let delegated = try Address.delegated(namespace: 10, subaddress: [1])
        #expect(fault { $0.to = delegated } == .receiverUnsupported)
        #expect(fault({ $0.from = delegated }, version: 18) == nil)
    }
}

/// Random and damaged bytes: every decoder gives an error or a value that encodes to the same bytes.
@Suite struct DecoderFuzzTests {
    private func fuzz<Value: CBORCodable>(_ value: Value, as type: Value.Type, seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let valid = value.cborBytes()
        for index in 0..<100_000 {
            var bytes: [UInt8]
            switch index % 4 {
            case 0:
                bytes = generator.bytes(Int.random(in: 0...64, using: &generator))
            case 1:
                bytes = Array(valid.prefix(Int.random(in: 0..<valid.count, using: &generator)))
            case 2:
                bytes = valid
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(
                    in: 0...255,
                    using: &generator
                )
            default:
                bytes = valid
                let place = Int.random(in: 0...bytes.count, using: &generator)
                bytes.insert(contentsOf: generator.bytes(1 + index % 3), at: place)
            }
            if let decoded = try? Value(cbor: bytes), decoded.cborBytes() != bytes {
                // Amounts may come with leading zeros, as the reference reads them too.
                let again = try? Value(cbor: decoded.cborBytes())
                #expect(again?.cborBytes() == decoded.cborBytes(), "seed \(seed), input \(index)")
            }
        }
    }

    @Test func `messages`() { fuzz(MessageTests.message, as: Message.self, seed: 11) }

    @Test func `signed messages`() {
        let signature = Signature(type: .secp256k1, data: [UInt8](repeating: 7, count: 65))
        let signed = SignedMessage(message: MessageTests.message, signature: signature)
        fuzz(signed, as: SignedMessage.self, seed: 12)
    }

    @Test func `signatures`() {
        fuzz(Signature(type: .bls, data: [1, 2, 3]), as: Signature.self, seed: 13)
    }

    @Test func `headers`() {
        fuzz(TipsetTests.header(miner: 1, ticket: [1]), as: BlockHeader.self, seed: 14)
    }

    @Test func `tipset keys`() {
        fuzz(TipsetKey([TipsetTests.cid]), as: TipsetKey.self, seed: 15)
    }

    @Test func `receipts`() {
        let receipt = MessageReceipt(exitCode: 16, returnValue: [1, 2], gasUsed: 1000)
        fuzz(receipt, as: MessageReceipt.self, seed: 16)
    }

    @Test func `actors`() {
        let actor = ActorRecord(
            code: TipsetTests.cid,
            head: TipsetTests.cid,
            nonce: 1,
            balance: .fil(3)
        )
        fuzz(actor, as: ActorRecord.self, seed: 17)
    }

    @Test func `the API forms`() {
        var generator = SeededGenerator(seed: 18)
        let header = TipsetTests.header(miner: 1, ticket: [1]).jsonBytes()
        let message = MessageTests.message.jsonBytes()
        for index in 0..<100_000 {
            var bytes = index.isMultiple(of: 2) ? header : message
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(
                in: 0...255,
                using: &generator
            )
            if index.isMultiple(of: 2) {
                _ = try? BlockHeader(json: bytes)
            } else {
                _ = try? Message(json: bytes)
            }
        }
    }
}
