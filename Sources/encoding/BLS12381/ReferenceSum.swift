internal import CBlst

extension MultiExponentiation {
    /// Returns the sum of scalars[i] * points[i] by blst's own Pippenger method on the calling thread; what our
    /// kernels are measured beside.
    package static func blstSum(_ points: [G1Affine], _ scalars: [Fr]) -> G1 {
        let count = min(points.count, scalars.count)
        guard count > 0 else { return .zero }
        let bytes = Fr.littleEndianBytes(of: scalars)
        let raw = points.map(\.raw)
        var scratch = [UInt64](
            repeating: 0,
            count: blst_p1s_mult_pippenger_scratch_sizeof(count) / 8 + 1
        )
        var sum = blst_p1()
        unsafe raw.withUnsafeBufferPointer { points in
            unsafe bytes.withUnsafeBufferPointer { scalars in
                // A null after the first pointer means that the elements lie one after another.
                let pointList: [UnsafePointer<blst_p1_affine>?] = unsafe [points.baseAddress, nil]
                let scalarList: [UnsafePointer<UInt8>?] = unsafe [scalars.baseAddress, nil]
                unsafe blst_p1s_mult_pippenger(
                    &sum,
                    pointList,
                    count,
                    scalarList,
                    255,
                    &scratch
                )
            }
        }
        return G1(raw: sum)
    }
}
