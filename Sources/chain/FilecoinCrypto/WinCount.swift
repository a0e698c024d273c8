public import BigIntegers
public import FilecoinTypes
internal import Hashing

extension ElectionProof {
    /// How many blocks an epoch has on average.
    public static let blocksPerEpoch = 5
    /// The most that a proof can win.
    public static let maximumWinCount: Int64 = 15

    /// Returns how often a draw wins for a miner with this share of the network's power.
    ///
    /// The draw, read as a fraction between 0 and 1, is compared with the tail of a Poisson distribution
    /// whose mean is the miner's share of five blocks: it wins k times where the chance of more than k wins
    /// is at most the fraction. All numbers have 256 binary places, so that every node gets the same.
    ///
    /// - Parameters:
    ///   - vrfProof: The worker's signature of ``BlockDraws/electionInput``.
    ///   - power: The miner's quality-adjusted power, in bytes.
    ///   - totalPower: The network's; zero or less wins nothing.
    /// - Returns: 0 to ``maximumWinCount``.
    public static func winCount(vrfProof: [UInt8], power: BigInt, totalPower: BigInt) -> Int64 {
        guard totalPower.signum > 0 else { return 0 }
        let draw = BigInt(magnitude: BLAKE2b.hash256(vrfProof))
        var tail = PoissonTail(mean: Q256.mean(power: power, totalPower: totalPower))
        var wins: Int64 = 0
        while wins < maximumWinCount, draw < tail.value {
            tail.advance()
            wins += 1
        }
        return wins
    }
}

/// The chance that a Poisson variable exceeds k, for k from 0 upwards, with 256 binary places.
package struct PoissonTail {
    private let mean: BigInt
    private var mass: BigInt
    private var k: Int64 = 0
    /// The chance of more than k.
    package private(set) var value: BigInt

    package init(mean: BigInt) {
        self.mean = mean
        mass = Q256.exponential(ofMinus: mean)
        value = (BigInt(1) << Q256.places) - mass
    }

    /// Goes on to the next k.
    package mutating func advance() {
        k += 1
        mass = (mass.euclideanDivided(by: BigInt(k)).quotient * mean) >> Q256.places
        value = value - mass
    }
}

/// Numbers with 256 binary places, and the one function that the election needs of them.
package enum Q256 {
    /// Binary places.
    static let places = 256

    /// The mean of wins: the share of the power times the blocks of an epoch.
    package static func mean(power: BigInt, totalPower: BigInt) -> BigInt {
        ((power * BigInt(ElectionProof.blocksPerEpoch)) << places)
            .euclideanDivided(by: totalPower).quotient
    }

    /// e to the power of -x, as a quotient of two polynomials; good to 4.6 · 10^-15 for x below 5.
    package static func exponential(ofMinus x: BigInt) -> BigInt {
        let numerator = evaluate(numeratorCoefficients, at: x) << places
        return numerator.euclideanDivided(by: evaluate(denominatorCoefficients, at: x)).quotient
    }

    /// Horner's rule from the highest power down.
    private static func evaluate(_ coefficients: [BigInt], at x: BigInt) -> BigInt {
        coefficients.dropFirst().reduce(coefficients[0]) { result, coefficient in
            ((result * x) >> places) + coefficient
        }
    }

    // The coefficients of the protocol, highest power first; they come with 128 binary places.
    private static let numeratorCoefficients = shifted([
        "-648770010757830093818553637600", "67469480939593786226847644286976",
        "-3197587544499098424029388939001856", "89244641121992890118377641805348864",
        "-1579656163641440567800982336819953664", "17685496037279256458459817590917169152",
        "-115682590513835356866803355398940131328", "340282366920938463463374607431768211456",
    ])
    private static let denominatorCoefficients = shifted([
        "1225524182432722209606361", "114095592300906098243859450",
        "5665570424063336070530214243", "194450132448609991765137938448",
        "5068267641632683791026134915072", "104716890604972796896895427629056",
        "1748338658439454459487681798864896", "23704654329841312470660182937960448",
        "259380097567996910282699886670381056", "2250336698853390384720606936038375424",
        "14978272436876548034486263159246028800", "72144088983913131323343765784380833792",
        "224599776407103106596571252037123047424", "340282366920938463463374607431768211456",
    ])

    private static func shifted(_ texts: [String]) -> [BigInt] {
        texts.compactMap { BigInt($0) }.map { $0 << (places - 128) }
    }
}
