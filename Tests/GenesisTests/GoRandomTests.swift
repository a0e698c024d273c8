import Bytes
import Testing

@testable import Genesis

@Suite struct GoRandomTests {
    @Test func `the numbers are those of Go`() {
        var one = GoRandom(seed: 1)
        let expected: [Int64] = [
            5_577_006_791_947_779_410, 8_674_665_223_082_153_551, 6_129_484_611_666_145_821,
            4_037_200_794_235_010_051, 3_916_589_616_287_113_937,
        ]
        #expect(expected.map { _ in one.next63() } == expected)
        var answer = GoRandom(seed: 42)
        #expect(answer.next63() == 3_440_579_354_231_278_675)
    }

    // Written by a Go 1.19 program: rand.New(rand.NewSource(seed)).Read.
    @Test(arguments: [
        (
            Int64(-1000),
            "7f7569d849fcdffb70e4fc17a0e89fb5"
                + "b29d9f2f6411476b572ac9ad933f3582"
        ),
        (
            Int64(0),
            "0194fdc2fa2ffcc041d3ff12045b73c8"
                + "6e4ff95ff662a5eee82abdf44a2d0b75"
        ),
        (
            Int64(5000),
            "8a70bd63df2a4b92aa8242586c1f7c54"
                + "fded533ba94e95173dab33bf8a7fb59a"
        ),
        (
            Int64(-1),
            "ac020308df8195afe9405ff099a2e18d"
                + "8a66384cf0fb83527b4405f72d1dd949"
        ),
    ])
    func `bytes are those of Go`(_ seed: Int64, _ hex: String) {
        var source = GoRandom(seed: seed)
        #expect(source.bytes(32).hex == hex)
    }
}
