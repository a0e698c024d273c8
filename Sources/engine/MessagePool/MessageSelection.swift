package import ActorRuntime
package import BigIntegers
package import FilecoinTypes

/// Chooses the messages of a block so that its miner earns the most, as lotus v1.15 does.
///
/// A value that holds what the choice depends on: pending messages, their senders' states, base fee and
/// prices. It asks nobody and keeps nothing.
///
/// Two ways: the *greedy* one takes what earns most for its gas. It is best for the block whose ticket is
/// likely to be the least of its epoch, because that block's messages are executed first. The *optimal* one
/// weighs what earns most by the probability that an earlier block has taken it already.
package struct MessageSelection {
    /// The ticket quality above which the greedy selection is best.
    package static let greedyQuality = 0.84

    /// By sender, each sender's messages in order of their nonces.
    package var pending: [Address: [PendingMessage]]
    /// The state of each sender after the tipset that the block stands on; a sender without one is left out.
    package var states: [Address: SenderState]
    /// The base fee of the block.
    package var baseFee: BigInt
    /// What inclusion costs.
    package var prices: GasPriceList
    /// Senders that go first, by their key addresses.
    package var priority: [Address]

    package init(
        pending: [Address: [PendingMessage]],
        states: [Address: SenderState],
        baseFee: TokenAmount,
        prices: GasPriceList,
        priority: [Address] = []
    ) {
        self.pending = pending
        self.states = states
        self.baseFee = baseFee.attoFIL
        self.prices = prices
        self.priority = priority
    }

    /// Chooses the messages of one block.
    ///
    /// - Parameters:
    ///   - quality: The probability that the block's ticket is the least of its epoch, 0 to 1.
    ///   - generator: Fills what room is left with chains drawn at random, which other producers are unlikely to
    ///     choose too.
    /// - Returns: In the order of execution; each sender's nonces follow one another.
    package func messages(
        quality: Double,
        using generator: inout some RandomNumberGenerator
    ) -> [PendingMessage] {
        guard !pending.isEmpty else { return [] }
        let chosen =
            quality > Self.greedyQuality
            ? greedy() : optimal(quality: quality, using: &generator)
        return Array(chosen.prefix(MessagePoolLimits.blockMessageCount))
    }

    /// Chooses the messages of several blocks of one epoch, one after the other from what is left.
    ///
    /// venus gives a block for which nothing is left the messages of the first one again. Here the senders of
    /// the fullest block are shared out first, so that each block carries other messages as long as there are
    /// as many senders as blocks; only what then still has nothing repeats the first block.
    package func messages(
        qualities: [Double],
        using generator: inout some RandomNumberGenerator
    ) -> [[PendingMessage]] {
        var rest = self
        var lists: [[PendingMessage]] = []
        for quality in qualities {
            let list = rest.messages(quality: quality, using: &generator)
            rest.remove(list)
            lists.append(list)
        }
        for index in lists.indices where lists[index].isEmpty {
            share(into: index, of: &lists)
        }
        guard let first = lists.first else { return [] }
        return lists.map { $0.isEmpty ? first : $0 }
    }

    private mutating func remove(_ messages: [PendingMessage]) {
        let chosen = Set(messages.map(\.messageCID))
        for (sender, waiting) in pending {
            let left = waiting.filter { !chosen.contains($0.messageCID) }
            pending[sender] = left.isEmpty ? nil : left
        }
    }

    /// Moves every other sender of the longest list to an empty one.
    private func share(into empty: Int, of lists: inout [[PendingMessage]]) {
        guard let fullest = lists.indices.max(by: { lists[$0].count < lists[$1].count }) else {
            return
        }
        var turns: [Address: Bool] = [:]
        var moves = false
        var kept: [PendingMessage] = []
        var moved: [PendingMessage] = []
        for message in lists[fullest] {
            let sender = message.message.from
            if turns[sender] == nil {
                turns[sender] = moves
                moves.toggle()
            }
            if turns[sender] == true { moved.append(message) } else { kept.append(message) }
        }
        lists[fullest] = kept
        lists[empty] = moved
    }
}

extension MessageSelection {
    /// All chains of the senders still wanted, best first.
    func sortedChains(of senders: [Address: [PendingMessage]]) -> [MessageChain] {
        var chains: [MessageChain] = []
        // In the order of addresses, so that chains of equal worth always come in the same order.
        let ordered = senders.map { (key: $0.key.bytes, sender: $0.key, messages: $0.value) }
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }
        for (_, sender, messages) in ordered {
            guard let state = states[sender] else { continue }
            chains += self.chains(of: messages, state: state)
        }
        chains.sort { $0.comesBefore($1) }
        return chains
    }

    /// The messages of preferred senders, and the senders that are left.
    func priorityMessages() -> (BlockSpace, rest: [Address: [PendingMessage]]) {
        var space = BlockSpace()
        var rest = pending
        var preferred: [Address: [PendingMessage]] = [:]
        for sender in priority { preferred[sender] = rest.removeValue(forKey: sender) }
        guard !preferred.isEmpty else { return (space, rest) }
        var chains = sortedChains(of: preferred)
        fill(&space, with: &chains)
        return (space, rest)
    }

    private func greedy() -> [PendingMessage] {
        var (space, rest) = priorityMessages()
        guard !space.isFull else { return space.messages }
        var chains = sortedChains(of: rest)
        fill(&space, with: &chains)
        return space.messages
    }

    /// Takes chains from the best one on; where one does not fit, shortens it and goes on with what then is
    /// best.
    private func fill(_ space: inout BlockSpace, with chains: inout [MessageChain]) {
        var last = chains.count
        for (index, chain) in chains.enumerated() {
            if chain.performance < 0 {
                // lotus goes no further than its first loop here: nothing after it earns anything.
                return
            }
            if !space.add(chain) {
                last = index
                break
            }
        }
        tail: while space.hasGas && last < chains.count {
            space.trim(chains[last], baseFee: baseFee)
            if chains[last].isValid { pushDown(&chains, from: last) { $0.comesBefore($1) } }
            for index in last..<chains.count {
                let chain = chains[index]
                guard chain.isValid else { continue }
                if chain.performance < 0 { return }
                if !space.add(chain) {
                    last = index
                    continue tail
                }
            }
            return
        }
    }

    /// Moves the chain at an index behind those that come before it.
    func pushDown(
        _ chains: inout [MessageChain],
        from start: Int,
        by comesBefore: (MessageChain, MessageChain) -> Bool
    ) {
        var index = start
        while index < chains.count - 1, !comesBefore(chains[index], chains[index + 1]) {
            chains.swapAt(index, index + 1)
            index += 1
        }
    }
}

/// The messages of a block so far, and the room that is left.
struct BlockSpace {
    var messages: [PendingMessage] = []
    var gasLimit: Int64 = BaseFee.blockGasLimit.rawValue
    private var blsCount = MessagePoolLimits.signatureKindCount
    private var secpCount = MessagePoolLimits.signatureKindCount

    /// Whether the cheapest message would find gas.
    var hasGas: Bool { gasLimit >= MessagePoolLimits.minimumGas }
    private var messageCount: Int { MessagePoolLimits.blockMessageCount - messages.count }
    /// Whether nothing more can be added.
    var isFull: Bool { !hasGas || messageCount <= 0 }

    /// How many messages with a kind of signature fit; nil for a kind that no block holds.
    private func room(for type: SignatureType) -> Int? {
        switch type {
        case .bls: min(blsCount, messageCount)
        case .secp256k1: min(secpCount, messageCount)
        default: nil
        }
    }

    private mutating func take(_ count: Int, of type: SignatureType) {
        if type == .bls { blsCount -= count } else { secpCount -= count }
    }

    /// Adds a chain if it fits; one with a signature that no block holds is passed over.
    mutating func add(_ chain: MessageChain) -> Bool {
        let count = chain.messages.count
        guard count <= messageCount, chain.gasLimit <= gasLimit else { return false }
        guard let room = room(for: chain.signatureType) else { return true }
        guard count <= room else { return false }
        messages += chain.messages
        gasLimit -= chain.gasLimit
        take(count, of: chain.signatureType)
        return true
    }

    /// Adds a chain together with those that must precede it; if they do not fit, shortens or drops it.
    ///
    /// - Returns: The chains that were added besides; nil if none was.
    mutating func addWithDependencies(
        _ chain: MessageChain,
        baseFee: BigInt
    ) -> [MessageChain]? {
        guard let room = room(for: chain.signatureType) else { return nil }
        var dependencies: [MessageChain] = []
        var dependencyGas: Int64 = 0
        var dependencyCount = 0
        var earlier = unsafe chain.previous
        while let current = earlier, !current.isMerged {
            dependencies.append(current)
            dependencyGas += current.gasLimit
            dependencyCount += current.messages.count
            earlier = unsafe current.previous
        }
        let count = chain.messages.count + dependencyCount
        let gas = chain.gasLimit + dependencyGas
        guard gas <= gasLimit, count <= room else {
            if dependencyGas > gasLimit || dependencyCount >= room {
                chain.invalidate()
            } else {
                chain.trim(
                    gasLimit: gasLimit - dependencyGas,
                    messageCount: room - dependencyCount,
                    baseFee: baseFee
                )
            }
            return nil
        }
        for dependency in dependencies.reversed() {
            dependency.isMerged = true
            messages += dependency.messages
        }
        chain.isMerged = true
        messages += chain.messages
        gasLimit -= gas
        take(count, of: chain.signatureType)
        return dependencies
    }

    /// Shortens a chain to what fits.
    func trim(_ chain: MessageChain, baseFee: BigInt) {
        let room = room(for: chain.signatureType) ?? messageCount
        guard chain.gasLimit > gasLimit || chain.messages.count > room else { return }
        chain.trim(gasLimit: gasLimit, messageCount: room, baseFee: baseFee)
    }
}
