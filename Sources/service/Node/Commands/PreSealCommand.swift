import Bytes
import FilecoinCrypto
import FilecoinTypes
import Foundation
import JSON
import ServiceKit
import StorageProofs

extension NodeProgram {
    /// Seals the first sectors of a miner.
    static let preSeal = Command(
        "pre-seal",
        usage: "seal the sectors that a network begins with",
        flags: [
            Flag("miner-addr", default: "t01000", usage: "the miner's ID address"),
            Flag("sector-dir", default: "~/.genesis-sectors", usage: "folder of the sectors"),
            Flag("sector-size", default: "2KiB", usage: "2KiB is the only size of a devnet"),
            Flag("ticket-preimage", default: "venus is ?", usage: "text that tickets follow from"),
            Flag("num-sectors", .integer, default: "1", usage: "how many"),
            Flag("sector-offset", .integer, default: "0", usage: "the first number"),
            Flag("key", usage: "file with the owner's key; made without"),
            Flag("peer-id", usage: "libp2p peer id of the miner"),
        ],
        action: runPreSeal
    )

    @Sendable private static func runPreSeal(_ call: Invocation) throws {
        guard let miner = Address(call.string("miner-addr"))?.actorID else {
            throw UsageError("--miner-addr needs an ID address such as t01000")
        }
        guard call.string("sector-size") == "2KiB" else {
            throw CommandFailure("a devnet has sectors of 2KiB only", exitStatus: 2)
        }
        let first = call.integer("sector-offset")
        let count = call.integer("num-sectors")
        guard first >= 0, count > 0, count < 10_000 else {
            throw UsageError("--num-sectors and --sector-offset name no sectors")
        }
        let key: KeyInfo
        if let path = call.optionalString("key") {
            let text = String(decoding: try AtomicFile.read(path), as: UTF8.self)
            guard let bytes = [UInt8](hex: text.filter { !$0.isWhitespace }) else {
                throw CommandFailure("\(path) holds no exported key")
            }
            key = try KeyInfo(json: bytes)
        } else {
            key = try KeyInfo.generate(.bls)
        }
        let folder = Repository.expanded(call.string("sector-dir"))
        let numbers = UInt64(first)..<UInt64(first + count)
        _ = try PreSeal(
            miner: miner,
            owner: try SigningKey(key).address,
            peerID: call.string("peer-id"),
            proof: .stackedDrg2KiBV1_1,
            sectors: numbers,
            ticketPreimage: call.string("ticket-preimage"),
            folder: folder
        ).run(
            content: .zeros,
            storeID: SystemRandom().uuid(),
            ownerKey: key.jsonBytes()
        )
        call.print("\(folder)/pre-seal-\(Address.id(miner)).json")
    }
}
