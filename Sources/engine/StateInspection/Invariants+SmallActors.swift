internal import ActorRuntime
internal import BigIntegers
internal import BuiltinActors
internal import Bytes
internal import FilecoinTypes
internal import Multiformats

// The actors whose state is small enough for one function each.
extension StateInvariants {
    /// IDs that lotus's genesis gives to keys: the root of the verified registry and the reserve.
    private static let genesisKeys: Set<ActorID> = [80, 90]

    func checkInit(_ state: InitState, _ findings: inout Findings) {
        findings.require(!state.networkName.isEmpty, "the network has no name")
        findings.require(
            state.nextID >= .firstNonSingleton,
            "next ID \(state.nextID) is one of the singletons'"
        )
        let entries = findings.reading("the addresses") { () throws(ActorError) in
            var map = try ADTMap<ActorID>(store: actorStore, root: state.addressMap)
            return try map.entries()
        }
        var owners: [ActorID: Address] = [:]
        for (key, id) in entries ?? [] {
            guard let address = try? Address(bytes: key.bytes) else {
                findings.add("key \(key.bytes) is no address")
                continue
            }
            switch address.kind {
            case .secp256k1, .actor, .bls: break
            case .id, .delegated: findings.add("\(address) is a key, but of no kind that has IDs")
            }
            if id < .firstNonSingleton {
                findings.add(
                    "\(address) has the singleton ID \(id)",
                    isKnown: Self.genesisKeys.contains(id)
                )
            }
            if let other = owners.updateValue(address, forKey: id) {
                findings.add("ID \(id) belongs to \(other) and to \(address)")
            }
        }
    }

    func checkAccount(_ state: AccountState, _ id: ActorID, _ findings: inout Findings) {
        if id < .firstNonSingleton { return }
        findings.require(state.address.isKey, "\(state.address) is no address of a key")
    }

    func checkCron(_ state: CronState, _ findings: inout Findings) {
        for (index, entry) in state.entries.enumerated() {
            findings.require(
                entry.receiver.isID,
                "entry \(index) calls \(entry.receiver), which is no ID"
            )
            findings.require(entry.method > 0, "entry \(index) calls method \(entry.method)")
        }
    }

    func checkReward(
        _ state: RewardState,
        balance: TokenAmount,
        _ findings: inout Findings
    ) {
        // No equality: anyone may send to the reward actor.
        let allocation: TokenAmount = .fil(1_100_000_000)
        findings.require(
            state.totalStoragePowerReward + balance >= allocation,
            "paid \(state.totalStoragePowerReward.attoFIL) and left \(balance.attoFIL) attoFIL are"
                + " less than the mining allocation"
        )
        let epoch = checkedMoment.rewarded
        findings.require(state.epoch == epoch, "epoch is \(state.epoch), expected \(epoch)")
        findings.require(
            state.effectiveNetworkTime <= state.epoch,
            "effective network time \(state.effectiveNetworkTime) is after epoch \(state.epoch)"
        )
        findings.require(
            state.cumsumRealized <= state.cumsumBaseline,
            "realized sum \(state.cumsumRealized) is above the baseline's \(state.cumsumBaseline)"
        )
        findings.require(
            state.cumsumRealized.signum >= 0,
            "realized sum \(state.cumsumRealized) is negative"
        )
        if state.effectiveBaselinePower > state.thisEpochBaselinePower {
            // The first baseline is one byte short, by rounding.
            findings.add(
                "effective baseline \(state.effectiveBaselinePower) is above the epoch's"
                    + " \(state.thisEpochBaselinePower)",
                isKnown: state.epoch == 0
            )
        }
    }

    func checkMultisig(_ state: MultisigState, _ id: ActorID, _ findings: inout Findings) {
        findings.require(
            state.signers.count <= MultisigActor.maxSigners,
            "\(state.signers.count) signers are too many"
        )
        findings.require(
            UInt64(state.signers.count) >= state.approvalsThreshold,
            "\(state.signers.count) signers cannot give \(state.approvalsThreshold) approvals"
        )
        if state.unlockDuration == 0 {
            findings.require(
                state.startEpoch == 0,
                "start epoch \(state.startEpoch) without a duration of the lock"
            )
            if !state.initialBalance.isZero {
                // The reserve of some networks was made so, at genesis.
                findings.add(
                    "locked balance \(state.initialBalance.attoFIL) without a duration of the lock",
                    isKnown: id < .firstNonSingleton
                )
            }
        }
        let pending = findings.reading("pending transactions") { () throws(ActorError) in
            var map = try state.pending(actorStore)
            return try map.entries()
        }
        let signers = Set(state.signers)
        for (key, transaction) in pending ?? [] {
            guard let id = key.signedNumber else {
                findings.add("key \(key.bytes) is no transaction ID")
                continue
            }
            findings.require(
                id < state.nextTransactionID,
                "pending transaction \(id) is not below the next ID \(state.nextTransactionID)"
            )
            var seen: Set<Address> = []
            for approval in transaction.approved {
                findings.require(
                    signers.contains(approval),
                    "transaction \(id) is approved by \(approval), who is no signer"
                )
                findings.require(
                    seen.insert(approval).inserted,
                    "transaction \(id) is approved by \(approval) twice"
                )
            }
        }
    }

    func checkPaymentChannel(
        _ state: PaymentChannelState,
        balance: TokenAmount,
        _ findings: inout Findings
    ) {
        findings.require(state.from.isID, "payer \(state.from) is no ID address")
        findings.require(state.to.isID, "payee \(state.to) is no ID address")
        if state.settlingAt < state.minSettleHeight {
            // The reference's rule forgets that an open channel, at 0, does not settle at all.
            findings.add(
                "settles at epoch \(state.settlingAt), before the least one"
                    + " \(state.minSettleHeight)",
                isKnown: state.settlingAt == 0
            )
        }
        let lanes = findings.reading("lanes") { () throws(ActorError) in
            var array = try state.lanes(actorStore)
            return try array.all()
        }
        for (index, lane) in lanes ?? [] where lane.redeemed.signum <= 0 {
            findings.add(
                "lane \(index) has redeemed \(lane.redeemed) attoFIL",
                isKnown: lane.redeemed.isZero
            )
        }
        findings.require(
            balance >= state.toSend,
            "balance \(balance.attoFIL) is less than the \(state.toSend.attoFIL) attoFIL to send"
        )
    }

    func checkVerifiedRegistry(_ state: VerifiedRegistryState, _ findings: inout Findings) {
        findings.require(state.rootKey.isID, "root key \(state.rootKey) is no ID address")
        let verifiers = dataCaps("verifier", state.verifiers, &findings)
        let clients = dataCaps("client", state.verifiedClients, &findings)
        for verifier in verifiers.intersection(clients).sorted() {
            findings.add("\(verifier) is verifier and client")
        }
    }

    /// Checks one table of data caps and returns whose they are.
    private func dataCaps(
        _ role: String,
        _ root: CID,
        _ findings: inout Findings
    ) -> Set<Address> {
        let entries = findings.reading("the \(role)s") { () throws(ActorError) in
            var map = try ADTMap<DataCap>(store: actorStore, root: root)
            return try map.entries()
        }
        var owners: Set<Address> = []
        for (key, cap) in entries ?? [] {
            guard let address = try? Address(bytes: key.bytes) else {
                findings.add("key \(key.bytes) of the \(role)s is no address")
                continue
            }
            findings.require(address.isID, "\(role) \(address) is no ID address")
            findings.require(
                cap.bytes.signum >= 0,
                "\(role) \(address) has the negative data cap \(cap.bytes)"
            )
            owners.insert(address)
        }
        return owners
    }
}

extension ADTMap {
    /// All entries, in the order of the hashes of the keys.
    mutating func entries() throws(ActorError) -> [(ADTKey, Value)] {
        var entries: [(ADTKey, Value)] = []
        try forEach { (key, value) throws(ActorError) in
            entries.append((key, value))
            return true
        }
        return entries
    }
}

extension ADTKey {
    /// The number of a key that is an unsigned varint and nothing else.
    var unsignedNumber: UInt64? {
        var offset = 0
        guard let number = try? Varint.decode(bytes, at: &offset, maximumLength: 10),
            offset == bytes.count
        else {
            return nil
        }
        return number
    }

    /// The number of a key that is a zigzag varint and nothing else.
    var signedNumber: Int64? {
        guard let number = unsignedNumber else { return nil }
        return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
    }
}
