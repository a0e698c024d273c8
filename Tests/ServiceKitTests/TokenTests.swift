import Bytes
import JSON
import TestSupport
import Testing

@testable import ServiceKit

@Suite struct TokenTests {
    /// From the sample configuration of the first auth service.
    static let secret = "88b8a61690ee648bef9bc73463b8a05917f1916df169c775a3896719466be04a"
    static let ext = "eyJBbGxvdyI6WyJyZWFkIiwid3JpdGUiLCJzaWduIiwiYWRtaW4iXX0"

    @Test func `the known tokens of the auth service are reproduced`() throws {
        let secret = try #require([UInt8](hex: Self.secret))
        let token = AuthClaims(name: "Rennbon", permission: "admin", extra: Self.ext).token(
            secret: secret
        )
        let payload =
            "eyJuYW1lIjoiUmVubmJvbiIsInBlcm0iOiJhZG1pbiIsImV4dCI6ImV5SkJiR3h2ZHlJNld5SnlaV0ZrSWl3aWQzSnBkR1VpTENKemFXZHVJaXdpWVdSdGFXNGlYWDAifQ"
        #expect(
            token.revealed == "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." + payload
                + ".gONkC1v8AuY-ZP2WhU62EonWmyPeOW1pFhnRM-Fl7ko"
        )
        let claims = try AuthClaims.verify(token, secret: secret)
        #expect(claims.name == "Rennbon")
        #expect(claims.caller.may(.sign))
        let forged =
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." + payload
            + ".Ct8Lc-lc1nppIejRz-y0ht7yAnzB0-bpwk4Vkk0k-TM"
        #expect(throws: JWTError.wrongSignature) {
            try AuthClaims.verify(Secret(forged), secret: secret)
        }
        let zl = AuthClaims(name: "zl-token", permission: "admin").token(
            secret: try #require(
                [UInt8](hex: "d6234bf3f14a568a9c8315a6ee4f474e380beb2b65a64e6ba0142df72b454f4e")
            )
        )
        #expect(zl.revealed.hasSuffix(".DQ-ETWoEnNrpGKCikwZax6YUzdQIkhT0pHOTSta8770"))
        let malformed =
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaF0IjoxNTE2MjM5MDIyfQ.cThIIoDvwdueQB468K5xDc5633seEFoqwxjF_xSJyQQ"
        #expect(throws: JWTError.self) { try AuthClaims.verify(Secret(malformed), secret: secret) }
    }

    @Test func `the known token of a wallet is reproduced`() throws {
        let secret = try #require(
            [UInt8](hex: "7c40ce66a492e35ac828e8333a5703e38b23add87f29bd8fc7343989e08b3458")
        )
        let token = AllowClaims(.admin).token(secret: secret)
        #expect(
            token.revealed
                == "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJBbGxvdyI6WyJyZWFkIiwid3JpdGUiLCJzaWduIiwiYWRtaW4iXX0.q3xz5oucOoT3xwMTct8pWMBrvhi_gizOz6QBgK-nOwc"
        )
        #expect(try AllowClaims.verify(token, secret: secret).caller.permissions.count == 4)
    }

    @Test func `another algorithm is refused even with the right signature`() throws {
        let secret: [UInt8] = [1, 2, 3]
        let token = AllowClaims(.read).token(secret: secret).revealed
        let parts = token.split(separator: ".")
        for header in [#"{"alg":"none","typ":"JWT"}"#, #"{"alg":"HS512","typ":"JWT"}"#, "{}"] {
            let signed = BitGroupEncoding.base64URL.encode(Array(header.utf8)) + "." + parts[1]
            #expect(throws: JWTError.wrongAlgorithm) {
                try JWT.verify("\(signed).\(parts[2])", secret: secret)
            }
        }
        for text in [
            "", "a.b", "a.b.c.d", "..", token + "A", token.replacing("eyJB", with: "eyJC"),
        ] {
            #expect(throws: JWTError.self) { try JWT.verify(text, secret: secret) }
        }
    }

    @Test func `levels include those below, other texts nothing`() {
        #expect(Permission.sign.granted == [.read, .write, .sign])
        #expect(Caller(name: "a", level: "write").permissions == [.read, .write])
        #expect(Caller(name: "a", level: "Admin").permissions.isEmpty)
    }

    @Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
    struct VectorTests {
        @Test func `every token of the independent set is reproduced and verifies`() throws {
            let set = try JSONValue(parsing: Vectors.bytes("jwt/hs256.json"))
            let cases = try #require(set["cases"]?.array)
            #expect(!cases.isEmpty)
            for item in cases {
                let secret = try #require([UInt8](hex: item["secretHex"]?.string ?? ""))
                let lotus = try AllowClaims(from: item["lotusPayload"] ?? .null)
                let venus = try AuthClaims(from: item["venusPayload"] ?? .null)
                #expect(lotus.token(secret: secret).revealed == item["lotusToken"]?.string)
                #expect(venus.token(secret: secret).revealed == item["venusToken"]?.string)
                let token = Secret(item["venusToken"]?.string ?? "")
                #expect(try AuthClaims.verify(token, secret: secret) == venus)
                #expect(throws: JWTError.wrongSignature) {
                    try AuthClaims.verify(token, secret: [1] + secret)
                }
            }
        }
    }
}
