internal import BigIntegers
internal import FilecoinTypes

/// Amounts as the test data writes them: whole attoFIL in decimal.
enum BigIntText {
    static func amount(_ text: String) -> TokenAmount? {
        BigInt(text).map { TokenAmount(attoFIL: $0) }
    }
}
