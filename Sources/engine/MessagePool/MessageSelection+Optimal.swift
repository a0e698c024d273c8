internal import FilecoinTypes

extension MessageSelection {
    /// Chooses by performance times the probability that the block of that rank is not executed already.
    func optimal(
        quality: Double,
        using generator: inout some RandomNumberGenerator
    ) -> [PendingMessage] {
        var (space, rest) = priorityMessages()
        guard !space.isFull else { return space.messages }
        var chains = sortedChains(of: rest)
        guard let best = chains.first, best.performance >= 0 else { return space.messages }
        weigh(chains, probabilities: BlockProbabilities.ofPlaces(quality: quality))
        chains.sort { $0.comesEffectivelyBefore($1) }
        let last = mergeHead(of: &chains, into: &space)
        packTail(of: &chains, from: last, into: &space)
        packRandom(chains, into: &space, using: &generator)
        return space.messages
    }

    /// Deals the chains to the blocks that an epoch may have, and weighs each by its block's probability.
    func weigh(_ chains: [MessageChain], probabilities: [Double]) {
        var index = 0
        for probability in probabilities where index < chains.count {
            // Full blocks: what other producers do, not what is left in ours.
            var gas = BaseFee.blockGasLimit.rawValue
            var count = MessagePoolLimits.blockMessageCount
            while index < chains.count {
                let chain = chains[index]
                index += 1
                chain.setEffectivePerformance(blockProbability: probability)
                gas -= chain.gasLimit
                count -= chain.messages.count
                if gas < MessagePoolLimits.minimumGas || count <= 0 { break }
            }
        }
        for chain in chains[index...] { chain.setNullEffectivePerformance() }
    }

    /// Takes chains with their dependencies until one does not fit.
    ///
    /// - Returns: The index of that one.
    private func mergeHead(of chains: inout [MessageChain], into space: inout BlockSpace) -> Int {
        var index = 0
        while index < chains.count {
            let chain = chains[index]
            if chain.performance < 0 { return chains.count }
            guard !chain.isMerged else {
                index += 1
                continue
            }
            let adjusted = chain.followers
            let positions = adjusted.map { Self.position(of: $0, in: chains, after: index) }
            guard let dependencies = space.addWithDependencies(chain, baseFee: baseFee) else {
                return index
            }
            index += 1
            // lotus sorts all that is left again; only these chains can have moved.
            if !dependencies.isEmpty || positions.contains(nil) {
                adjust(adjusted)
                var tail = Array(chains[index...].filter { !$0.isMerged })
                tail.sort { $0.comesEffectivelyBefore($1) }
                let merged = chains[index...].filter(\.isMerged)
                chains.replaceSubrange(index..., with: merged + tail)
            } else {
                reposition(adjusted, in: &chains, from: index)
            }
        }
        return chains.count
    }

    private func adjust(_ followers: [MessageChain]) {
        guard let next = followers.first else { return }
        next.effectivePerformance += next.parentOffset
        for chain in followers.dropFirst() { chain.updateEffectivePerformance() }
    }

    /// Adjusts the chains whose dependency was met, and moves each to its place in the sorted rest.
    private func reposition(
        _ followers: [MessageChain],
        in chains: inout [MessageChain],
        from start: Int
    ) {
        for (order, chain) in followers.enumerated() {
            guard let old = Self.position(of: chain, in: chains, after: start - 1) else { continue }
            chains.remove(at: old)
            if order == 0 {
                chain.effectivePerformance += chain.parentOffset
            } else {
                chain.updateEffectivePerformance()
            }
            // Equal chains keep their order, as in a stable sort.
            let lower = Self.bound(in: chains, from: start) { $0.comesEffectivelyBefore(chain) }
            let upper = Self.bound(in: chains, from: start) { !chain.comesEffectivelyBefore($0) }
            chains.insert(chain, at: max(lower, min(old, upper)))
        }
    }

    /// The index of a chain in the sorted part of a list.
    private static func position(
        of chain: MessageChain,
        in chains: [MessageChain],
        after index: Int
    ) -> Int? {
        let start = bound(in: chains, from: index + 1) { $0.comesEffectivelyBefore(chain) }
        for candidate in start..<chains.count {
            if chains[candidate] === chain { return candidate }
            if chain.comesEffectivelyBefore(chains[candidate]) { return nil }
        }
        return nil
    }

    /// The first index for whose chain a predicate, true for a leading part, is false.
    private static func bound(
        in chains: [MessageChain],
        from start: Int,
        while predicate: (MessageChain) -> Bool
    ) -> Int {
        var low = start
        var high = chains.count
        while low < high {
            let middle = (low + high) / 2
            if predicate(chains[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Shortens the chain that did not fit and goes on with what then is best, until no gas is left.
    func packTail(
        of chains: inout [MessageChain],
        from first: Int,
        into space: inout BlockSpace
    ) {
        var last = first
        tail: while space.hasGas && last < chains.count {
            guard chains[last].isValid else {
                last += 1
                continue
            }
            space.trim(chains[last], baseFee: baseFee)
            if chains[last].isValid {
                pushDown(&chains, from: last) { $0.comesEffectivelyBefore($1) }
            }
            for chain in chains[last...] where chain.isValid && !chain.isMerged {
                if chain.performance < 0 { return }
                if space.addWithDependencies(chain, baseFee: baseFee) == nil { continue tail }
            }
            return
        }
    }

    /// Fills what room is left with chains in a random order, so that blocks of one epoch differ.
    func packRandom(
        _ chains: [MessageChain],
        into space: inout BlockSpace,
        using generator: inout some RandomNumberGenerator
    ) {
        guard !space.isFull else { return }
        for chain in chains.shuffled(using: &generator) {
            if space.isFull { return }
            guard !chain.isMerged, chain.isValid, chain.performance >= 0 else { continue }
            if space.addWithDependencies(chain, baseFee: baseFee) == nil, chain.isValid {
                // It was shortened and may fit now.
                _ = space.addWithDependencies(chain, baseFee: baseFee)
            }
        }
    }
}

extension MessageChain {
    /// The chains after this one whose performance rises or falls when this one is taken.
    fileprivate var followers: [MessageChain] {
        var followers: [MessageChain] = []
        var chain = next
        while let current = chain, current.effectivePerformance > 0 {
            followers.append(current)
            chain = current.next
        }
        return followers
    }
}
