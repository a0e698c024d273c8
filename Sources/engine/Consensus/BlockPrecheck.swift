internal import ChainStore
package import FilecoinTypes
internal import IPLD
package import Multiformats
package import NetworkParameters

/// Why a block is not even looked at.
package enum BlockPrecheckFault: Error, Hashable, Sendable, CustomStringConvertible {
    case tooManyMessages(Int)
    case missingSignature
    /// The header names other messages than those that came with it.
    case messageRoot(CID, computed: CID)
    /// The block is of an epoch that is too far ahead.
    case epochAhead(ChainEpoch, latest: ChainEpoch)

    package var description: String {
        switch self {
        case .tooManyMessages(let count): "block contains too many messages (\(count))"
        case .missingSignature: "block without a signature"
        case .messageRoot(let root, let computed):
            "messages in full block did not match msgmeta root in header (\(root) != \(computed))"
        case .epochAhead(let epoch, let latest): "block epoch \(epoch) is beyond \(latest)"
        }
    }
}

extension BlockMessage {
    /// Epochs by which a block may be ahead of the clock before it is refused at first sight.
    package static let maximumHeightDrift: ChainEpoch = 5

    /// Checks what needs neither the messages nor the state: it protects from floods.
    ///
    /// - Parameters:
    ///   - now: Seconds since 1970.
    ///   - genesisTime: Seconds since 1970.
    ///   - parameters: The network.
    /// - Throws: ``BlockPrecheckFault``.
    package func precheck(
        now: UInt64,
        genesisTime: UInt64,
        _ parameters: NetworkParameters
    ) throws(BlockPrecheckFault) {
        let count = blsMessages.count + secpMessages.count
        guard count <= Self.maximumMessageCount else { throw .tooManyMessages(count) }
        guard header.blockSignature != nil else { throw .missingSignature }
        let latest = parameters.epoch(at: now, genesisTime: genesisTime) + Self.maximumHeightDrift
        guard header.height <= latest else {
            throw .epochAhead(header.height, latest: latest)
        }
        try checkMessageRoot()
    }

    /// Checks that the header names exactly these messages.
    ///
    /// - Throws: ``BlockPrecheckFault/messageRoot(_:computed:)``.
    package func checkMessageRoot() throws(BlockPrecheckFault) {
        let store = MemoryBlockStore()
        // A memory store does not fail.
        let computed = try? ChainStore.metaRoot(
            blsCIDs: blsMessages,
            secpCIDs: secpMessages,
            in: store
        )
        guard let computed, computed == header.messages else {
            throw .messageRoot(header.messages, computed: computed ?? header.messages)
        }
    }
}
