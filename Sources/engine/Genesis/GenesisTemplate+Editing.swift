package import FilecoinTypes
package import StorageProofs

/// What the commands `seed genesis new`, `add-miner`, `add-msigs`, `set-vrk` and `set-remainder` do.
extension GenesisTemplate {
    /// The key that lotus's templates give f080 and f090 to until somebody else is named.
    private static let testKey = "t1ceb34gnsc6qk5dt6n7xg6ycwzasjhbxm3iylkiy"

    /// An empty template: no accounts, no miners, and a test key for the verified registry and the remainder.
    ///
    /// Fails only if the test key is no address.
    package static func new(
        networkName: String,
        networkVersion: NetworkVersion,
        timestamp: UInt64 = 0
    ) throws -> GenesisTemplate {
        let key = try Address(text: testKey)
        let multisig = Actor(
            .multisig(signers: [key], threshold: 1, vestingDuration: 0, vestingStart: 0),
            balance: 0
        )
        return GenesisTemplate(
            networkVersion: networkVersion,
            accounts: [],
            miners: [],
            networkName: networkName,
            timestamp: timestamp,
            verifiedRegistryRoot: multisig,
            remainder: multisig
        )
    }

    /// Adds the miners of a pre-seal manifest, and 50 million FIL for the owner of each.
    ///
    /// `allowsGaps`: whether the miners' IDs need only ascend; lotus wants 1000, 1001 and so on.
    /// Fails with ``GenesisError`` if an ID is another one.
    package mutating func add(
        _ manifest: PreSealManifest,
        allowsGaps: Bool = false
    ) throws(GenesisError) {
        for miner in manifest.miners {
            let expected: UInt64 =
                allowsGaps
                ? (miners.last?.id.actorID?.rawValue ?? 999) + 1 : 1000 + UInt64(miners.count)
            guard let id = miner.id.actorID,
                allowsGaps ? id.rawValue >= expected : id.rawValue == expected
            else {
                throw .invalid("tried to set miner \(Address.id(ActorID(expected))) as \(miner.id)")
            }
            miners.append(miner)
            fundOwner(of: miner, balance: DevnetGenesis.ownerBalance)
        }
    }

    /// Adds an account for the owner of a miner, unless it has one.
    mutating func fundOwner(of miner: PreSealedMiner, balance: TokenAmount) {
        let isKnown = accounts.contains { account in
            if case .account(let owner) = account.control { return owner == miner.owner }
            return false
        }
        if !isKnown { accounts.append(Actor(.account(owner: miner.owner), balance: balance)) }
    }

    /// Reads multisigs from a file of comma-separated values.
    ///
    /// Columns: version (1), id, amount in FIL, vesting in months, custodian, threshold, number of signers, signers
    /// separated by colons, type, two signatures; the first row is a heading. `blockDelaySeconds` turns months
    /// into epochs. Fails with ``GenesisError``, naming the row.
    package static func multisigs(
        csv: String,
        blockDelaySeconds: UInt64
    ) throws(GenesisError) -> [Actor] {
        var actors: [Actor] = []
        let rows = csv.split(whereSeparator: \.isNewline).dropFirst()
        for (index, row) in rows.enumerated() {
            let cells = row.split(separator: ",", omittingEmptySubsequences: false).map {
                String($0.filter { $0 != "\"" }).trimmed
            }
            guard cells.count >= 8, cells[0] == "1" else {
                throw .invalid("multisig row \(index): record version must be 1")
            }
            var signers: [Address] = []
            for text in cells[7].split(separator: ":") {
                guard let address = try? Address(text: text) else {
                    throw .invalid("multisig row \(index): \(text) is no address")
                }
                signers.append(address)
            }
            guard let amount = try? TokenAmount(cells[2]), let months = UInt64(cells[3]),
                months <= 1200, let threshold = UInt64(cells[5]), let count = Int(cells[6])
            else { throw .invalid("multisig row \(index): amount or number unreadable") }
            guard signers.count == count else {
                throw .invalid("entry \(index) had mismatch between 'N' and number of addresses")
            }
            let days = 365 * months / 12
            let epochs = days * 24 * 60 * 60 / max(1, blockDelaySeconds)
            actors.append(
                Actor(
                    .multisig(
                        signers: signers,
                        threshold: threshold,
                        vestingDuration: ChainEpoch(Int64(epochs)),
                        vestingStart: 0
                    ),
                    balance: amount
                )
            )
        }
        return actors
    }
}

extension PreSealManifest {
    /// Puts manifests together: miners of equal address become one with the sectors of all.
    ///
    /// Fails with ``GenesisError`` if they disagree about a miner or a sector number comes twice.
    package static func aggregate(
        _ manifests: [PreSealManifest]
    ) throws(GenesisError) -> PreSealManifest {
        var miners: [PreSealedMiner] = []
        for miner in manifests.flatMap(\.miners) {
            guard let index = miners.firstIndex(where: { $0.id == miner.id }) else {
                miners.append(miner)
                continue
            }
            guard miners[index].owner == miner.owner, miners[index].worker == miner.worker,
                miners[index].sectorSize == miner.sectorSize
            else {
                throw .invalid("owner, worker or sector size of \(miner.id) mismatched")
            }
            let known = Set(miners[index].sectors.map(\.sector))
            if let twice = miner.sectors.first(where: { known.contains($0.sector) }) {
                throw .invalid("sector \(twice.sector) of \(miner.id) is there twice")
            }
            miners[index].sectors += miner.sectors
        }
        return PreSealManifest(miners: miners)
    }
}

extension String {
    /// Without white space at both ends.
    fileprivate var trimmed: String {
        var text = Substring(self)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
