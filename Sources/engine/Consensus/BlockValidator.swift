internal import ActorRuntime
internal import BigIntegers
internal import BuiltinActors
package import ChainStore
internal import FilecoinCrypto
package import FilecoinTypes
internal import Multiformats
internal import NetworkParameters
internal import StateView

/// A header with its messages.
package struct FullBlock: Hashable, Sendable {
    package var header: BlockHeader
    package var messages: BlockMessages

    package init(header: BlockHeader, messages: BlockMessages) {
        self.header = header
        self.messages = messages
    }
}

/// Checks blocks against every rule of the protocol.
///
/// The parents of a block, with their messages, must be in the chain store; the block itself need not be and
/// is not stored.
///
/// - SeeAlso: lotus, `chain/consensus/filcns/filecoin.go`, `ValidateBlock`.
package struct BlockValidator: Sendable {
    let chain: ConsensusChain
    private let states: TipsetStates
    private let beacon: BeaconSchedule
    private let proofs: any WinningPoStVerifier
    /// The present time in seconds since 1970.
    private let now: @Sendable () -> UInt64

    package init(
        chain: ConsensusChain,
        states: TipsetStates,
        beacon: BeaconSchedule,
        proofs: any WinningPoStVerifier,
        now: @escaping @Sendable () -> UInt64
    ) {
        self.chain = chain
        self.states = states
        self.beacon = beacon
        self.proofs = proofs
        self.now = now
    }

    /// Checks a block; executes its parents if nobody has yet.
    ///
    /// Blocks the calling thread.
    ///
    /// - Throws: ``BlockRejection``. What does not depend on other rules is all listed.
    package func validate(_ block: FullBlock) throws(BlockRejection) {
        do {
            let faults = try faults(of: block)
            if !faults.isEmpty { throw BlockRejection.invalid(faults) }
        } catch let rejection as BlockRejection {
            throw rejection
        } catch let fault as BlockFault {
            throw .invalid([fault])
        } catch {
            throw .undecided(error)
        }
    }

    private func faults(of block: FullBlock) throws -> [BlockFault] {
        let header = block.header
        let claims = try Claims(header)
        let base = try base(of: header)
        let lookback = try chain.lookback(for: header.height, base: base)
        let previous = try chain.store.latestBeaconEntry(of: base)
        try checkTime(of: header, base: base)
        let weight = try chain.weight(of: base)
        guard weight == header.parentWeight else {
            throw BlockFault.weight(header.parentWeight, computed: weight)
        }
        let elected = try chain.view(lookback.stateRoot)
        let worker = try worker(of: header.miner, elected)
        let draws = BlockDraws(
            beaconEntry: header.beaconEntries.last ?? previous,
            epoch: header.height,
            miner: header.miner
        )
        // From here on rules are independent of each other: a block may break several.
        var faults: [BlockFault] = []
        func check(_ rule: () throws -> Void) throws {
            do { try rule() } catch let fault as BlockFault { faults.append(fault) }
        }
        try check { try checkClaim(of: header.miner, base: base) }
        try check { try checkTicket(claims.ticket, draws, worker: worker, base: base) }
        try check {
            do throws(SignatureError) {
                try claims.signature.verify(header.signingBytes, by: worker)
            } catch { throw BlockFault.signature(error) }
        }
        try check {
            do throws(BeaconFault) {
                try beacon.validate(
                    header.beaconEntries,
                    at: header.height,
                    parentEpoch: base.height,
                    previous: previous
                )
            } catch { throw BlockFault.beacon(error) }
        }
        try check { try checkWinningPoSt(header, draws, elected) }
        try check {
            try checkElection(
                claims.electionProof,
                draws,
                worker: worker,
                Election(base: base, lookback: lookback.tipset, state: elected)
            )
        }
        let execution = try states.execution(of: base)
        try check {
            let state = try chain.view(execution.stateRoot)
            let rules = MessageRules(state: state, height: header.height, chain.parameters)
            do { try rules.check(block, aggregate: claims.aggregate) } catch let fault
                as MessageListFault
            { throw BlockFault.messages(fault) }
        }
        try check {
            let fee = try chain.nextBaseFee(after: base)
            guard fee == header.parentBaseFee else {
                throw BlockFault.baseFee(header.parentBaseFee, computed: fee)
            }
        }
        try check { try checkExecution(header, base, execution) }
        return faults
    }

    // MARK: - Fast checks

    /// What a header must have, out of its options.
    private struct Claims {
        let electionProof: ElectionProof
        let ticket: Ticket
        let signature: Signature
        let aggregate: Signature

        init(_ header: BlockHeader) throws(BlockFault) {
            guard let electionProof = header.electionProof else { throw .missingElectionProof }
            guard let ticket = header.ticket else { throw .missingTicket }
            guard let signature = header.blockSignature else { throw .missingSignature }
            guard let aggregate = header.blsAggregate else { throw .missingAggregate }
            guard header.miner.kind == .id else { throw .minerNotAnID(header.miner) }
            self.electionProof = electionProof
            self.ticket = ticket
            self.signature = signature
            self.aggregate = aggregate
        }
    }

    private func base(of header: BlockHeader) throws -> Tipset {
        // The empty key would mean the head.
        guard !header.parents.isEmpty else { throw BlockFault.parents("no parents") }
        do { return try chain.store.tipset(header.parentKey) } catch ChainStoreError.notATipset(
            _,
            let reason
        ) { throw BlockFault.parents(reason) }
    }

    private func checkTime(of header: BlockHeader, base: Tipset) throws {
        guard header.height > base.height else {
            throw BlockFault.heightNotAboveParent(header.height, parent: base.height)
        }
        let epochs = UInt64(bitPattern: header.height.rawValue - base.height.rawValue)
        let (span, isTooLong) = chain.parameters.blockDelaySeconds.multipliedReportingOverflow(
            by: epochs
        )
        let (expected, isTooLate) = base.minTimestamp.addingReportingOverflow(span)
        guard !isTooLong, !isTooLate, header.timestamp == expected else {
            throw BlockFault.timestamp(header.timestamp, expected: expected)
        }
        let now = now()
        if header.timestamp > now &+ NetworkParameters.allowableClockDriftSeconds {
            throw BlockRejection.fromTheFuture(timestamp: header.timestamp, now: now)
        }
    }

    private func worker(of miner: Address, _ elected: StateView) throws -> Address {
        do {
            return try elected.keyAddress(of: try elected.miner(miner).info().worker)
        } catch {
            if case .broken = error { throw error }
            throw BlockFault.notAMiner(miner, error)
        }
    }

    // MARK: - Independent checks

    private func checkClaim(of miner: Address, base: Tipset) throws {
        guard try chain.view(base.parentStateRoot).claim(of: miner) != nil else {
            throw BlockFault.minerWithoutClaim(miner)
        }
    }

    private func checkTicket(
        _ ticket: Ticket,
        _ draws: BlockDraws,
        worker: Address,
        base: Tipset
    ) throws {
        let input = draws.ticketInput(parentTicket: base.minTicket)
        do { try VRF.verify(ticket.vrfProof, input: input, worker: worker) } catch {
            throw BlockFault.ticket(error)
        }
    }

    private func checkWinningPoSt(
        _ header: BlockHeader,
        _ draws: BlockDraws,
        _ elected: StateView
    ) throws {
        let randomness = draws.winningPoStSeed
        let sectors = try WinningPoSt.sectors(
            of: header.miner,
            in: elected,
            randomness: randomness,
            verifier: proofs
        )
        let claim = WinningPoStClaim(
            randomness: randomness,
            proofs: header.winPoStProof,
            sectors: sectors.map {
                SectorInfo(
                    sealProof: $0.sealProof,
                    sectorNumber: $0.sectorNumber,
                    sealedCID: $0.sealedCID
                )
            },
            miner: try elected.id(of: header.miner)
        )
        guard try proofs.verify(claim) else {
            throw BlockFault.winningPoSt("winning post was invalid")
        }
    }

    /// What decides about an election beside the draw.
    private struct Election {
        let base: Tipset
        let lookback: Tipset
        let state: StateView
    }

    private func checkElection(
        _ proof: ElectionProof,
        _ draws: BlockDraws,
        worker: Address,
        _ election: Election
    ) throws {
        let miner = draws.miner
        guard proof.winCount >= 1 else { throw BlockFault.notAWinner }
        let isEligible: Bool
        do {
            isEligible = try chain.isEligible(
                miner,
                base: election.base,
                lookback: election.lookback
            )
        } catch StateViewError.broken(let reason) {
            throw StateViewError.broken(reason)
        } catch let error as StateViewError {
            throw BlockFault.ineligible("\(error)")
        }
        guard isEligible else { throw BlockFault.ineligible("no power, in debt, or banned") }
        do {
            try VRF.verify(proof.vrfProof, input: draws.electionInput, worker: worker)
        } catch { throw BlockFault.electionProof(error) }
        guard try chain.view(election.base.parentStateRoot).claim(of: miner) != nil else {
            throw BlockFault.slashed
        }
        let wins = ElectionProof.winCount(
            vrfProof: proof.vrfProof,
            power: try election.state.claim(of: miner)?.qualityAdjustedPower ?? 0,
            totalPower: try election.state.powerState().totalQualityAdjustedPower
        )
        guard wins == proof.winCount else {
            throw BlockFault.winCount(proof.winCount, computed: wins)
        }
    }

    private func checkExecution(
        _ header: BlockHeader,
        _ base: Tipset,
        _ execution: ChainStore.Execution
    ) throws {
        guard Set(base.blocks.map(\.miner)).count == base.blocks.count else {
            throw BlockFault.parents("two blocks of one miner")
        }
        guard execution.stateRoot == header.parentStateRoot else {
            throw BlockFault.stateRoot(header.parentStateRoot, computed: execution.stateRoot)
        }
        guard execution.receiptsRoot == header.parentMessageReceipts else {
            throw BlockFault.receiptsRoot(
                header.parentMessageReceipts,
                computed: execution.receiptsRoot
            )
        }
    }
}
