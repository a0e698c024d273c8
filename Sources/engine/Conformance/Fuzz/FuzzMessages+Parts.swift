internal import BigIntegers
internal import BitFields
internal import CBOR
internal import FilecoinTypes
internal import Multiformats

// What parameters are made of.
extension FuzzMessages {
    mutating func anyAccount() -> ActorID { random.pick(world.accounts) ?? 100 }

    /// The address of an account, as ID or as key.
    mutating func anyAddress() -> Address {
        let id = anyAccount()
        return random.chance(50) ? .id(id) : world.keys[id] ?? .id(id)
    }

    mutating func anyMiner() -> FuzzWorld.Miner? { random.pick(world.miners) }

    /// An amount: mostly some FIL, now and then one at an edge.
    mutating func amount() -> TokenAmount {
        switch random.below(20) {
        case 0: .zero
        case 1: -1
        case 2: .fil(random.within(1...3_000_000_000))
        case 3: 1
        default: TokenAmount(attoFIL: BigInt(random.within(1...9_000_000_000_000_000_000)))
        }
    }

    static func item(_ address: Address) -> CBORValue { .bytes(address.bytes) }

    static func item(_ amount: TokenAmount) -> CBORValue { item(amount.attoFIL) }

    static func item(_ number: BigInt) -> CBORValue {
        let magnitude = number.magnitudeBytes
        if magnitude.isEmpty { return .bytes([]) }
        return .bytes([number.signum < 0 ? 1 : 0] + magnitude)
    }

    static func item(_ field: BitField) -> CBORValue { .bytes(field.rlePlus) }

    static func item(_ cid: CID) -> CBORValue { .link(cid.bytes) }

    static func item(_ number: UInt64) -> CBORValue { .integer(Int128(number)) }

    static func item(_ number: Int64) -> CBORValue { .integer(Int128(number)) }

    static func item(_ epoch: ChainEpoch) -> CBORValue { item(epoch.rawValue) }

    static func list(_ items: CBORValue...) -> CBORValue { .list(items) }

    /// A signature that counts as right, or one that does not.
    mutating func signature() -> CBORValue {
        let mark: UInt8 = random.chance(4) ? 0xba : 1
        return .bytes([random.chance(50) ? 1 : 2, mark] + random.bytes(64))
    }

    /// Bytes of a proof that counts as right, or of one that does not.
    mutating func proof(_ count: Int = 192, wrong: Int = 4) -> CBORValue {
        .bytes([random.chance(wrong) ? 0xba : 1] + [UInt8](repeating: 7, count: count - 1))
    }

    mutating func sealedCID() -> CID {
        CID(
            codec: .filCommitmentSealed,
            multihash: Multihash(code: .poseidonBLS12381A2FC1, digest: random.bytes(32))
        )
    }

    mutating func pieceCID() -> CID {
        CID(
            codec: .filCommitmentUnsealed,
            multihash: Multihash(code: .sha256Truncated254Padded, digest: random.bytes(32))
        )
    }
}
