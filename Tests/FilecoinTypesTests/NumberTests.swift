import BigIntegers
import CBOR
import FilecoinTypes
import JSON
import TestSupport
import Testing

@Suite struct TokenAmountTests {
    @Test(arguments: [
        ("0", "0 FIL"), ("1", "0.000000000000000001 FIL"), ("1500000000000000000", "1.5 FIL"),
        ("-1500000000000000000", "-1.5 FIL"), ("2000000000000000000000000000", "2000000000 FIL"),
        ("100000000000000000", "0.1 FIL"),
    ])
    func `an amount prints in FIL without needless zeros`(_ attoFIL: String, _ text: String) throws
    {
        let amount = TokenAmount(attoFIL: try #require(BigInt(attoFIL)))
        #expect(amount.description == text)
        #expect(try TokenAmount(text) == amount)
        #expect(try TokenAmount(amount.unitlessText) == amount)
    }

    @Test(arguments: [
        ("1.5", "1500000000000000000"), (".5fil", "500000000000000000"),
        ("5.", "5000000000000000000"),
        ("200 attoFIL", "200"), ("200aFIL", "200"), ("-1 FIL", "-1000000000000000000"),
        ("0.000000000000000001", "1"), ("007", "7000000000000000000"),
    ])
    func `what people type is read`(_ text: String, _ attoFIL: String) throws {
        #expect(try TokenAmount(text).attoFIL.description == attoFIL)
    }

    @Test(arguments: ["", ".", "-", "1.2.3", "--1", "1-2", "abc", "1 BTC", "0x10", "1e3"])
    func `what is no amount is refused`(_ text: String) {
        #expect(throws: TokenAmountError.self) { try TokenAmount(text) }
    }

    @Test func `the limits of an amount's text hold`() throws {
        #expect(throws: TokenAmountError.tooPrecise("0.0000000000000000001")) {
            try TokenAmount("0.0000000000000000001")
        }
        #expect(throws: TokenAmountError.tooPrecise("1.5")) { try TokenAmount("1.5 attoFIL") }
        _ = try TokenAmount(String(repeating: "1", count: 50))
        #expect(throws: TokenAmountError.tooLong(51)) {
            try TokenAmount(String(repeating: "1", count: 51))
        }
    }

    @Test(arguments: [
        ("0", "0"), ("999", "999 aFIL"), ("1000", "1 fFIL"), ("1500", "1.5 fFIL"),
        ("100000000", "100 pFIL"), ("123456789", "123.457 pFIL"),
        ("-2500000000000000", "-2.5 mFIL"),
        ("1500000000000000000", "1.5 FIL"), ("5000000000000000000000", "5000 FIL"),
    ])
    func `the short form has three decimals`(_ attoFIL: String, _ text: String) throws {
        #expect(TokenAmount(attoFIL: try #require(BigInt(attoFIL))).shortText == text)
    }

    @Test func `the chain form is a sign byte and a magnitude`() throws {
        #expect(TokenAmount.zero.cborBytes() == [0x40])
        #expect(TokenAmount(integerLiteral: 256).cborBytes() == [0x43, 0, 1, 0])
        #expect(TokenAmount(integerLiteral: -1).cborBytes() == [0x42, 1, 1])
        for bytes: [UInt8] in [[0x40], [0x43, 0, 1, 0], [0x42, 1, 1]] {
            #expect(try TokenAmount(cbor: bytes).cborBytes() == bytes)
        }
        #expect(throws: CBORError.self) { try TokenAmount(cbor: [0x42, 2, 1]) }
    }

    @Test func `the API form is a decimal string`() throws {
        #expect(TokenAmount.fil(1).jsonText() == "\"1000000000000000000\"")
        #expect(try TokenAmount(json: "\"-5\"") == -5)
        #expect(throws: JSONError.self) { try TokenAmount(json: "5") }
        #expect(throws: JSONError.self) { try TokenAmount(json: "\"1.5\"") }
    }
}

@Suite struct ProtocolIntegerTests {
    @Test func `epochs add and wrap like the reference`() {
        #expect(ChainEpoch(5) + 3 == 8)
        #expect(ChainEpoch(5) - 8 == -3)
        #expect(ChainEpoch(rawValue: .max) + 1 == ChainEpoch(rawValue: .min))
        #expect(ChainEpoch(-7) / 2 == -3)
        #expect(ChainEpoch(-7) % 2 == -1)
        #expect(ChainEpoch(rawValue: .min) / -1 == ChainEpoch(rawValue: .min))
    }

    @Test func `numbers have one form each`() throws {
        #expect(ChainEpoch(-1).cborBytes() == [0x20])
        #expect(try ChainEpoch(cbor: [0x20]) == .undefined)
        #expect(ActorID(1000).cborBytes() == [0x19, 0x03, 0xe8])
        #expect(throws: CBORError.self) { try ActorID(cbor: [0x20]) }
        #expect(ChainEpoch(-1).jsonText() == "-1")
        #expect(try SectorNumber(json: "18446744073709551615").rawValue == .max)
        #expect(throws: JSONError.self) { try SectorNumber(json: "-1") }
    }

    @Test func `exit codes print as lotus prints them`() {
        #expect(ExitCode.ok.description == "Ok(0)")
        #expect(ExitCode.outOfGas.description == "SysErrOutOfGas(7)")
        #expect(ExitCode(32).description == "32")
    }
}
