import ActorRuntime
import BigIntegers
import FilecoinTypes
import TestSupport
import Testing

@testable import MessagePool

@Suite struct SelectionTests {
    private let rich: TokenAmount = .fil(1_000_000)

    private func selection(
        _ messages: [PendingMessage],
        baseFee: TokenAmount = 100,
        balance: TokenAmount? = nil,
        priority: [Address] = []
    ) -> MessageSelection {
        let grouped = Dictionary(grouping: messages, by: \.message.from)
            .mapValues { $0.sorted { $0.nonce < $1.nonce } }
        return MessageSelection(
            pending: grouped,
            states: grouped.mapValues { _ in SenderState(nonce: 0, balance: balance ?? rich) },
            baseFee: baseFee,
            prices: .calico,
            priority: priority
        )
    }

    private func chains(_ messages: [PendingMessage], nonce: UInt64 = 0) -> [MessageChain] {
        selection(messages).chains(
            of: messages,
            state: SenderState(nonce: nonce, balance: rich)
        )
    }

    // The shapes of lotus's own test of chains.
    @Test func `falling premiums make a chain of each message and rising ones a single chain`() {
        let falling = (0..<10).map {
            message(from: sender(1), nonce: UInt64($0), premium: Int64(10 - $0))
        }
        #expect(chains(falling).map(\.messages.count) == [Int](repeating: 1, count: 10))
        let rising = (0..<10).map {
            message(from: sender(1), nonce: UInt64($0), premium: Int64($0 + 1))
        }
        #expect(chains(rising).map(\.messages.count) == [10])
        let equal = (0..<10).map { message(from: sender(1), nonce: UInt64($0), premium: 7) }
        #expect(chains(equal).map(\.messages.count) == [10])
        let steps = (0..<10).map {
            message(from: sender(1), nonce: UInt64($0), premium: Int64(10 - $0 / 2))
        }
        #expect(chains(steps).map(\.messages.count) == [2, 2, 2, 2, 2])
        let bumps = (0..<10).map {
            message(from: sender(1), nonce: UInt64($0), premium: Int64($0 % 3 + 1))
        }
        #expect(chains(bumps).map(\.messages.count) == [9, 1])
    }

    @Test func `a gap, too little gas and an empty account end the messages of a sender`() {
        let usual = (0..<4).map { message(from: sender(1), nonce: UInt64($0)) }
        #expect(chains(Array(usual[1...])).isEmpty)
        #expect(chains(Array(usual[1...]), nonce: 1).map(\.messages.count) == [3])
        #expect(chains([usual[0], usual[2]]).map(\.messages.count) == [1])
        let poor = usual.prefix(2) + [message(from: sender(1), nonce: 2, gasLimit: 10_000)]
        #expect(chains(Array(poor)).map(\.messages.count) == [2])
        let budget = SenderState(nonce: 0, balance: 2_500_000_000_000)
        let afforded = selection(usual).chains(of: usual, state: budget)
        #expect(afforded.map(\.messages.count) == [2])
        let large = (0..<3).map {
            message(from: sender(1), nonce: UInt64($0), gasLimit: 4_000_000_000)
        }
        #expect(chains(large).map(\.messages.count) == [2])
    }

    @Test func `what earns more for its gas comes first`() {
        var generator = SeededGenerator(seed: 1)
        let messages = (1...5).map { message(from: sender($0), nonce: 0, premium: Int64($0)) }
        let chosen = selection(messages).messages(quality: 1, using: &generator)
        #expect(chosen.map(\.message.gasPremium) == [5, 4, 3, 2, 1])
        let preferred = selection(messages, priority: [sender(2)])
            .messages(quality: 1, using: &generator)
        #expect(preferred.map(\.message.gasPremium) == [2, 5, 4, 3, 1])
    }

    @Test func `a message whose fee cap is below the base fee is left out`() {
        var generator = SeededGenerator(seed: 1)
        let messages = [
            message(from: sender(1), nonce: 0, premium: 1, feeCap: 99),
            message(from: sender(2), nonce: 0, premium: 1, feeCap: 100),
        ]
        for quality in [0.1, 1] {
            let chosen = selection(messages).messages(quality: quality, using: &generator)
            #expect(chosen.map(\.message.from) == [sender(2)])
        }
    }

    @Test func `a chain that does not fit is shortened`() {
        var generator = SeededGenerator(seed: 1)
        // Ten messages of 0.9 and ten of 0.6 thousand million gas: a block has ten.
        let first = (0..<10).map {
            message(from: sender(1), nonce: UInt64($0), gasLimit: 900_000_000, premium: 10)
        }
        let second = (0..<10).map {
            message(from: sender(2), nonce: UInt64($0), gasLimit: 600_000_000, premium: 20)
        }
        let chosen = selection(first + second).messages(quality: 1, using: &generator)
        #expect(
            chosen.map(\.message.from) == [Address](repeating: sender(2), count: 10)
                + [Address](repeating: sender(1), count: 4)
        )
    }

    /// Random pools, of small and large messages.
    private func randomPool(_ generator: inout SeededGenerator) -> [PendingMessage] {
        let senders = UInt8.random(in: 1...30, using: &generator)
        let isLarge = Bool.random(using: &generator)
        return (1...senders).flatMap { number in
            (0..<UInt64.random(in: 1...20, using: &generator)).map { nonce in
                message(
                    from: sender(number),
                    nonce: nonce,
                    gasLimit: .random(
                        in: 2_000_000...(isLarge ? 900_000_000 : 9_000_000),
                        using: &generator
                    ),
                    premium: .random(in: 0...20, using: &generator),
                    feeCap: .random(in: 95...200, using: &generator),
                    type: number % 2 == 0 ? .bls : .secp256k1
                )
            }
        }
    }

    private func check(_ chosen: [PendingMessage], seed: UInt64) {
        var nonces: [Address: UInt64] = [:]
        for message in chosen {
            #expect(message.nonce == nonces[message.message.from, default: 0], "seed \(seed)")
            nonces[message.message.from, default: 0] += 1
        }
        #expect(chosen.reduce(0) { $0 + $1.gasLimit } <= 10_000_000_000, "seed \(seed)")
    }

    @Test func `nonces follow one another and the gas of a block is kept`() {
        for seed in UInt64(1)...60 {
            var generator = SeededGenerator(seed: seed)
            let pool = selection(randomPool(&generator))
            for quality in [1, 0.7, 0.3, 0.01] {
                check(pool.messages(quality: quality, using: &generator), seed: seed)
            }
        }
    }

    @Test func `sorting all that is left after each chain gives the same block`() {
        for seed in UInt64(1)...80 {
            var generator = SeededGenerator(seed: seed)
            let messages = randomPool(&generator)
            let quality = Double.random(in: 0...0.84, using: &generator)
            var first = SeededGenerator(seed: seed)
            var second = SeededGenerator(seed: seed)
            let pool = selection(messages)
            let fast = pool.optimal(quality: quality, using: &first)
            let plain = pool.plainOptimal(quality: quality, using: &second)
            #expect(fast.map(\.cid) == plain.map(\.cid), "seed \(seed)")
        }
    }

    @Test func `blocks of one epoch get different messages`() {
        for seed in UInt64(1)...30 {
            var generator = SeededGenerator(seed: seed)
            let messages = randomPool(&generator)
            let pool = selection(messages)
            let lists = pool.messages(qualities: [0.9, 0.6, 0.2], using: &generator)
            #expect(lists.count == 3)
            for list in lists { check(list, seed: seed) }
            let senders = Set(lists.joined().map(\.message.from)).count
            guard senders >= 3 else { continue }
            let cids = lists.joined().map(\.cid)
            #expect(Set(cids).count == cids.count, "seed \(seed)")
            #expect(lists.allSatisfy { !$0.isEmpty }, "seed \(seed)")
        }
    }

    @Test func `with fewer senders than blocks the first list comes again`() {
        var generator = SeededGenerator(seed: 1)
        let one = selection([message(from: sender(1), nonce: 0)])
        let lists = one.messages(qualities: [0.5, 0.5], using: &generator)
        #expect(lists.map(\.count) == [1, 1])
        #expect(
            selection([]).messages(qualities: [0.5, 0.9], using: &generator).map(\.count) == [0, 0]
        )
    }

    @Test func `messages with a signature that no block holds are passed over`() {
        var generator = SeededGenerator(seed: 1)
        let messages = [
            message(from: sender(1), nonce: 0, type: .delegated),
            message(from: sender(2), nonce: 0),
        ]
        for quality in [0.2, 1] {
            let chosen = selection(messages).messages(quality: quality, using: &generator)
            #expect(chosen.map(\.message.from) == [sender(2)])
        }
    }

    @Test func `probabilities of places add up and favour the best ticket`() {
        for quality in [0.0, 0.3, 0.84, 1] {
            let places = BlockProbabilities.ofPlaces(quality: quality)
            let all = BlockProbabilities.otherWinners.reduce(0, +)
            #expect(abs(places.reduce(0, +) - all) < 1e-12)
        }
        #expect(BlockProbabilities.ofPlaces(quality: 1)[0] > 0.999)
        // Of five expected blocks, a place in the middle is likeliest for a middling ticket.
        let middling = BlockProbabilities.ofPlaces(quality: 0.5)
        #expect(middling[1] > middling[0] && middling[2] > middling[4])
    }

    @Test func `performance is the nearest floating point number`() {
        #expect(GasPerformance.of(reward: 0, gasLimit: 7) == 0)
        #expect(GasPerformance.of(reward: 3, gasLimit: 10_000_000_000) == 3)
        #expect(GasPerformance.of(reward: -3, gasLimit: 5_000_000_000) == -6)
        // 10^10 / 3 and 2^100 10^10 / 3, rounded once.
        #expect(GasPerformance.of(reward: 1, gasLimit: 3) == 1e10 / 3)
        let large: BigInt = 1 << 100
        #expect(GasPerformance.of(reward: large, gasLimit: 3) == 1e10 / 3 * 0x1p100)
        let negative: BigInt = 0 - large
        #expect(GasPerformance.of(reward: negative, gasLimit: 3) == -1e10 / 3 * 0x1p100)
    }
}

extension MessageSelection {
    /// The optimal selection with the sort that lotus makes after every chain it takes.
    func plainOptimal(
        quality: Double,
        using generator: inout SeededGenerator
    ) -> [PendingMessage] {
        var (space, rest) = priorityMessages()
        var chains = sortedChains(of: rest)
        guard let best = chains.first, best.performance >= 0 else { return space.messages }
        weigh(chains, probabilities: BlockProbabilities.ofPlaces(quality: quality))
        chains.sort { $0.comesEffectivelyBefore($1) }
        var last = chains.count
        var index = 0
        while index < chains.count {
            let chain = chains[index]
            index += 1
            if chain.performance < 0 { break }
            if chain.isMerged { continue }
            guard space.addWithDependencies(chain, baseFee: baseFee) != nil else {
                last = index - 1
                break
            }
            if var next = chain.next, next.effectivePerformance > 0 {
                next.effectivePerformance += next.parentOffset
                while let following = next.next, following.effectivePerformance > 0 {
                    following.updateEffectivePerformance()
                    next = following
                }
            }
            let tail = chains[index...]
            let open = tail.filter { !$0.isMerged }.sorted { $0.comesEffectivelyBefore($1) }
            chains.replaceSubrange(index..., with: tail.filter(\.isMerged) + open)
        }
        packTail(of: &chains, from: last, into: &space)
        packRandom(chains, into: &space, using: &generator)
        return space.messages
    }
}
