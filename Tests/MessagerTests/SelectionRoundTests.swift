import FilecoinTypes
import JSON
import TestSupport
import Testing
import VenusAPI

@testable import Messager

/// Rounds of selection, driven by hand.
@Suite struct SelectionRoundTests {
    static let sender = Address.id(100)

    static func message(
        _ id: String,
        _ change: (inout MessagerMessage) -> Void = { _ in }
    )
        -> MessagerMessage
    {
        var row = MessagerMessage(
            id: id,
            message: Message(to: .id(200), from: sender, value: 1)
        )
        change(&row)
        return row
    }

    static func situation(_ unfilled: [MessagerMessage]) -> SelectionRound.Situation {
        SelectionRound.Situation(
            sender: MessagerAddress(id: "s", address: sender),
            shared: MessagerSharedSettings(),
            height: 10,
            baseFee: 10,
            chainNonce: 0,
            filled: [],
            highestOnChain: nil,
            unfilled: unfilled
        )
    }

    /// Plays a round to its end.
    ///
    /// The wallet refuses from the signature `refusedFrom` on; the node's pool has the nonces below `poolNonce`.
    static func play(
        _ situation: SelectionRound.Situation,
        refusedFrom: Int = .max,
        poolNonce: UInt64 = 0,
        estimate: (Message) -> EstimateResult = { message in
            var message = message
            message.gasLimit = 1000
            message.gasFeeCap = 20
            message.gasPremium = 10
            return EstimateResult(message: message, error: "")
        }
    ) -> SelectionRound.Outcome {
        var round = SelectionRound(situation)
        var step = round.start()
        var signatures = 0
        while true {
            switch step {
            case .askPool: step = round.pooled(nextNonce: poolNonce)
            case .estimate(let requests, _):
                step = round.estimated(requests.map { estimate($0.message) })
            case .sign:
                signatures += 1
                step =
                    signatures >= refusedFrom
                    ? round.refused("locked")
                    : round.signed(
                        Signature(type: .secp256k1, data: [UInt8](repeating: 1, count: 65))
                    )
            case .finish(let outcome): return outcome
            }
        }
    }

    @Test func `the newest messages get the first nonces, up to the limit`() {
        var situation = Self.situation(["c", "b", "a"].map { Self.message($0) })
        situation.sender.selectCount = 2
        let outcome = Self.play(situation)
        #expect(outcome.changed.map(\.id) == ["c", "b"])
        #expect(outcome.changed.map(\.message.nonce) == [0, 1])
        #expect(outcome.changed.allSatisfy { $0.state == .filled && $0.signedCID != nil })
        #expect(outcome.nonce == 2)
        #expect(outcome.push.map(\.message.nonce) == [0, 1])
    }

    @Test func `no message is taken when as many are on their way as may be`() {
        var situation = Self.situation([Self.message("new")])
        situation.sender.nonce = 7
        situation.chainNonce = 5
        situation.filled = [5, 6].map(Self.filled)
        situation.sender.selectCount = 2
        #expect(Self.play(situation).changed.isEmpty)
        situation.sender.selectCount = 3
        #expect(Self.play(situation).changed.map(\.message.nonce) == [7])
    }

    @Test func `a failed estimate is noted and leaves no hole in the nonces`() {
        let outcome = Self.play(
            Self.situation(
                ["b", "a"].map { Self.message($0) { $0.message.value = $0.id == "b" ? 2 : 1 } }
            )
        ) {
            message in
            var new = message
            new.gasLimit = 5
            new.gasFeeCap = 10
            return message.value == 2
                ? EstimateResult(error: "exit 16") : EstimateResult(message: new, error: "")
        }
        #expect(outcome.changed.map(\.id) == ["b", "a"])
        #expect(outcome.changed[0].state == .unfilled)
        #expect(outcome.changed[0].errorText == "gas estimate: exit 16")
        #expect(outcome.changed[1].message.nonce == 0)
        #expect(outcome.nonce == 1)
    }

    @Test(arguments: [(10_000_000_000 as Int64, true), (10_000_000_001, false)])
    func `a gas limit above that of a block is refused`(_ limit: Int64, _ isTaken: Bool) {
        let outcome = Self.play(Self.situation([Self.message("a")])) { message in
            var message = message
            message.gasLimit = GasAmount(rawValue: limit)
            message.gasFeeCap = 10
            return EstimateResult(message: message, error: "")
        }
        #expect((outcome.changed[0].state == .filled) == isTaken)
        if !isTaken {
            #expect(
                outcome.changed[0].errorText
                    == "gas estimate:  gas limit 10000000001 over limit 10000000000"
            )
        }
    }

    @Test func `a refused signature ends the round and keeps what was signed`() {
        let outcome = Self.play(
            Self.situation(["c", "b", "a"].map { Self.message($0) }),
            refusedFrom: 2
        )
        #expect(outcome.changed.map(\.id) == ["c", "b"])
        #expect(outcome.changed[0].state == .filled)
        #expect(outcome.changed[1].errorText == "sign message failed: locked")
        #expect(outcome.changed[1].message.gasLimit == 0)
        #expect(outcome.nonce == 1)
    }

    @Test(arguments: [(11 as Int64, false), (10, true), (9, true), (0, false)])
    func `an expired message is given up`(_ epoch: Int64, _ isExpired: Bool) {
        let message = Self.message("a") { $0.spec.expireEpoch = ChainEpoch(rawValue: epoch) }
        let outcome = Self.play(Self.situation([message]))
        #expect(outcome.changed.map(\.state) == [isExpired ? .failed : .filled])
    }

    @Test func `a message waits while the base fee is above its limit`() {
        var situation = Self.situation([Self.message("a")])
        situation.sender.fees.baseFee = 9
        #expect(Self.play(situation).changed.isEmpty)
        situation.sender.fees.baseFee = 10
        #expect(Self.play(situation).changed.count == 1)
    }

    @Test func `a sender behind the chain goes on where the chain is, or after its own messages`() {
        var situation = Self.situation([])
        situation.chainNonce = 5
        #expect(Self.play(situation).nonce == 5)
        situation.highestOnChain = 4
        #expect(Self.play(situation).nonce == 5)
        situation.highestOnChain = 8
        #expect(Self.play(situation).nonce == 9)
        situation.filled = [Self.message("f") { $0.message.nonce = 6 }]
        #expect(Self.play(situation).nonce == 7)
        situation.sender.nonce = 6
        #expect(Self.play(situation).nonce == 6)
    }

    private static func filled(_ nonce: UInt64) -> MessagerMessage {
        message("\(nonce)") {
            $0.message.nonce = nonce
            $0.message.gasLimit = 1000
            $0.message.gasFeeCap = 20
            $0.state = .filled
            $0.signature = Signature(type: .bls, data: [1])
        }
    }

    @Test func `the nonce of a message that was given up goes to the next one`() {
        var situation = Self.situation(["c", "b", "a"].map { Self.message($0) })
        situation.sender.nonce = 5
        situation.sender.selectCount = 5
        situation.filled = [0, 2, 4].map(Self.filled)
        let outcome = Self.play(situation)
        #expect(outcome.changed.map(\.message.nonce) == [1, 3])
        #expect(outcome.nonce == 5)
        #expect(outcome.push.map(\.message.nonce) == [0, 1, 2, 3, 4])
        // What the pool has is on its way although nobody here knows it.
        #expect(Self.play(situation, poolNonce: 3).changed.map(\.message.nonce) == [3])
        situation.sender.selectCount = 6
        #expect(Self.play(situation).changed.map(\.message.nonce) == [1, 3, 5])
    }

    @Test func `a missing nonce that holds up others is filled where no message waits`() {
        var situation = Self.situation([])
        situation.sender.nonce = 3
        situation.filled = [0, 2].map(Self.filled)
        let outcome = Self.play(situation)
        let filler = outcome.changed.first
        #expect(filler?.id == outcome.fillerID && filler?.state == .filled)
        #expect(filler?.message.nonce == 1 && filler?.message.value == 0)
        #expect(filler?.message.to == Self.sender && filler?.message.from == Self.sender)
        #expect(outcome.push.map(\.message.nonce) == [0, 1, 2] && outcome.nonce == 3)
        // Nobody waits for it: it may be somebody else's.
        situation.filled = [0, 1].map(Self.filled)
        #expect(Self.play(situation).changed.isEmpty)
        // The pool has it.
        situation.filled = [0, 2].map(Self.filled)
        #expect(Self.play(situation, poolNonce: 2).changed.isEmpty)
    }

    @Test func `a fee cap below the base fee holds its message and no other`() {
        var situation = Self.situation(["b", "a"].map { Self.message($0) })
        situation.baseFee = 15
        let outcome = Self.play(situation) { message in
            var message = message
            message.gasLimit = 1000
            message.gasFeeCap = message.value == 1 ? 15 : 14
            return EstimateResult(message: message, error: "")
        }
        #expect(outcome.changed.map(\.state) == [.filled, .filled])
        situation.unfilled[0].message.value = 2
        let held = Self.play(situation) { message in
            var message = message
            message.gasLimit = 1000
            message.gasFeeCap = message.value == 1 ? 15 : 14
            return EstimateResult(message: message, error: "")
        }
        #expect(held.changed.map(\.state) == [.unfilled, .filled])
        #expect(held.changed.map(\.message.nonce) == [0, 0])
        #expect(
            held.changed[0].errorText
                == "gas fee cap 14 is below the base fee 15: raise the fee cap or the max fee, or wait"
        )
    }

    @Test func `a sender spends no more than it has, messages on their way counted`() {
        // Each takes 20,000 for gas and 1 of value.
        var situation = Self.situation(["c", "b", "a"].map { Self.message($0) })
        situation.sender.nonce = 1
        situation.filled = [Self.filled(0)]
        situation.account = SenderAccount(nonce: 0, balance: 60_003)
        let outcome = Self.play(situation)
        // The one that is held was found before the others were signed.
        #expect(outcome.changed.map(\.id) == ["a", "c", "b"])
        #expect(outcome.changed.map(\.state) == [.unfilled, .filled, .filled])
        #expect(outcome.changed[0].errorText.hasPrefix("not enough funds: the message may take"))
        situation.account?.balance = 80_004
        #expect(Self.play(situation).changed.map(\.state) == [.filled, .filled, .filled])
        situation.account?.balance = 80_003
        #expect(Self.play(situation).changed.map(\.state) == [.unfilled, .filled, .filled])
    }

    @Test func `what the chain lacks is pushed again, by nonce`() {
        var situation = Self.situation([])
        situation.sender.nonce = 4
        situation.chainNonce = 2
        situation.filled = ([3, 1, 2] as [UInt64]).map { nonce in
            Self.message("\(nonce)") {
                $0.message.nonce = nonce
                $0.state = .filled
                $0.signature = Signature(type: .bls, data: [1])
            }
        }
        #expect(Self.play(situation).push.map(\.message.nonce) == [2, 3])
    }

    @Test func `nonces in the head count as used, without gaps`() {
        let messages = ([3, 4, 6, 5] as [UInt64]).map { nonce in
            Message(to: .id(1), from: Self.sender, nonce: nonce)
        }
        #expect(SelectionRound.appliedNonces(messages) == [Self.sender: 6])
    }

    @Test func `fees come from the message, then its sender, then the settings of all`() {
        var near = MessagerFees()
        near.maxFee = 5
        near.gasFeeCap = 6
        var far = MessagerFees()
        far.maxFee = 7
        far.gasOverEstimation = 1.5
        far.baseFee = 8
        let fees = MessageFees(
            of: Self.message("a") { $0.spec.gasOverPremium = 3 },
            levels: [near, far]
        )
        #expect(
            fees.spec
                == MessageSendSpec(maxFee: 5, gasOverEstimation: 1.5, gasOverPremium: 3)
        )
        #expect(fees.gasFeeCap == 6)
        #expect(fees.baseFeeLimit == 8)
    }

    @Test func `a replacement pays what the pool asks for`() throws {
        // Recorded: premium 200000, a pool that says 125, gives 25000001.
        #expect(Replacement.minimumPremium(over: 200_000, ratio: 125) == 25_000_001)
        #expect(Replacement.minimumPremium(over: 200_000, ratio: 1.25) == 250_001)
        #expect(Replacement.minimumPremium(over: 200_000, ratio: 1) == 220_001)
        var message = Message(to: .id(1), from: Self.sender)
        message.gasLimit = 1_250_000
        message.gasPremium = 200_000
        let new = try Replacement.automatic(message, estimate: message, ratio: 1.25, maxFee: 0)
        #expect(new.gasPremium == 250_001 && new.gasFeeCap == 250_001)
        #expect(throws: MessagerFailure.self) {
            try Replacement.automatic(message, estimate: message, ratio: 1.25, maxFee: 1_000_000)
        }
    }
}
