import BigIntegers
import FilecoinTypes
import TestSupport
import Testing

@testable import MessagePool

/// Answers trials and offers from closures.
private struct FixedGasChain: GasEstimationChain {
    var offers: [GasOffer] = []
    var result = TrialResult(exitCode: .ok, gasUsed: 454_268)
    var isChannel = false
    var depth: ChainEpoch = 0

    func parent(of tipset: Tipset) async throws -> Tipset {
        try makeTipset(height: tipset.height - 1)
    }
    func gasOffers(of tipset: Tipset) async throws -> [GasOffer] { offers }
    func keyAddress(of address: Address, at tipset: Tipset) async throws -> Address {
        guard address.isKey else { throw Missing(address: address) }
        return address
    }
    func isPaymentChannel(_ address: Address, at tipset: Tipset) async throws -> Bool { isChannel }
    func trial(
        of message: Message,
        after earlier: [Message],
        on tipset: Tipset
    ) async throws -> TrialResult {
        var answer = result
        // Each earlier message makes this one dearer, so that a test sees them.
        answer.gasUsed = answer.gasUsed + GasAmount(Int64(earlier.count))
        if message.value > 1000 { answer.exitCode = .insufficientFunds }
        return answer
    }

    struct Missing: Error, CustomStringConvertible {
        let address: Address
        var description: String { "failed to find actor: \(address)" }
    }
}

@Suite struct GasEstimatorTests {
    private let target = BaseFee.blockGasTarget

    private func offer(_ premium: TokenAmount, _ parts: GasAmount) -> GasOffer {
        GasOffer(premium: premium, gasLimit: target / parts)
    }

    // The cases of lotus's own test.
    @Test func `the median premium is that of lotus`() {
        #expect(GasEstimator.medianPremium([offer(5, 1)], blockCount: 1) == 5)
        #expect(GasEstimator.medianPremium([offer(5, 1), offer(10, 1)], blockCount: 1) == 10)
        #expect(GasEstimator.medianPremium([offer(10, 2), offer(20, 2)], blockCount: 1) == 15)
        let three = [offer(10, 2), offer(20, 2), offer(30, 2)]
        #expect(GasEstimator.medianPremium(three, blockCount: 1) == 25)
        #expect(GasEstimator.medianPremium(three, blockCount: 2) == 15)
        #expect(GasEstimator.medianPremium([], blockCount: 0) == 0)
    }

    @Test func `fee caps are those that the recorded node gave`() {
        #expect(GasEstimator.feeCap(premium: 0, queue: 10, parentBaseFee: 100) == 324)
        #expect(
            GasEstimator.feeCap(premium: 100_204, queue: 20, parentBaseFee: 100) == 101_258
        )
        #expect(
            GasEstimator.feeCap(premium: 100_514, queue: 20, parentBaseFee: 100) == 101_568
        )
    }

    @Test func `an idle chain is asked for the least premium, with little noise`() async throws {
        let estimator = GasEstimator(chain: FixedGasChain())
        let head = try makeTipset(height: 100)
        for (blocks, base) in [(UInt64(1), 200_000.0), (0, 200_000), (2, 150_000), (10, 100_000)] {
            var generator = SeededGenerator(seed: 3)
            var sum = 0.0
            for _ in 0..<50 {
                let premium = try await estimator.premium(
                    blocks: blocks,
                    at: head,
                    using: &generator
                )
                let value = Double(try #require(Int64(exactly: premium.attoFIL)))
                #expect(abs(value / base - 1) < 0.041)
                sum += value
            }
            #expect(abs(sum / 50 / base - 1) < 0.003)
        }
    }

    @Test func `a message is filled in as the recorded node did`() async throws {
        let estimator = GasEstimator(chain: FixedGasChain())
        let head = try makeTipset(height: 100)
        var generator = SeededGenerator(seed: 4)
        let open = Message(to: .id(100), from: sender(1), value: 1000)
        let filled = try await estimator.estimate(open, after: [], on: head, using: &generator)
        #expect(filled.gasLimit == 567_835)
        #expect(filled.gasFeeCap == filled.gasPremium + 1054)
        // What is given stays.
        var given = open
        given.gasLimit = 2_000_000
        given.gasFeeCap = 500
        given.gasPremium = 7
        #expect(
            try await estimator.estimate(given, after: [], on: head, using: &generator) == given
        )
    }

    @Test func `a premium is raised by the factor of the request, unless it is given`() async throws
    {
        let estimator = GasEstimator(chain: FixedGasChain())
        let head = try makeTipset(height: 100)
        let open = Message(to: .id(100), from: sender(1), value: 1000)
        func premium(_ factor: Double, _ message: Message) async throws -> TokenAmount {
            var generator = SeededGenerator(seed: 4)
            return try await estimator.estimate(
                message,
                spec: MessageSendSpec(gasOverPremium: factor),
                after: [],
                on: head,
                using: &generator
            ).gasPremium
        }
        let base = try await premium(0, open).attoFIL
        #expect(try await premium(1, open).attoFIL == base)
        #expect(try await premium(2, open).attoFIL == base * 2)
        #expect(
            try await premium(1.25, open).attoFIL
                == (base * 5).euclideanDivided(by: 4).quotient
        )
        var given = open
        given.gasPremium = 7
        #expect(try await premium(3, given) == 7)
    }

    @Test func `a message that fails says why`() async throws {
        let estimator = GasEstimator(
            chain: FixedGasChain(
                result: TrialResult(exitCode: .ok, gasUsed: 1, error: "transfer failed")
            )
        )
        let head = try makeTipset(height: 100)
        var generator = SeededGenerator(seed: 4)
        let tooMuch = Message(to: .id(100), from: sender(1), value: 1001)
        let failure = await #expect(throws: GasEstimationError.self) {
            try await estimator.estimate(tooMuch, after: [], on: head, using: &generator)
        }
        #expect(failure?.rpcCode == 3)
        #expect(failure?.description.hasSuffix("vm error=[transfer failed])") == true)
        let unknown = await #expect(throws: GasEstimationError.self) {
            try await estimator.gasLimit(
                of: Message(to: .id(100), from: .id(999_999)),
                after: [],
                on: head
            )
        }
        let address = Address.id(999_999)
        #expect(
            unknown?.description
                == "gas estimation failed: resolving sender \(address) (failed to find "
                + "actor: \(address)): sender validation failed"
        )
    }

    @Test func `collecting a channel needs the gas that deleting it gives back`() async throws {
        let head = try makeTipset(height: 100)
        for (isChannel, method, expected) in [
            (true, MethodNumber(4), GasAmount(530_268)), (false, 4, 454_268), (true, 3, 454_268),
        ] {
            let estimator = GasEstimator(chain: FixedGasChain(isChannel: isChannel))
            let message = Message(to: .id(100), from: sender(1), method: method)
            #expect(try await estimator.gasLimit(of: message, after: [], on: head) == expected)
        }
    }

    @Test func `the cost is kept within the limit`() {
        let estimator = GasEstimator(chain: FixedGasChain(), defaultMaxFee: 1_000_000)
        var message = Message(
            to: .id(100),
            from: sender(1),
            gasLimit: 1000,
            gasFeeCap: 1000,
            gasPremium: 800
        )
        let full = message
        estimator.cap(&message, spec: nil)
        #expect(message == full)
        message.gasFeeCap = 1001
        estimator.cap(&message, spec: nil)
        #expect(message == full)
        estimator.cap(&message, spec: MessageSendSpec(maxFee: 500_999))
        #expect(message.gasFeeCap == 500)
        #expect(message.gasPremium == 500)
    }

    @Test func `a batch counts nonces and goes on after a failure`() async throws {
        let estimator = GasEstimator(chain: FixedGasChain(), overestimation: 1)
        let head = try makeTipset(height: 100)
        var generator = SeededGenerator(seed: 5)
        let good = Message(to: .id(100), from: sender(1), value: 1)
        var bad = good
        bad.value = 2000
        let results = try await estimator.estimate(
            batch: [(good, nil), (bad, nil), (good, nil)],
            firstNonce: 7,
            after: [message(from: sender(1), nonce: 6).message],
            on: head,
            using: &generator
        )
        #expect(try results[0].get().nonce == 7)
        #expect(try results[0].get().gasLimit == 454_269)
        #expect(throws: GasEstimationError.self) { try results[1].get() }
        #expect(try results[2].get().nonce == 8)
        #expect(try results[2].get().gasLimit == 454_270)
    }
}
