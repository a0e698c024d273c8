internal import Bytes
internal import CSealKernels

/// Computes the layers of labels, one after the other.
///
/// A label needs the label before it, so this runs on one thread: about 0.62 microseconds each, which is 20
/// SHA-256 compressions without the first, whose result is there already.
struct Labeling {
    let configuration: PoRepConfiguration
    let replicaID: Bytes32
    let parents: ParentCache

    /// Labels computed between two reports of progress: about 20 milliseconds.
    private static let slice: Int = 1 << 15

    /// Computes all layers and hands each to `finished`, counted from 1.
    ///
    /// - Parameters:
    ///   - layers: How many; by default as many as the sector size has.
    ///   - progress: Is told how far the work is; what it throws ends it.
    ///   - finished: Receives each complete layer.
    /// - Throws: What a handler throws, or that memory is short.
    /// - Returns: The last layer, the key of the replica.
    @discardableResult
    func run(
        layers: Int? = nil,
        progress: SealProgressHandler?,
        finished: (_ layer: Int, _ labels: NodeBuffer) throws -> Void
    ) throws -> NodeBuffer {
        let nodes = configuration.parameters.nodes
        let layers = layers ?? configuration.parameters.layers
        var previous: NodeBuffer?
        var current = try NodeBuffer(count: nodes)
        for layer in 1...layers {
            var done = 0
            while done < nodes {
                let count = min(Self.slice, nodes - done)
                fill(current, previous, layer: layer, first: done, count: count)
                done += count
                try progress?(
                    SealProgress(
                        stage: .labels,
                        done: (layer - 1) * nodes + done,
                        total: layers * nodes
                    )
                )
            }
            try finished(layer, current)
            if layer < layers {
                let spare = previous
                previous = current
                current = try spare ?? NodeBuffer(count: nodes)
            }
        }
        return current
    }

    func fill(
        _ current: NodeBuffer,
        _ previous: NodeBuffer?,
        layer: Int,
        first: Int,
        count: Int
    ) {
        guard let labels = unsafe current.bytes.baseAddress else { return }
        let before = unsafe previous?.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        unsafe seal_labels(
            labels.assumingMemoryBound(to: UInt8.self),
            before,
            parents.pointer(at: first),
            replicaID.bytes,
            UInt32(layer),
            UInt64(first),
            UInt64(count)
        )
    }
}
