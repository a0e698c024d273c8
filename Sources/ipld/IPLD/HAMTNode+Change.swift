internal import Multiformats

/// What is to happen to a key; values are encoded.
enum HAMTChange {
    case set([UInt8])
    case setIfAbsent([UInt8])
    case delete

    var value: [UInt8]? {
        switch self {
        case .set(let value), .setIfAbsent(let value): value
        case .delete: nil
        }
    }
}

extension HAMTContext {
    /// Looks up `key` from `root`.
    ///
    /// - Returns: Where its value is, or nil if it is absent.
    func find(
        _ key: [UInt8],
        from root: HAMTNode
    ) throws -> (node: HAMTNode, value: ByteStretch)? {
        var bits = HashBits(hash.path(of: key))
        var node = root
        while true {
            let position = try bits.next(bitWidth)
            guard node.bitmap[position] else { return nil }
            let index = node.bitmap.count(below: position)
            if case .bucket(let bucket) = node.pointers[index] {
                return node.place(of: key, in: bucket).map { (node, bucket[$0].value) }
            }
            guard let child = try child(of: node, at: index) else { return nil }
            node = child
        }
    }

    /// Changes `key` below `node`.
    ///
    /// - Returns: Whether the node changed. Setting a key to the value it has changes nothing, so that
    ///   nothing is written for it.
    func change(
        _ key: [UInt8],
        _ change: HAMTChange,
        in node: HAMTNode,
        bits: inout HashBits
    ) throws -> Bool {
        let position = try bits.next(bitWidth)
        let index = node.bitmap.count(below: position)
        guard node.bitmap[position] else {
            guard let value = change.value else { return false }
            var bucket = HAMTBucket()
            bucket.append(HAMTEntry(key: node.bytes.add(key), value: node.bytes.add(value)))
            node.bitmap[position] = true
            node.pointers.insert(.bucket(bucket), at: index)
            return true
        }
        if case .bucket(let bucket) = node.pointers[index] {
            return try self.change(
                key,
                change,
                in: node,
                bucket,
                at: index,
                position: position,
                bits: bits
            )
        }
        guard let child = try child(of: node, at: index) else { return false }
        let isChanged = try self.change(key, change, in: child, bits: &bits)
        if isChanged { child.isDirty = true }
        if case .delete = change { node.collapse(child, at: index) }
        return isChanged
    }

    /// Changes `key` in one bucket of `node`.
    private func change(
        _ key: [UInt8],
        _ change: HAMTChange,
        in node: HAMTNode,
        _ old: HAMTBucket,
        at index: Int,
        position: Int,
        bits: HashBits
    ) throws -> Bool {
        var bucket = old
        switch (change, node.place(of: key, in: bucket)) {
        case (.delete, nil), (.setIfAbsent, .some):
            return false
        case (.delete, let place?):
            node.drop(bucket[place])
            bucket.remove(at: place)
            if bucket.count == 0 {
                node.pointers.remove(at: index)
                node.bitmap[position] = false
                return true
            }
        case (.set(let value), let place?):
            guard !node.bytes.equal(bucket[place].value, value) else { return false }
            bucket[place].value = node.bytes.replace(bucket[place].value, by: value)
        case (.set(let value), nil), (.setIfAbsent(let value), nil):
            if bucket.count == HAMTBucket.capacity {
                node.pointers[index] = try split(bucket, of: node, adding: key, value, bits: bits)
                for place in 0..<bucket.count { node.drop(bucket[place]) }
                node.compactIfNeeded()
                return true
            }
            let place = (0..<bucket.count).first { node.bytes.precedes(key, bucket[$0].key) }
            let entry = HAMTEntry(key: node.bytes.add(key), value: node.bytes.add(value))
            bucket.insert(entry, at: place ?? bucket.count)
        }
        node.pointers[index] = .bucket(bucket)
        node.compactIfNeeded()
        return true
    }

    /// Makes a child of a full bucket and one more entry.
    private func split(
        _ bucket: HAMTBucket,
        of node: HAMTNode,
        adding key: [UInt8],
        _ value: [UInt8],
        bits: HashBits
    ) throws -> HAMTPointer {
        let child = HAMTNode()
        var rest = bits
        _ = try change(key, .set(value), in: child, bits: &rest)
        for place in 0..<bucket.count {
            let key = node.bytes[bucket[place].key]
            let value = node.bytes[bucket[place].value]
            var rest = HashBits(hash.path(of: key), consumed: bits.consumed)
            _ = try change(key, .set(value), in: child, bits: &rest)
        }
        guard layout == .v0 else {
            child.isDirty = true
            return .node(child)
        }
        // The oldest library wrote a new node at once.
        return .link(try write(child).cid)
    }
}

extension HAMTNode {
    /// The place of `key` in a bucket of this node, or nil.
    fileprivate func place(of key: [UInt8], in bucket: HAMTBucket) -> Int? {
        for place in 0..<bucket.count where bytes.equal(bucket[place].key, key) { return place }
        return nil
    }

    /// Turns a child with no more entries than a bucket holds into that bucket.
    ///
    /// This keeps the form canonical: the same entries give the same root, whatever was deleted.
    fileprivate func collapse(_ child: HAMTNode, at index: Int) {
        guard !child.hasChildren, child.ownEntryCount <= HAMTBucket.capacity else { return }
        var merged = HAMTBucket()
        for case .bucket(let bucket) in child.pointers {
            for place in 0..<bucket.count {
                let key = child.bytes[bucket[place].key]
                let above = (0..<merged.count).first { bytes.precedes(key, merged[$0].key) }
                let entry = copy(bucket[place], from: child.bytes)
                merged.insert(entry, at: above ?? merged.count)
            }
        }
        pointers[index] = .bucket(merged)
    }

    private func copy(_ entry: HAMTEntry, from other: NodeBytes) -> HAMTEntry {
        HAMTEntry(key: bytes.add(other[entry.key]), value: bytes.add(other[entry.value]))
    }

    fileprivate func drop(_ entry: HAMTEntry) {
        bytes.drop(entry.key)
        bytes.drop(entry.value)
    }

    /// Copies the entries to new bytes if most of the old ones are not used any more.
    fileprivate func compactIfNeeded() {
        guard bytes.wantsCompaction else { return }
        let old = bytes
        bytes = NodeBytes()
        for index in pointers.indices {
            guard case .bucket(let bucket) = pointers[index] else { continue }
            var copied = HAMTBucket()
            for place in 0..<bucket.count { copied.append(copy(bucket[place], from: old)) }
            pointers[index] = .bucket(copied)
        }
    }
}
