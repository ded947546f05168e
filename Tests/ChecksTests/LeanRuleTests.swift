import Testing

@testable import Checks

/// Where our own rules must speak, and where they must not.
struct LeanRuleTests {
    private func lines(_ rule: Rule, _ text: String, _ inputs: CheckInputs = CheckInputs()) -> [Int] {
        let report = Checker(rules: [rule]).check(Array(text.utf8), path: "Dockerfile", inputs: inputs)
        #expect(report.error == nil)
        return report.findings.map { report.source.lineNumber(of: $0.range.start) }
    }

    @Test("build tools that the same step removes, or another stage installs, are fine")
    func buildTools() {
        #expect(lines(.buildTools, "FROM alpine\nRUN apk add --no-cache gcc musl-dev") == [2])
        #expect(lines(.buildTools, "FROM debian AS a\nRUN apt-get install -y libpq-dev\nFROM a\nUSER 1") == [2])
        #expect(
            lines(.buildTools, "FROM alpine\nRUN apk add --virtual .b gcc && make && apk del .b") == [])
        #expect(lines(.buildTools, "FROM debian\nRUN apt-get install -y gcc\nFROM debian\nUSER 1") == [])
        #expect(lines(.buildTools, "FROM debian\nRUN apt-get install -y curl libpq5") == [])
    }

    @Test(
        "development dependencies are out when something leaves them out",
        arguments: [
            "npm ci --omit=dev", "npm install --production", "npm ci && npm prune --omit=dev", "npm install -g serve",
            "npm install express", "yarn install --production", "pnpm install --prod", "composer install --no-dev",
            "yarn build",
        ])
    func withoutDevelopment(_ command: String) {
        #expect(lines(.developmentDependencies, "FROM node\nRUN \(command)") == [])
    }

    @Test(
        "development dependencies are in",
        arguments: ["npm ci", "npm install", "yarn", "pnpm install", "composer install"])
    func withDevelopment(_ command: String) {
        #expect(lines(.developmentDependencies, "FROM node\nRUN \(command)") == [2])
        // Composer does not know of it.
        let isNode = command != "composer install"
        #expect(
            lines(.developmentDependencies, "FROM node\nENV NODE_ENV=production\nRUN \(command)").isEmpty == isNode)
    }

    @Test("a copy of the whole directory takes the dependencies along")
    func wholeDirectory() {
        let build = "FROM node AS b\nWORKDIR /app\nRUN npm ci\nFROM node\n"
        #expect(lines(.developmentDependencies, build + "COPY --from=b /app /app") == [5])
        #expect(lines(.developmentDependencies, build + "COPY --from=0 /app/node_modules /n") == [5])
        #expect(lines(.developmentDependencies, build + "COPY --from=b /app/dist /app") == [])
    }

    @Test("a manifest that is copied first, and an installation with a cache mount, are fine")
    func manifests() {
        #expect(lines(.sourceBeforeManifest, "FROM node\nCOPY . .\nRUN npm ci") == [2])
        #expect(lines(.sourceBeforeManifest, "FROM node\nCOPY package.json .\nRUN npm ci\nCOPY . .") == [])
        #expect(lines(.sourceBeforeManifest, "FROM node\nCOPY package.json .\nCOPY . .\nRUN npm ci") == [])
        #expect(
            lines(.sourceBeforeManifest, "FROM go\nCOPY . .\nRUN --mount=type=cache,target=/c go mod download") == [])
        #expect(lines(.sourceBeforeManifest, "FROM node\nCOPY . .\nRUN npm run build") == [])
    }

    @Test("a chown of what nobody copied stores nothing twice")
    func ownership() {
        #expect(lines(.recursiveOwnership, "FROM a\nCOPY . /app\nRUN chown -R a:a /app") == [3])
        #expect(lines(.recursiveOwnership, "FROM a\nWORKDIR /app\nCOPY . .\nRUN chmod -R 755 .") == [4])
        #expect(lines(.recursiveOwnership, "FROM a\nCOPY . /app\nRUN chown -R a:a /data") == [])
        #expect(lines(.recursiveOwnership, "FROM a\nCOPY . /app\nRUN chown a:a /app") == [])
    }

    @Test("the owner moves to COPY only where nothing else is in the directory")
    func ownershipFix() {
        func fixed(_ text: String) -> String {
            let application = FixApplication(Checker(rules: [.recursiveOwnership]))
            return String(decoding: application.apply(to: Array(text.utf8), path: "D").bytes, as: UTF8.self)
        }
        #expect(fixed("FROM a\nCOPY x /app\nRUN chown -R 1:2 /app\n") == "FROM a\nCOPY --chown=1:2 x /app\n")
        for text in [
            "FROM a\nWORKDIR /app\nCOPY x /app\nRUN chown -R 1:2 /app\n",
            "FROM a\nCOPY x /app\nCOPY y /app/y\nRUN chown -R 1:2 /app\n",
            "FROM a\nCOPY x /app\nRUN chown -R user:user /app\n",
            "FROM a\nCOPY --chown=3:3 x /app\nRUN chown -R 1:2 /app\n",
            "FROM a\nCOPY x /app\nRUN chown -R 1:2 /app && true\n",
        ] { #expect(fixed(text) == text) }
    }

    @Test("deletion in the step that wrote is fine")
    func deletion() {
        #expect(lines(.laterDeletion, "FROM a\nCOPY x /tmp/x\nRUN rm /tmp/x") == [3])
        #expect(lines(.laterDeletion, "FROM a\nCOPY x /tmp/\nRUN rm -rf /tmp/x") == [3])
        #expect(lines(.laterDeletion, "FROM a\nRUN curl -o /tmp/x u && rm /tmp/x") == [])
        #expect(lines(.laterDeletion, "FROM a\nCOPY x /opt\nRUN rm -rf /tmp/*") == [])
        #expect(lines(.laterDeletion, "FROM a\nRUN apt-get update\nRUN rm -rf /var/lib/apt/lists/*") == [3])
    }

    @Test(
        "packages are deleted too late where an earlier step installed them",
        arguments: [
            ("apt-get install -y gcc curl", "apt-get purge -y gcc", [3]),
            ("apk add --virtual .build gcc", "apk del .build", [3]),
            ("apk add -t .b gcc", "make && apk del --no-cache .b", [3]),
            ("yum install -y gcc", "yum -y erase gcc", [3]),
            // Not what the base image brought, nor what the step itself did, nor what nobody named.
            ("apt-get install -y curl", "apt-get purge -y perl", []),
            ("apt-get install -y curl", "apt-get autoremove -y", []),
            ("apt-get install -y curl", "apt-get install -y gcc && make && apt-get purge -y gcc", []),
        ] as [(String, String, [Int])])
    func latePackages(_ first: String, _ second: String, _ expected: [Int]) {
        #expect(lines(.laterDeletion, "FROM a\nRUN \(first)\nRUN \(second)") == expected)
    }

    @Test(
        "who starts as root",
        arguments: [
            ("FROM alpine\nCMD [\"a\"]", [1]), ("FROM scratch\nENTRYPOINT [\"a\"]", [1]),
            ("FROM alpine\nUSER root\nCMD [\"a\"]", [2]), ("FROM alpine\nUSER 0:0\nCMD [\"a\"]", [2]),
            ("FROM alpine\nUSER 10001\nCMD [\"a\"]", []), ("FROM alpine\nRUN true", []),
            ("FROM gcr.io/distroless/static:nonroot\nCMD [\"a\"]", []), ("FROM example.org/own\nCMD [\"a\"]", []),
            ("FROM alpine AS a\nUSER 5\nFROM a\nCMD [\"a\"]", []), ("FROM bitnami/node\nCMD [\"a\"]", []),
        ])
    func root(_ text: String, _ expected: [Int]) {
        #expect(lines(.finalStageRoot, text) == expected)
    }

    @Test("a base image's own user counts where it is known")
    func knownUser() {
        let inputs = CheckInputs(baseImages: ExampleBases(BaseImageConfiguration(user: "app")))
        #expect(lines(.finalStageRoot, "FROM alpine\nCMD [\"a\"]", inputs) == [])
    }

    @Test("tags of one release do not move")
    func tags() {
        for tag in ["3.12.4", "3.12.4-slim", "v1.2.3", "bookworm-20240513", "3.12@sha256:abc"] {
            #expect(lines(.floatingTag, "FROM python:\(tag)") == [], "\(tag)")
        }
        for tag in ["3", "3.12", "slim", "3.12-slim-bookworm", "lts"] {
            #expect(lines(.floatingTag, "FROM python:\(tag)") == [1], "\(tag)")
        }
        #expect(lines(.floatingTag, "FROM python\nFROM python:latest") == [])
    }

    @Test("smaller variants of the same release")
    func slim() {
        func variant(_ image: String) -> String? { KnownImage(image)?.slimTag }
        #expect(variant("python:3.12") == "3.12-slim")
        #expect(variant("python:3.12-bookworm") == "3.12-slim-bookworm")
        #expect(variant("node:20-bookworm") == "20-bookworm-slim")
        #expect(variant("node:20.11.1-bullseye") == "20.11.1-bullseye-slim")
        #expect(variant("node:bookworm") == "bookworm-slim")
        #expect(variant("debian:bookworm") == "bookworm-slim")
        #expect(variant("python:3.12-alpine") == nil)
        #expect(variant("python:3.12-slim") == nil)
        #expect(variant("example.org/python:3.12") == nil)
        #expect(variant("nginx:1.27") == nil)
    }

    @Test(
        "a shell that becomes the one command of its line keeps nothing to itself",
        arguments: [
            ("FROM debian\nCMD httpd -f", [2]), ("FROM node:20\nCMD npm start", [2]),
            ("FROM example.org/own\nCMD httpd -f", [2]),
            // busybox and bash step aside.
            ("FROM alpine\nCMD httpd -f -p $PORT", []), ("FROM node:20-alpine\nENTRYPOINT node a.js", []),
            ("FROM fedora\nCMD httpd -f", []), ("FROM busybox:1.36\nCMD httpd -f", []),
            ("FROM debian\nSHELL [\"/bin/bash\", \"-c\"]\nCMD httpd -f", []),
            ("FROM debian\nCMD [\"bash\", \"-c\", \"httpd -f\"]", []),
            ("FROM debian\nCMD [\"sh\", \"-c\", \"httpd -f\"]", [2]),
            ("FROM public.ecr.aws/amazonlinux/amazonlinux:2023\nCMD java -jar $JAR", []),
            ("FROM registry.access.redhat.com/ubi9/ubi-minimal\nCMD a", []),
            ("FROM amazoncorretto:21\nCMD java -jar $JAR", []), ("FROM eclipse-temurin:21\nCMD java -jar $JAR", [2]),
            ("FROM alpine\nCMD a --b=${C:-1} 2>&1", []), ("FROM fedora\nCMD a 2>&1", [2]),
            // For several commands the shell stays.
            ("FROM fedora\nCMD a && httpd -f", [2]), ("FROM alpine\nCMD a | httpd -f", [2]),
            ("FROM alpine\nCMD a && httpd -f", [2]),
        ])
    func signals(_ text: String, _ expected: [Int]) { #expect(lines(.swallowedSignal, text) == expected) }

    @Test("programs and modules of another C library")
    func libraries() {
        func copy(_ from: String, _ command: String, _ source: String, to base: String) -> [Int] {
            lines(.libraryMismatch, "FROM \(from) AS b\nRUN \(command)\nFROM \(base)\nCOPY --from=b \(source) /x")
        }
        #expect(copy("golang:1.22", "go build -o /app .", "/app", to: "alpine") == [4])
        #expect(copy("golang:1.22", "go build -o /app .", "/app", to: "scratch") == [4])
        #expect(copy("golang:1.22", "CGO_ENABLED=0 go build -o /app .", "/app", to: "scratch") == [])
        #expect(copy("golang:1.22-alpine", "go build -o /app .", "/app", to: "alpine") == [])
        #expect(copy("golang:1.22", "go build -o /app .", "/app", to: "debian") == [])
        #expect(copy("rust:1", "cargo build", "/target/release/app", to: "alpine") == [4])
        #expect(copy("node:20", "npm run build", "/app/dist", to: "nginx:alpine") == [])
        #expect(copy("example.org/x", "make", "/app", to: "alpine") == [])
    }

    @Test("secrets in files and values")
    func secrets() {
        #expect(lines(.secretInImage, "FROM a\nCOPY .env /") == [2])
        #expect(lines(.secretInImage, "FROM a\nCOPY .env.example /") == [])
        #expect(lines(.secretInImage, "FROM a\nCOPY --from=b .env /") == [])
        #expect(lines(.secretInImage, "FROM a\nENV T=AKIAIOSFODNN7EXAMPLE1") == [2])
        #expect(lines(.secretInImage, "FROM a\nRUN curl https://user:pass123@example.org") == [2])
        #expect(lines(.secretInImage, "FROM a\nRUN curl https://user:$PASS@example.org") == [])
        #expect(lines(.secretInImage, "FROM a\nRUN git clone git@example.org:a/b") == [])
        let inputs = CheckInputs(buildContext: ExampleContext(ignored: [".env"]))
        #expect(lines(.secretInImage, "FROM a\nCOPY .env /", inputs) == [])
    }

    @Test("stages that are used, or meant as targets")
    func unused() {
        #expect(lines(.unusedStage, "FROM a AS x\nFROM b\nRUN c") == [1])
        #expect(lines(.unusedStage, "FROM a AS test\nFROM b") == [])
        #expect(lines(.unusedStage, "FROM a AS x\nFROM b\nRUN --mount=from=x,target=/x c") == [])
        #expect(lines(.unusedStage, "FROM a AS x\nFROM x AS y\nFROM b") == [2])
    }

    @Test("a context is judged by what COPY takes")
    func context() {
        let files = [ContextFile(path: "web/node_modules/a.js", size: 5_000), ContextFile(path: "a.c", size: 1)]
        let inputs = CheckInputs(buildContext: ExampleContext(hasIgnoreFile: false, files: files))
        #expect(lines(.weakIgnoreFile, "FROM a\nCOPY . /x", inputs) == [2])
        #expect(lines(.weakIgnoreFile, "FROM a\nCOPY web /x", inputs) == [2])
        #expect(lines(.weakIgnoreFile, "FROM a\nCOPY a.c /x", inputs) == [])
        #expect(lines(.weakIgnoreFile, "FROM a\nCOPY other /x", inputs) == [])
    }
}
