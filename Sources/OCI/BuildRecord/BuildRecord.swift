/// Which line of which Dockerfile made each layer of an image, and through `COPY --from` which step made each file.
///
/// A record says nothing about when and where a build ran nor what it found in a cache: the same build gives the same
/// record. Its stages are those that the image needs, each after the ones it reads.
public struct BuildRecord: Hashable, Sendable, Codable {
    /// The version of the form that this program writes and reads.
    public static let currentFormat = 1

    /// The version of the form.
    public var formatVersion: Int
    /// The Dockerfile.
    public var dockerfile: DockerfileFile
    /// The platform of the image, `linux/amd64`.
    public var platform: String
    /// The stages that went into the image; dependencies first.
    public var stages: [Stage]
    /// The stage that became the image: a position in ``stages``.
    public var target: Int
    /// The image's layers, the lowest first.
    public var layers: [Layer]

    /// A record.
    public init(
        dockerfile: DockerfileFile, platform: String, stages: [Stage], target: Int, layers: [Layer]
    ) {
        formatVersion = Self.currentFormat
        self.dockerfile = dockerfile
        self.platform = platform
        self.stages = stages
        self.target = target
        self.layers = layers
    }

    /// The file that was built.
    public struct DockerfileFile: Hashable, Sendable, Codable {
        /// As given on the command line; relative to the working directory, else to the context, when it lies in there.
        public var path: String
        /// Of its bytes.
        public var digest: Digest

        /// A file.
        public init(path: String, digest: Digest) {
            self.path = path
            self.digest = digest
        }
    }

    /// Where an instruction is written.
    public struct Source: Hashable, Sendable, Codable {
        /// Its first line, counted from 1.
        public var line: Int
        /// Its last line.
        public var endLine: Int
        /// Its text, continuation lines joined.
        public var instruction: String

        /// A place.
        public init(lines: ClosedRange<Int>, instruction: String) {
            line = lines.lowerBound
            endLine = lines.upperBound
            self.instruction = instruction
        }
    }

    /// A FROM with the instructions that change files.
    public struct Stage: Hashable, Sendable, Codable {
        /// The name given with AS.
        public var name: String?
        /// Which FROM of the Dockerfile it is, counted from 0; nil for an image that is only copied from.
        public var number: Int?
        /// The FROM instruction; nil for an image that is only copied from.
        public var from: Source?
        /// Where its files start.
        public var base: Base
        /// What changes them, in order.
        public var steps: [Step]

        /// A stage.
        public init(name: String?, number: Int?, from: Source?, base: Base, steps: [Step]) {
            self.name = name
            self.number = number
            self.from = from
            self.base = base
            self.steps = steps
        }

        /// What the stage is called: its name, else `stage-N`, else its image.
        public var label: String {
            name ?? number.map { "stage-\($0)" } ?? base.reference ?? base.context ?? "scratch"
        }
    }

    /// Where a stage starts. With none of the fields set it starts from nothing.
    public struct Base: Hashable, Sendable, Codable {
        /// The image, by its full name.
        public var reference: String?
        /// The image's manifest.
        public var digest: Digest?
        /// The image's layers, the lowest first.
        public var layers: [BaseLayer]?
        /// Another stage: a position in ``BuildRecord/stages``.
        public var stage: Int?
        /// A named context that is a directory.
        public var context: String?

        /// Nothing.
        public static let scratch = Base()

        /// An image.
        public static func image(reference: String, digest: Digest, layers: [BaseLayer]) -> Base {
            var base = Base()
            base.reference = reference
            base.digest = digest
            base.layers = layers
            return base
        }

        /// Another stage.
        public static func stage(_ index: Int) -> Base {
            var base = Base()
            base.stage = index
            return base
        }

        /// A named context.
        public static func context(_ name: String) -> Base {
            var base = Base()
            base.context = name
            return base
        }
    }

    /// A layer that a base image brought.
    public struct BaseLayer: Hashable, Sendable, Codable {
        /// Its digest, uncompressed.
        public var diffID: Digest
        /// What the base image's history says of it.
        public var createdBy: String?

        /// A layer.
        public init(diffID: Digest, createdBy: String?) {
            self.diffID = diffID
            self.createdBy = createdBy
        }
    }

    /// An instruction that changes files.
    public struct Step: Hashable, Sendable, Codable {
        /// What it does.
        public var kind: Kind
        /// Where it is written; for an ONBUILD trigger of a base image, the FROM.
        public var source: Source
        /// The instruction as the image's history has it, variables expanded.
        public var expanded: String
        /// Where COPY takes its files: a position in ``BuildRecord/stages``. nil for the build context.
        public var copiesFrom: Int?
        /// What COPY and ADD copy, after expansion.
        public var sources: [String]?
        /// Where to.
        public var destination: String?
        /// What came from another stage, and what made it there; nil when that is not known.
        public var copied: [Copied]?

        /// A step.
        public init(kind: Kind, source: Source, expanded: String) {
            self.kind = kind
            self.source = source
            self.expanded = expanded
        }

        /// What a step does.
        public enum Kind: String, Hashable, Sendable, Codable { case run, copy, add, workdir }
    }

    /// Something that COPY took from a stage: a file, or a directory with all that is in it.
    public struct Copied: Hashable, Sendable, Codable {
        /// Its path in the other stage, symbolic links followed.
        public var path: String
        /// Where it is in the layer.
        public var destination: String
        /// What made it. The longest path that a file's path starts with counts.
        public var origins: [Origin]

        /// A copy.
        public init(path: String, destination: String, origins: [Origin]) {
            self.path = path
            self.destination = destination
            self.origins = origins
        }
    }

    /// What made a file or a directory's contents.
    public struct Origin: Hashable, Sendable, Codable {
        /// A path in the stage.
        public var path: String
        /// The layer, counted from the lowest of the stage's file system, base image included.
        public var layer: Int

        /// An origin.
        public init(path: String, layer: Int) {
            self.path = path
            self.layer = layer
        }
    }

    /// A layer of the image.
    public struct Layer: Hashable, Sendable, Codable {
        /// Its digest, uncompressed.
        public var diffID: Digest
        /// What made it.
        public var place: Place

        /// A layer.
        public init(diffID: Digest, place: Place) {
            self.diffID = diffID
            self.place = place
        }
    }

    /// What made a layer of a file system: a layer of a stage's base (`base`), or an instruction (`step`).
    public struct Place: Hashable, Sendable, Codable {
        /// A position in ``BuildRecord/stages``.
        public var stage: Int
        /// Which layer of the stage's base it is.
        public var base: Int?
        /// Which of the stage's steps made it.
        public var step: Int?

        /// A layer of a base.
        public static func base(stage: Int, layer: Int) -> Place { Place(stage: stage, base: layer, step: nil) }
        /// The layer of a step.
        public static func step(stage: Int, step: Int) -> Place { Place(stage: stage, base: nil, step: step) }
    }
}

extension BuildRecord {
    /// What made each layer of a stage's file system, the lowest first.
    public func places(ofStage index: Int) -> [Place] {
        var parts: [[Place]] = []
        var next: Int? = index
        while let stage = next, stages.indices.contains(stage) {
            parts.append(stages[stage].steps.indices.map { .step(stage: stage, step: $0) })
            let base = stages[stage].base
            if let layers = base.layers { parts.append(layers.indices.map { .base(stage: stage, layer: $0) }) }
            if base.context != nil { parts.append([.base(stage: stage, layer: 0)]) }
            next = base.stage.flatMap { $0 < stage ? $0 : nil }
        }
        return parts.reversed().flatMap { $0 }
    }
}
