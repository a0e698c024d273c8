internal import BigIntegers
internal import FilecoinTypes

extension MessageSelection {
    /// The messages to be sent again: the best chains of a block, at most
    /// ``MessagePoolLimits/republishCount`` messages.
    ///
    /// The selection's own base fee is the one that is hoped for; a chain with a message whose fee cap is below
    /// it is left out, since other nodes would refuse it.
    ///
    /// `baseFee`: the base fee now.
    func republication(baseFee current: TokenAmount) -> [PendingMessage] {
        var chains = sortedChains(of: pending)
        var chosen: [PendingMessage] = []
        var gasLimit = BaseFee.blockGasLimit.rawValue
        var index = 0
        while index < chains.count, chosen.count <= MessagePoolLimits.republishCount,
            gasLimit > MessagePoolLimits.minimumGas
        {
            let chain = chains[index]
            guard chain.isValid else {
                index += 1
                continue
            }
            if chain.gasLimit <= gasLimit {
                let bound = TokenAmount(attoFIL: self.baseFee)
                if let low = chain.messages.firstIndex(where: { $0.message.gasFeeCap < bound }) {
                    // As the reference: what stands before the cheap message is still sent.
                    chosen += chain.messages[..<low]
                    gasLimit -= chain.messages[..<low].reduce(0) { $0 + $1.gasLimit }
                    chain.invalidate()
                    continue
                }
                gasLimit -= chain.gasLimit
                chosen += chain.messages
                index += 1
                continue
            }
            chain.trim(
                gasLimit: gasLimit,
                messageCount: MessagePoolLimits.republishCount,
                baseFee: current.attoFIL
            )
            pushDown(&chains, from: index) { $0.comesBefore($1) }
        }
        return Array(chosen.prefix(MessagePoolLimits.republishCount))
    }

    /// The messages to remove so that only the best ones remain.
    ///
    /// `kept`: senders whose messages all stay; they count.
    /// `limit`: how many messages remain.
    func prunable(keeping kept: Set<Address>, limit: Int) -> [PendingMessage] {
        let others = pending.filter { !kept.contains($0.key) }
        var count = pending.reduce(0) { $0 + (kept.contains($1.key) ? $1.value.count : 0) }
        var staying: Set<ObjectIdentifier> = []
        keep: for chain in sortedChains(of: others) {
            for message in chain.messages {
                if count >= limit { break keep }
                staying.insert(ObjectIdentifier(message))
                count += 1
            }
        }
        return others.sorted { $0.key < $1.key }.flatMap(\.value)
            .filter { !staying.contains(ObjectIdentifier($0)) }
    }
}
