/// A reproducible source of random numbers (SplitMix64): the same seed gives the same messages.
struct FuzzRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        // Wrapping arithmetic is the definition of SplitMix64.
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// True in `percent` of all cases.
    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    /// A number from 0 to `bound` - 1; 0 if `bound` is 0.
    mutating func below(_ bound: Int) -> Int {
        bound < 2 ? 0 : Int(next() % UInt64(bound))
    }

    /// A number of the range.
    mutating func within(_ range: ClosedRange<Int64>) -> Int64 {
        // The width of a range may need the sign's bit too.
        let width = UInt64(bitPattern: range.upperBound &- range.lowerBound) &+ 1
        let offset = width == 0 ? next() : next() % width
        return range.lowerBound &+ Int64(bitPattern: offset)
    }

    /// A member; nil if there is none.
    mutating func pick<Member>(_ members: [Member]) -> Member? {
        members.isEmpty ? nil : members[below(members.count)]
    }

    /// Each member with the given chance.
    mutating func some<Member>(_ members: [Member], percent: Int) -> [Member] {
        members.filter { _ in chance(percent) }
    }

    /// A member, chosen by weight.
    mutating func pick<Member>(weighted members: [(weight: Int, Member)]) -> Member? {
        var rest = below(members.reduce(0) { $0 + $1.weight })
        for (weight, member) in members {
            if rest < weight { return member }
            rest -= weight
        }
        return nil
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next() >> 32) }
    }
}
