internal import Multiformats

/// What is to happen to a key.
enum HAMTChange {
    case set(ByteSlice)
    case setIfAbsent(ByteSlice)
    case delete

    var value: ByteSlice? {
        switch self {
        case .set(let value), .setIfAbsent(let value): value
        case .delete: nil
        }
    }
}

extension HAMTContext {
    /// Looks up `key` from `root`; nil if it is absent.
    func find(_ key: [UInt8], from root: HAMTNode) throws -> ByteSlice? {
        var bits = HashBits(hash.path(of: key))
        var node = root
        while true {
            let position = try bits.next(bitWidth)
            guard node.bitmap[position] else { return nil }
            let index = node.bitmap.count(below: position)
            if case .bucket(let entries) = node.pointers[index] {
                return entries.first { $0.key.equals(key) }?.value
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
        _ key: ByteSlice,
        _ change: HAMTChange,
        in node: HAMTNode,
        bits: inout HashBits
    ) throws -> Bool {
        let position = try bits.next(bitWidth)
        guard node.bitmap[position] else {
            guard let value = change.value else { return false }
            let index = node.bitmap.count(below: position)
            node.bitmap[position] = true
            node.pointers.insert(.bucket([HAMTEntry(key: key, value: value)]), at: index)
            return true
        }
        let index = node.bitmap.count(below: position)
        if case .bucket(let entries) = node.pointers[index] {
            return try self.change(
                key,
                change,
                in: node,
                bucket: entries,
                at: index,
                position: position,
                bits: bits
            )
        }
        guard let child = try child(of: node, at: index) else { return false }
        let isChanged = try self.change(key, change, in: child, bits: &bits)
        if isChanged { child.isDirty = true }
        if case .delete = change { collapse(child, in: node, at: index) }
        return isChanged
    }

    /// Changes `key` in one bucket of `node`.
    private func change(
        _ key: ByteSlice,
        _ change: HAMTChange,
        in node: HAMTNode,
        bucket entries: [HAMTEntry],
        at index: Int,
        position: Int,
        bits: HashBits
    ) throws -> Bool {
        var entries = entries
        let present = entries.firstIndex { $0.key == key }
        switch (change, present) {
        case (.delete, nil), (.setIfAbsent, .some):
            return false
        case (.delete, let place?):
            if entries.count == 1 {
                node.pointers.remove(at: index)
                node.bitmap[position] = false
            } else {
                entries.remove(at: place)
                node.pointers[index] = .bucket(entries)
            }
            return true
        case (.set(let value), let place?):
            guard !(entries[place].value == value) else { return false }
            entries[place].value = value
            node.pointers[index] = .bucket(entries)
            return true
        case (.set(let value), nil), (.setIfAbsent(let value), nil):
            let added = HAMTEntry(key: key, value: value)
            if entries.count >= HAMTNode.bucketSize {
                node.pointers[index] = try split(entries, adding: added, bits: bits)
            } else {
                let place = entries.firstIndex { key < $0.key } ?? entries.count
                entries.insert(added, at: place)
                node.pointers[index] = .bucket(entries)
            }
            return true
        }
    }

    /// Makes a child of a full bucket and one more entry.
    private func split(
        _ entries: [HAMTEntry],
        adding added: HAMTEntry,
        bits: HashBits
    ) throws -> HAMTPointer {
        let child = HAMTNode()
        var rest = bits
        _ = try change(added.key, .set(added.value), in: child, bits: &rest)
        for entry in entries {
            var rest = HashBits(hash.path(of: entry.key.array), consumed: bits.consumed)
            _ = try change(entry.key, .set(entry.value), in: child, bits: &rest)
        }
        guard layout == .v0 else {
            child.isDirty = true
            return .node(child)
        }
        // The oldest library wrote a new node at once.
        return .link(try write(child))
    }

    /// Turns a child with no more entries than a bucket holds into that bucket.
    ///
    /// This keeps the form canonical: the same entries give the same root, whatever was deleted.
    private func collapse(_ child: HAMTNode, in node: HAMTNode, at index: Int) {
        guard !child.hasChildren, child.ownEntryCount <= HAMTNode.bucketSize else { return }
        if child.pointers.count == 1 {
            node.pointers[index] = child.pointers[0]
            return
        }
        var entries: [HAMTEntry] = []
        for case .bucket(let bucket) in child.pointers { entries += bucket }
        entries.sort { $0.key < $1.key }
        node.pointers[index] = .bucket(entries)
    }
}
