internal import ActorRuntime
internal import BigIntegers
internal import BuiltinActors
internal import Bytes
internal import CBOR
internal import FilecoinCrypto
internal import FilecoinTypes
internal import Hashing
internal import IPLD
internal import JSON
internal import Multiformats

extension KnownFileSet {
    /// Formulas: averages, rewards, pledges and fees, gas, elections, randomness.
    static let formulaTables: [KnownFile] = [
        table("smoothing_next_estimate") { row in
            let previous = try row.estimate("prev")
            let next = previous.next(
                observing: try row.big("observation"),
                after: try row.epoch("epoch_delta")
            )
            try checkEqual(next, try row.estimate("next"), "next")
            try checkEqual(previous.estimate, try row.big("estimate"), "estimate")
        },
        table("smoothing_cumsum_ratio") { row in
            let sum = FilterEstimate.extrapolatedCumulativeSumOfRatio(
                delta: try row.epoch("delta"),
                relativeStart: try row.epoch("relative_start"),
                numerator: try row.estimate("num"),
                denominator: try row.estimate("denom")
            )
            try checkEqual(sum, try row.big("q128"), "q128")
        },
        table("reward_functions", rewardFunctions),
        table("reward_state_sequences", rewardStates),
        table("miner_monies", monies),
        table("miner_aggregate_fees") { row in
            let count = Int(try row.integer("aggregate_size"))
            let baseFee = try row.amount("base_fee")
            try checkEqual(
                MinerMonies.aggregateProveCommitFee(count: count, baseFee: baseFee),
                try row.amount("prove_commit_fee"),
                "prove commit fee"
            )
            try checkEqual(
                MinerMonies.aggregatePreCommitFee(count: count, baseFee: baseFee),
                try row.amount("pre_commit_fee"),
                "pre-commit fee"
            )
        },
        table("power_consensus_minimum", consensusMinimum),
        table("win_count") { row in
            let wins = ElectionProof.winCount(
                vrfProof: try row.hex("vrf"),
                power: try row.big("miner_qa_power"),
                totalPower: try row.big("network_qa_power")
            )
            try checkEqual(wins, try row.integer("win_count"), "wins")
        },
        table("next_base_fee") { row in
            let next = BaseFee.next(
                after: try row.amount("base_fee"),
                gasLimitTotal: GasAmount(try row.integer("gas_limit_sum")),
                blockCount: Int(try row.integer("blocks")),
                isAfterSmoke: true
            )
            try checkEqual(next, try row.amount("next"), "next")
        },
        table("gas_outputs", gasOutputs),
        table("gas_price_lists", gasPrice),
        table("draw_randomness") { row in
            let drawn = Randomness.draw(
                baseDigest: BLAKE2b.hash256(try row.hex("base")),
                purpose: try row.integer("tag"),
                round: try row.epoch("epoch"),
                entropy: try row.hex("entropy")
            )
            try checkEqual(drawn.hex, try row.text("out"), "out")
        },
    ]

    // MARK: - Rewards

    @Sendable private static func rewardFunctions(_ row: JSONValue) throws {
        let theta = RewardMath.theta(
            effectiveNetworkTime: try row.epoch("effective_network_time"),
            baselinePower: try row.big("baseline_at_ent"),
            cumsumRealized: try row.big("cumsum_realized"),
            cumsumBaseline: try row.big("cumsum_baseline")
        )
        try checkEqual(theta, try row.big("theta_q128"), "theta")
        let next = RewardMath.baselinePower(after: try row.big("baseline_at_ent"))
        try checkEqual(next, try row.big("next_baseline"), "next baseline")
        let total = RewardMath.baselineTotal
        try checkEqual(
            RewardMath.baselineSupply(theta: theta, total: total),
            try row.big("baseline_supply"),
            "baseline supply"
        )
        let reward = RewardMath.reward(
            epoch: try row.epoch("epoch"),
            previousTheta: try row.big("prev_theta"),
            theta: theta,
            simpleTotal: RewardMath.simpleTotal,
            baselineTotal: total
        )
        try checkEqual(reward, try row.big("reward"), "reward")
    }

    /// One life of the reward actor's state; `delta` null epochs come before the rewarded one.
    @Sendable private static func rewardStates(_ row: JSONValue) throws {
        var state = RewardState(realizedPower: 0)
        for (index, step) in (row.array ?? []).enumerated() {
            let power = try step.big("power")
            if try step.text("op") == "construct" {
                state = RewardState(realizedPower: power)
            } else {
                let previous = state.epoch
                for _ in 0..<(step["delta"]?.integer(as: Int64.self) ?? 0) {
                    state.advance(realizedPower: power)
                }
                state.advanceWithReward(realizedPower: power)
                state.smooth(after: state.epoch - previous)
            }
            try checkEqual(state.cborBytes().hex, try step.text("state_cbor"), "step \(index)")
        }
    }

    // MARK: - Pledges and fees

    @Sendable private static func monies(_ row: JSONValue) throws {
        func expect(_ name: String, _ found: TokenAmount) throws {
            try checkEqual(found, try row.amount(name), name)
        }
        let estimates = MinerMonies.Estimates(
            reward: try row.estimate("reward"),
            networkPower: try row.estimate("network_qa_power")
        )
        let size = SectorSize(rawValue: try row.unsigned("sector_size"))
        let sector = try sector(row, isEarning: true)
        let power = sector.qualityAdjustedPower(size: size)
        try checkEqual(power, try row.big("qa_power"), "qa_power")
        try checkEqual(
            SectorQuality.quality(
                size: size,
                duration: try row.epoch("duration"),
                dealWeight: sector.dealWeight,
                verifiedDealWeight: sector.verifiedDealWeight
            ),
            try row.big("quality"),
            "quality"
        )
        let expected = MinerMonies.expectedReward(
            estimates,
            power: power,
            duration: try row.epoch("projection")
        )
        try expect("ExpectedRewardForPower", expected)
        try expect("ExpectedRewardForPowerClampedAtAttoFIL", max(expected, 1))
        try expect(
            "PreCommitDepositForPower",
            MinerMonies.preCommitDeposit(estimates, power: power)
        )
        try expect(
            "InitialPledgeForPower",
            MinerMonies.initialPledge(
                estimates,
                power: power,
                baselinePower: try row.big("baseline_power"),
                circulatingSupply: try row.amount("circulating_supply")
            )
        )
        try expect(
            "PledgePenaltyForContinuedFault",
            MinerMonies.continuedFaultPenalty(estimates, power: power)
        )
        try expect(
            "PledgePenaltyForInvalidWindowPoSt",
            MinerMonies.invalidWindowPoStPenalty(estimates, power: power)
        )
        let age = try row.epoch("sector_age")
        try expect(
            "PledgePenaltyForTermination",
            MinerMonies.terminationPenalty(estimates, sector: sector, size: size, at: age)
        )
        try expect(
            "PledgePenaltyForTerminationLowerBound",
            MinerMonies.terminationPenalty(
                estimates,
                sector: try Self.sector(row, isEarning: false),
                size: size,
                at: age
            )
        )
        let reward = try row.big("this_epoch_reward")
        try expect(
            "ConsensusFaultPenalty",
            MinerMonies.consensusFaultPenalty(thisEpochReward: reward)
        )
        try expect(
            "RewardForConsensusSlashReport",
            MinerMonies.consensusFaultReward(thisEpochReward: reward)
        )
        try expect(
            "LockedRewardFromReward",
            MinerMonies.lockedReward(of: TokenAmount(attoFIL: reward))
        )
    }

    /// The sector of a row, active from epoch 0 on; without what it earned, only the lower bound of its fee is left.
    private static func sector(_ row: JSONValue, isEarning: Bool) throws -> SectorOnChainInfo {
        var sector = try SectorOnChainInfo(cbor: blankSector.cborBytes())
        sector.expiration = try row.epoch("duration")
        sector.dealWeight = try row.big("deal_weight")
        sector.verifiedDealWeight = try row.big("verified_deal_weight")
        if isEarning {
            sector.expectedDayReward = try row.amount("day_reward")
            sector.expectedStoragePledge = try row.amount("twenty_day_reward")
            sector.replacedSectorAge = try row.epoch("replaced_sector_age")
            sector.replacedDayReward = try row.amount("replaced_day_reward")
        }
        return sector
    }

    /// A sector without deals and money.
    private static let blankSector: CBORValue = .list(
        [
            .integer(1), .integer(8), .link([0x01, 0x55, 0x00, 0x00]), .list([]), .integer(0),
            .integer(0),
        ] + Array(repeating: .bytes([]), count: 5) + [.integer(0), .bytes([]), .null]
    )

    // MARK: - Power

    @Sendable private static func consensusMinimum(_ row: JSONValue) throws {
        let store = ActorStore(reading: MemoryBlockStore())
        var state = try PowerState(emptyIn: store)
        state.minerAboveMinPowerCount = try row.integer("above_min_count")
        let proof = RegisteredPoStProof(rawValue: try row.integer("window_post_proof"))
        try checkEqual(
            try ActorPolicy.mainnet.minPower(proof),
            try row.big("min_power"),
            "least power"
        )
        var claims = try state.claims(store)
        for miner in try row.list("miners") {
            let name = try miner.text("miner")
            let claim = PowerClaim(
                windowPoStProofType: proof,
                rawBytePower: try miner.big("raw"),
                qualityAdjustedPower: try miner.big("qa")
            )
            try claims.put(.address(try miner.address("miner")), claim)
            try checkEqual(
                try state.meetsConsensusMinimum(claim, .mainnet),
                try miner.flag("meets_minimum"),
                name
            )
        }
        try checkEqual(try claims.root().description, try row.text("claims_root"), "claims")
    }

    // MARK: - Gas

    @Sendable private static func gasOutputs(_ row: JSONValue) throws {
        let found = GasOutputs(
            gasUsed: GasAmount(try row.integer("gas_used")),
            gasLimit: GasAmount(try row.integer("gas_limit")),
            baseFee: try row.amount("base_fee"),
            feeCap: try row.amount("fee_cap"),
            premium: try row.amount("premium")
        )
        for (name, amount) in [
            ("base_fee_burn", found.baseFeeBurn), ("miner_penalty", found.minerPenalty),
            ("over_estimation_burn", found.overEstimationBurn), ("miner_tip", found.minerTip),
            ("refund", found.refund),
        ] {
            try checkEqual(amount, try row.amount(name), name)
        }
        let (refunded, burned) = GasOutputs.overestimation(
            gasUsed: GasAmount(try row.integer("gas_used")),
            gasLimit: GasAmount(try row.integer("gas_limit"))
        )
        try checkEqual(refunded, GasAmount(try row.integer("gas_refund")), "gas refund")
        try checkEqual(burned, GasAmount(try row.integer("gas_burned")), "gas burned")
    }

    @Sendable private static func gasPrice(_ row: JSONValue) throws {
        let prices: GasPriceList = try row.text("list") == "genesis" ? .genesis : .calico
        guard let charge = try charge(row, prices) else {
            throw TestDataError("the list has no such price")
        }
        try checkEqual(charge.compute, try row.integer("compute"), "compute")
        try checkEqual(charge.storage, try row.integer("storage"), "storage")
    }

    private static func charge(_ row: JSONValue, _ prices: GasPriceList) throws -> GasCharge? {
        func argument(_ name: String) throws -> Int64 { try row.member("args").integer(name) }
        func bytes() throws -> Int { Int(try row.integer("args")) }
        switch try row.text("call") {
        case "OnChainMessage": return prices.onChainMessage(sizeBytes: try bytes())
        case "OnChainReturnValue": return prices.onChainReturnValue(sizeBytes: try bytes())
        case "OnIpldPut": return prices.onIPLDPut(sizeBytes: try bytes())
        case "OnIpldGet": return prices.onIPLDGet
        case "OnHashing": return prices.onHashing
        case "OnCreateActor": return prices.onCreateActor
        case "OnDeleteActor": return prices.onDeleteActor
        case "OnVerifyConsensusFault": return prices.onVerifyConsensusFault
        case "OnVerifySeal": return prices.onVerifySeal
        case "OnVerifyReplicaUpdate": return prices.onVerifyReplicaUpdate
        case "OnComputeUnsealedSectorCid": return prices.onComputeUnsealedSectorCID
        case "OnVerifyPost":
            return prices.onVerifyPoSt(
                RegisteredPoStProof(rawValue: try argument("post_proof")),
                sectorCount: Int(try argument("challenged_sectors"))
            )
        case "OnVerifyAggregateSeals":
            return prices.onVerifyAggregateSeals(
                RegisteredSealProof(rawValue: try argument("seal_proof")),
                count: Int(try argument("count"))
            )
        case "OnMethodInvocation":
            return prices.onMethodInvocation(
                transfersValue: try argument("value") != 0,
                method: MethodNumber(rawValue: UInt64(clamping: try argument("method")))
            )
        case "OnVerifySignature":
            return prices.onVerifySignature(
                SignatureType(rawValue: UInt8(clamping: try argument("type")))
            )
        case let call: throw TestDataError("\(call) is no price that is known")
        }
    }
}
