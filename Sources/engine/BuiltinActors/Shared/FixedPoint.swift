package import BigIntegers

/// Arithmetic on Q.128 fixed-point numbers: an integer that stands for itself divided by 2^128.
///
/// Every rounding is part of the protocol. Division is Euclidean, shifts to the right round down, as Go's
/// `math/big` does. Source: specs-actors, `util/math`.
package enum FixedPoint {
    /// Binary digits after the point.
    package static let precision = 128

    /// One.
    package static let one = BigInt(1) << precision

    /// e^-x for x of Q.128, by a rational function; exact to the reference, not to mathematics.
    package static func exponentialOfNegative(_ x: BigInt) -> BigInt {
        let numerator = polynomial(expNumerator, at: x) << precision
        return numerator.euclideanDivided(by: polynomial(expDenominator, at: x)).quotient
    }

    /// The natural logarithm of a positive number.
    package static func logarithm(_ z: BigInt) -> BigInt {
        let exponent = z.bitWidth - 1 - precision
        let x = exponent > 0 ? z >> exponent : z << -exponent
        let numerator = polynomial(lnNumerator, at: x) << precision
        let fraction = numerator.euclideanDivided(by: polynomial(lnDenominator, at: x)).quotient
        return BigInt(exponent) * ln2 + fraction
    }

    /// Horner's rule, coefficients from the highest power down.
    private static func polynomial(_ coefficients: [BigInt], at x: BigInt) -> BigInt {
        var result = coefficients[0]
        for coefficient in coefficients.dropFirst() {
            result = BigInt.multiplyShiftAdd(result, x, shift: precision, coefficient)
        }
        return result
    }

    private static func numbers(_ texts: [String]) -> [BigInt] { texts.compactMap { BigInt($0) } }

    private static let ln2 = numbers(["235865763225513294137944142764154484399"])[0]

    private static let expNumerator = numbers([
        "-648770010757830093818553637600", "67469480939593786226847644286976",
        "-3197587544499098424029388939001856", "89244641121992890118377641805348864",
        "-1579656163641440567800982336819953664", "17685496037279256458459817590917169152",
        "-115682590513835356866803355398940131328", "340282366920938463463374607431768211456",
    ])

    private static let expDenominator = numbers([
        "1225524182432722209606361", "114095592300906098243859450",
        "5665570424063336070530214243", "194450132448609991765137938448",
        "5068267641632683791026134915072", "104716890604972796896895427629056",
        "1748338658439454459487681798864896", "23704654329841312470660182937960448",
        "259380097567996910282699886670381056", "2250336698853390384720606936038375424",
        "14978272436876548034486263159246028800", "72144088983913131323343765784380833792",
        "224599776407103106596571252037123047424", "340282366920938463463374607431768211456",
    ])

    private static let lnNumerator = numbers([
        "261417938209272870992496419296200268025", "7266615505142943436908456158054846846897",
        "32458783941900493142649393804518050491988", "17078670566130897220338060387082146864806",
        "-35150353308172866634071793531642638290419", "-20351202052858059355702509232125230498980",
        "-1563932590352680681114104005183375350999",
    ])

    private static let lnDenominator = numbers([
        "49928077726659937662124949977867279384", "2508163877009111928787629628566491583994",
        "21757751789594546643737445330202599887121", "53400635271583923415775576342898617051826",
        "41248834748603606604000911015235164348839", "9015227820322455780436733526367238305537",
        "340282366920938463463374607431768211456",
    ])
}
