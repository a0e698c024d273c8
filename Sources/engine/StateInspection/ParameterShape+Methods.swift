package import ActorRuntime
package import FilecoinTypes

extension ParameterShape {
    /// The shape of a method's parameters; nil for a method that takes none, or that is unknown.
    ///
    /// - SeeAlso: The parameter types of specs-actors v7 and, where it says so, v6.
    package static func of(
        _ kind: ActorKind,
        _ method: MethodNumber,
        _ version: ActorsVersion
    ) -> ParameterShape? {
        let number = method.rawValue
        return switch kind {
        case .account: number == 1 ? address : nil
        case .`init`: initMethod(number)
        case .cron: number == 1 ? .record(["Entries": .list(cronEntry)]) : nil
        case .reward: rewardMethod(number)
        case .storagePower: powerMethod(number)
        case .storageMarket: marketMethod(number)
        case .storageMiner: minerMethod(number)
        case .verifiedRegistry: registryMethod(number)
        case .multisig: multisigMethod(number)
        case .paymentChannel: channelMethod(number, version)
        case .system, .chaos: nil
        }
    }

    private static let cronEntry = record(["Receiver": .address, "MethodNum": .unsigned])

    private static func initMethod(_ number: UInt64) -> ParameterShape? {
        switch number {
        case 1: .record(["NetworkName": .text])
        case 2: .record(["CodeCID": .cid, "ConstructorParams": .bytes])
        default: nil
        }
    }

    private static func rewardMethod(_ number: UInt64) -> ParameterShape? {
        switch number {
        case 1, 4: .amount
        case 2:
            .record([
                "Miner": .address, "Penalty": .amount, "GasReward": .amount, "WinCount": .signed,
            ])
        default: nil
        }
    }

    // MARK: - Power and market

    private static func powerMethod(_ number: UInt64) -> ParameterShape? {
        switch number {
        case 2:
            .record([
                "Owner": .address, "Worker": .address, "WindowPoStProofType": .signed,
                "Peer": .bytes, "Multiaddrs": .list(.bytes),
            ])
        case 3: .record(["RawByteDelta": .amount, "QualityAdjustedDelta": .amount])
        case 4: .record(["EventEpoch": .signed, "Payload": .bytes])
        case 6: .amount
        case 8:
            .record([
                "SealProof": .signed, "": .record(["Miner": .unsigned, "Number": .unsigned]),
                "DealIDs": .list(.unsigned), "Randomness": .bytes, "InteractiveRandomness": .bytes,
                "Proof": .bytes, "SealedCID": .cid, "UnsealedCID": .cid,
            ])
        default: nil
        }
    }

    private static let dealProposal = record([
        "PieceCID": .cid, "PieceSize": .unsigned, "VerifiedDeal": .bool, "Client": .address,
        "Provider": .address, "Label": .text, "StartEpoch": .signed, "EndEpoch": .signed,
        "StoragePricePerEpoch": .amount, "ProviderCollateral": .amount,
        "ClientCollateral": .amount,
    ])

    private static func marketMethod(_ number: UInt64) -> ParameterShape? {
        switch number {
        case 2: .address
        case 3: .record(["ProviderOrClientAddress": .address, "Amount": .amount])
        case 4:
            .record([
                "Deals": .list(
                    .record(["Proposal": dealProposal, "ClientSignature": .signature])
                )
            ])
        case 5:
            .record([
                "Sectors": .list(
                    .record(["SectorExpiry": .signed, "DealIDs": .list(.unsigned)])
                )
            ])
        case 6: .record(["DealIDs": .list(.unsigned), "SectorExpiry": .signed])
        case 7: .record(["Epoch": .signed, "DealIDs": .list(.unsigned)])
        case 8:
            .record([
                "Inputs": .list(.record(["DealIDs": .list(.unsigned), "SectorType": .signed]))
            ])
        default: nil
        }
    }

    // MARK: - Miner

    private static let estimate = record([
        "PositionEstimate": .amount, "VelocityEstimate": .amount,
    ])

    private static let sectorDeclaration = record([
        "Deadline": .unsigned, "Partition": .unsigned, "Sectors": .numbers,
    ])

    private static let preCommit = record([
        "SealProof": .signed, "SectorNumber": .unsigned, "SealedCID": .cid,
        "SealRandEpoch": .signed, "DealIDs": .list(.unsigned), "Expiration": .signed,
        "ReplaceCapacity": .bool, "ReplaceSectorDeadline": .unsigned,
        "ReplaceSectorPartition": .unsigned, "ReplaceSectorNumber": .unsigned,
    ])

    private static func minerMethod(_ number: UInt64) -> ParameterShape? {
        switch number {
        case 1:
            .record([
                "OwnerAddr": .address, "WorkerAddr": .address, "ControlAddrs": .list(.address),
                "WindowPoStProofType": .signed, "PeerId": .bytes, "Multiaddrs": .list(.bytes),
            ])
        case 3: .record(["NewWorker": .address, "NewControlAddrs": .list(.address)])
        case 4: .record(["NewID": .bytes])
        case 5:
            .record([
                "Deadline": .unsigned,
                "Partitions": .list(.record(["Index": .unsigned, "Skipped": .numbers])),
                "Proofs": .list(.record(["PoStProof": .signed, "ProofBytes": .bytes])),
                "ChainCommitEpoch": .signed, "ChainCommitRand": .bytes,
            ])
        case 6: preCommit
        case 7: .record(["SectorNumber": .unsigned, "Proof": .bytes])
        case 8:
            .record([
                "Extensions": .list(
                    .record([
                        "Deadline": .unsigned, "Partition": .unsigned, "Sectors": .numbers,
                        "NewExpiration": .signed,
                    ])
                )
            ])
        case 9: .record(["Terminations": .list(sectorDeclaration)])
        case 10: .record(["Faults": .list(sectorDeclaration)])
        case 11: .record(["Recoveries": .list(sectorDeclaration)])
        case 12:
            .record([
                "EventPayload": .bytes, "RewardSmoothed": estimate,
                "QualityAdjPowerSmoothed": estimate,
            ])
        case 13: .record(["SectorNumber": .unsigned])
        case 14: .record(["Reward": .amount, "Penalty": .amount])
        case 15:
            .record([
                "BlockHeader1": .bytes, "BlockHeader2": .bytes, "BlockHeaderExtra": .bytes,
            ])
        case 16: .record(["AmountRequested": .amount])
        case 17:
            .record([
                "Sectors": .list(.unsigned), "RewardSmoothed": estimate,
                "RewardBaselinePower": .amount, "QualityAdjPowerSmoothed": estimate,
            ])
        default: laterMinerMethod(number)
        }
    }

    private static func laterMinerMethod(_ number: UInt64) -> ParameterShape? {
        switch number {
        case 18: .record(["NewMultiaddrs": .list(.bytes)])
        case 19: .record(["Deadline": .unsigned, "Partitions": .numbers])
        case 20: .record(["MaskSectorNumbers": .numbers])
        case 23: .address
        case 24: .record(["Deadline": .unsigned, "PoStIndex": .unsigned])
        case 25: .record(["Sectors": .list(preCommit)])
        case 26: .record(["SectorNumbers": .numbers, "AggregateProof": .bytes])
        case 27:
            .record([
                "Updates": .list(
                    .record([
                        "SectorID": .unsigned, "Deadline": .unsigned, "Partition": .unsigned,
                        "NewSealedSectorCID": .cid, "Deals": .list(.unsigned),
                        "UpdateProofType": .signed, "ReplicaProof": .bytes,
                    ])
                )
            ])
        default: nil
        }
    }

    // MARK: - Multisig, verified registry and payment channel

    private static func multisigMethod(_ number: UInt64) -> ParameterShape? {
        switch number {
        case 1:
            .record([
                "Signers": .list(.address), "NumApprovalsThreshold": .unsigned,
                "UnlockDuration": .signed, "StartEpoch": .signed,
            ])
        case 2:
            .record([
                "To": .address, "Value": .amount, "Method": .unsigned, "Params": .bytes,
            ])
        case 3, 4: .record(["ID": .signed, "ProposalHash": .bytes])
        case 5: .record(["Signer": .address, "Increase": .bool])
        case 6: .record(["Signer": .address, "Decrease": .bool])
        case 7: .record(["From": .address, "To": .address])
        case 8: .record(["NewThreshold": .unsigned])
        case 9: .record(["StartEpoch": .signed, "UnlockDuration": .signed, "Amount": .amount])
        default: nil
        }
    }

    private static let removalRequest = record([
        "Verifier": .address, "VerifierSignature": .signature,
    ])

    private static func registryMethod(_ number: UInt64) -> ParameterShape? {
        switch number {
        case 1, 3: .address
        case 2, 4: .record(["Address": .address, "Allowance": .amount])
        case 5, 6: .record(["Address": .address, "DealSize": .amount])
        case 7:
            .record([
                "VerifiedClientToRemove": .address, "DataCapAmountToRemove": .amount,
                "VerifierRequest1": removalRequest, "VerifierRequest2": removalRequest,
            ])
        default: nil
        }
    }

    private static func channelMethod(
        _ number: UInt64,
        _ version: ActorsVersion
    ) -> ParameterShape? {
        switch number {
        case 1: .record(["From": .address, "To": .address])
        case 2: .record(["Sv": voucher(version), "Secret": .bytes])
        default: nil
        }
    }

    private static func voucher(_ version: ActorsVersion) -> ParameterShape {
        .record([
            "ChannelAddr": .address, "TimeLockMin": .signed, "TimeLockMax": .signed,
            // Renamed; what it holds was a hash before.
            version < .v7 ? "SecretPreimage" : "SecretHash": .bytes,
            "Extra": .optional(
                .record(["Actor": .address, "Method": .unsigned, "Data": .bytes])
            ),
            "Lane": .unsigned, "Nonce": .unsigned, "Amount": .amount,
            "MinSettleHeight": .signed,
            "Merges": .list(.record(["Lane": .unsigned, "Nonce": .unsigned])),
            "Signature": .optional(.signature),
        ])
    }
}
