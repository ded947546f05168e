/// Those visitors of a walk that want the content of one member.
struct MemberAudience {
    let member: LayerMember
    private var looking: [any LayerVisitor] = []
    private var taking: [any LayerVisitor] = []

    /// Shows the member to all visitors and remembers what each wants of it.
    init(_ visitors: [any LayerVisitor], _ member: LayerMember) throws {
        self.member = member
        for visitor in visitors {
            switch try visitor.visit(member) {
            case .nothing: break
            case .access: looking.append(visitor)
            case .everything: taking.append(visitor)
            }
        }
    }

    /// Whether somebody wants to look into the content where they choose.
    var looks: Bool { !looking.isEmpty }

    /// Whether somebody wants all of the content.
    var takes: Bool { !taking.isEmpty }

    var isEmpty: Bool { !looks && !takes }

    func look(into content: any RandomAccessBytes) throws {
        for visitor in looking { try visitor.look(into: content, of: member) }
    }

    func take(_ bytes: UnsafeRawBufferPointer) throws {
        for visitor in taking { try visitor.take(bytes, of: member) }
    }

    func take(_ bytes: [UInt8]) throws {
        // No bytes would mean the end.
        if !bytes.isEmpty { try bytes.withUnsafeBytes(take) }
    }

    /// Tells those who take everything that this was all.
    func end() throws { try take(UnsafeRawBufferPointer(start: nil, count: 0)) }
}
