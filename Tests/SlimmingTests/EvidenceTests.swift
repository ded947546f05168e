import Foundation
import OCI
import Running
import Testing

@testable import Slimming

struct EvidenceTests {
    private func evidence(
        _ image: SampleProject, _ base: SampleProject, opened: Set<String> = [], written: Set<String> = [],
        added: Set<String>
    ) -> Evidence {
        var observation = Observation()
        observation.recordedFiles = true
        observation.opened = opened
        observation.written = written
        var config = ContainerConfig()
        config.workingDir = "/app"
        return Evidence(
            observation: observation, image: RootView(directory: image.root), base: RootView(directory: base.root),
            config: config,
            baseConfig: ContainerConfig(), added: added)
    }

    private func names(_ files: ApplicationFiles) -> [String] { files.kept.map(\.name) }

    @Test func whatWasOpenedOrIsNamedOrUnknownStays() throws {
        let files = [
            "app/main.js": "read('tests/golden.txt')", "app/tests/golden.txt": "x", "app/README.md": "",
            "app/src/a.ts": "", "app/templates/t": "",
            "app/mystery.dat": "", "app/tsconfig.json": "",
        ]
        let image = try SampleProject(files)
        let project = try SampleProject(
            Dictionary(uniqueKeysWithValues: files.map { (String($0.key.dropFirst(4)), $0.value) }))
        let base = try SampleProject([:])
        let evidence = evidence(image, base, opened: ["/app/templates/t"], added: Set(files.keys.map { "/" + $0 }))
        let situation = Situation(
            view: try view("FROM node:20\nWORKDIR /app\nCOPY . .\nRUN x\n"), project: project.tree, evidence: evidence)
        let result = ApplicationFiles(situation, evidence: evidence, directory: "/app") { entry in
            ["src", "tsconfig.json"].contains(entry.name) ? .deadUnlessNamed : .unknown
        }
        #expect(names(result) == ["main.js", "mystery.dat", "templates", "tests"])
        #expect(result.dropped == ["README.md", "src", "tsconfig.json"])
        #expect(
            result.copies(situation, CopyOrigins(situation, evidence)) == [
                "COPY main.js mystery.dat ./", "COPY templates/ ./templates/", "COPY tests/ ./tests/",
            ])
    }

    /// Blanks would end a name, and brackets would be a pattern.
    @Test func namesAreCopiedAsTheyAre() throws {
        let files = ["app/terms of use.txt": "x", "app/[id].js": "x", "app/my data/a": "x"]
        let image = try SampleProject(files)
        let project = try SampleProject(
            Dictionary(uniqueKeysWithValues: files.map { (String($0.key.dropFirst(4)), $0.value) }))
        let evidence = evidence(image, try SampleProject([:]), added: Set(files.keys.map { "/" + $0 }))
        let situation = Situation(
            view: try view("FROM a\nWORKDIR /app\nCOPY . .\nRUN x\n"), project: project.tree, evidence: evidence)
        let result = ApplicationFiles(situation, evidence: evidence, directory: "/app") { _ in .unknown }
        #expect(
            result.copies(situation, CopyOrigins(situation, evidence)) == [
                #"COPY ["[[]id].js", "terms of use.txt", "./"]"#, #"COPY ["my data/", "./my data/"]"#,
            ])
        #expect(CopyLines.destination(of: #"COPY ["my data/", "./my data/"]"#) == "./my data/")
        #expect(CopyLines.destination(of: "COPY --from=a /b ./c") == "./c")
    }

    @Test func directoriesOfBuildScriptsAreLeft() throws {
        let files = [
            "app/scripts/build.sh": "#!/bin/sh\n", "app/tools/build.sh": "#!/bin/sh\n",
            "app/tools/run.sh": "#!/bin/sh\n",
        ]
        let image = try SampleProject(files)
        let evidence = evidence(image, try SampleProject([:]), added: Set(files.keys.map { "/" + $0 }))
        let situation = Situation(
            view: try view("FROM a\nWORKDIR /app\nCOPY . .\nRUN ./scripts/build.sh && sh tools/build.sh\n"),
            project: try SampleProject([:]).tree, evidence: evidence)
        let result = ApplicationFiles(situation, evidence: evidence, directory: "/app") { _ in .unknown }
        #expect(result.dropped == ["scripts"])
    }

    @Test func whatABuildStepMadeComesFromTheBuild() throws {
        let image = try SampleProject(["app/dist/a.js": "built", "app/static/a.css": "changed by the build"])
        let project = try SampleProject(["static/a.css": "short"])
        let evidence = evidence(image, try SampleProject([:]), added: ["/app/dist/a.js", "/app/static/a.css"])
        let situation = Situation(
            view: try view("FROM node:20\nWORKDIR /app\nCOPY . .\nRUN x\n"), project: project.tree, evidence: evidence)
        let result = ApplicationFiles(situation, evidence: evidence, directory: "/app") { _ in .unknown }
        #expect(
            result.copies(situation, CopyOrigins(situation, evidence)) == [
                "COPY --from=build /app/dist ./dist", "COPY --from=build /app/static ./static",
            ])
    }

    @Test func writtenDirectoriesLeaveOutWhatAnybodyMayWrite() throws {
        let image = try SampleProject(["app/data/seed": "", "app/a.py": ""])
        let evidence = evidence(
            image, try SampleProject([:]),
            written: [
                "/tmp", "/tmp/x", "/app", "/app/data", "/app/data/db", "/app/__pycache__", "/app/__pycache__/a.pyc",
                "/root/.cache/x",
            ],
            added: [])
        #expect(evidence.writtenDirectories == ["/app/data"])
    }

    @Test func packagesOwnTheirFilesUnderEitherSpelling() throws {
        let image = try SampleProject([
            "var/lib/dpkg/status":
                "Package: libxml2\nStatus: install ok installed\nVersion: 2\n\nPackage: gone\nStatus: deinstall ok config-files\n",
            "var/lib/dpkg/info/libxml2:amd64.list": "/.\n/lib/x86_64-linux-gnu/libxml2.so.2\n",
        ])
        let database = DpkgDatabase(RootView(directory: image.root))
        #expect(database.packages == ["libxml2"])
        #expect(
            database.owners(of: ["/usr/lib/x86_64-linux-gnu/libxml2.so.2"]) == [
                "/usr/lib/x86_64-linux-gnu/libxml2.so.2": "libxml2"
            ])
    }

    @Test func namesOnlyPackagesThatNoOtherBringsAlong() throws {
        func record(_ name: String, _ needs: String) -> String {
            "Package: \(name)\nStatus: install ok installed\nDepends: \(needs)\n\n"
        }
        let image = try SampleProject([
            "var/lib/dpkg/status": record("libpq5", "libc6 (>= 2.3), libldap-2.5-0 | other")
                + record("libldap-2.5-0", "libsasl2-2:any (>= 2)") + record("libsasl2-2", "libc6")
                + record("curl", "libc6") + record("ring-a", "ring-b") + record("ring-b", "ring-a")
        ])
        let database = DpkgDatabase(RootView(directory: image.root))
        #expect(
            database.independent(["curl", "libldap-2.5-0", "libpq5", "libsasl2-2", "ring-a", "ring-b"]) == [
                "curl", "libpq5", "ring-a",
            ])
    }

    @Test func whatLiesBesideTheApplicationIsCopiedAlone() throws {
        let files = [
            "home/web/app/a.py": "", "home/web/.local/bin/x": "", "home/web/.local/lib/y.py": "",
            "home/web/.bashrc": "", "requirements.txt": "", "opt/tool/z": "", "wheels/a-1-py3-none-any.whl": "",
        ]
        let image = try SampleProject(files)
        let base = try SampleProject(["home/.keep": "", "opt/.keep": ""])
        let evidence = evidence(image, base, added: Set(files.keys.map { "/" + $0 }))
        let outside = OutsideFiles(evidence, outside: "/home/web/app")
        #expect(outside.paths == ["/home/web/.local", "/opt/tool"])
    }

    @Test func dependenciesThatOnlyAFrontEndWasBuiltWithGo() throws {
        let files = [
            "app/client/node_modules/vite/a.js": "", "app/client/dist/index.html": "", "app/client/src/main.js": "",
            "app/client/package.json": "{}", "app/server/index.js": "'../client/dist'",
            "app/server/node_modules/express/a.js": "", "app/.next/cache/x": "", "app/.next/server/p.js": "",
        ]
        let image = try SampleProject(files)
        let project = try SampleProject([
            "client/src/main.js": "", "client/package.json": "{}", "server/index.js": "'../client/dist'",
        ])
        let evidence = evidence(
            image, try SampleProject([:]), opened: ["/app/server/node_modules/express/a.js"],
            added: Set(files.keys.map { "/" + $0 }))
        let situation = Situation(
            view: try view("FROM node:20\nWORKDIR /app\nCOPY . .\nRUN x\n"), project: project.tree, evidence: evidence)
        let result = ApplicationFiles(situation, evidence: evidence, directory: "/app") { entry in
            PathText.name(entry.name) == "src" ? .dead : .unknown
        }
        #expect(result.dropped == [".next/cache", "client/node_modules", "client/src"])
        #expect(
            result.copies(situation, CopyOrigins(situation, evidence)) == [
                "COPY client/package.json ./client/", "COPY --from=build /app/.next/server ./.next/server",
                "COPY --from=build /app/client/dist ./client/dist", "COPY --from=build /app/server ./server",
            ])
    }

    @Test func globalProgramsOfNodeComeAlongWhenTheyRan() throws {
        let image = try SampleProject([
            "usr/local/lib/node_modules/pm2/bin/pm2": "", "usr/local/lib/node_modules/tsc/bin/tsc": "",
            "opt/gen/bin/gen.js": "",
        ])
        try FileManager.default.createDirectory(
            atPath: image.root + "/usr/local/bin", withIntermediateDirectories: true)
        for (name, target) in [
            ("pm2", "../lib/node_modules/pm2/bin/pm2"), ("tsc", "../lib/node_modules/tsc/bin/tsc"),
            ("gen", "/opt/gen/bin/gen.js"),
        ] {
            try FileManager.default.createSymbolicLink(
                atPath: image.root + "/usr/local/bin/" + name, withDestinationPath: target)
        }
        let evidence = evidence(
            image, try SampleProject([:]),
            opened: ["/usr/local/lib/node_modules/pm2/bin/pm2", "/opt/gen/bin/gen.js"],
            added: ["/usr/local/bin/pm2", "/usr/local/bin/tsc", "/usr/local/bin/gen"])
        var plan = RuntimePlan(name: "sample", bases: [])
        GlobalModules(evidence).add(to: &plan, try view("FROM node:20\nRUN npm i -g pm2\n"))
        #expect(
            plan.copies == [
                "COPY --from=build /usr/local/lib/node_modules/pm2 /usr/local/lib/node_modules/pm2"
            ])
        #expect(
            plan.setup == [
                "RUN ln -s /opt/gen/bin/gen.js /usr/local/bin/gen && ln -s /usr/local/lib/node_modules/pm2/bin/pm2 /usr/local/bin/pm2"
            ])
    }

    @Test func settingsOfOneMachineStayOnlyWhenTheyAreRead() throws {
        let files = ["app/a.py": "x", "app/.env": "KEY=1", "app/.env.example": "KEY="]
        let image = try SampleProject(files)
        let project = try SampleProject(["a.py": "x", ".env": "KEY=1", ".env.example": "KEY="])
        func kept(_ opened: Set<String>) throws -> [String] {
            let evidence = evidence(
                image, try SampleProject([:]), opened: opened, added: Set(files.keys.map { "/" + $0 }))
            let situation = Situation(
                view: try view("FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN x\n"), project: project.tree,
                evidence: evidence)
            return names(ApplicationFiles(situation, evidence: evidence, directory: "/app") { _ in .unknown })
        }
        #expect(try kept([]) == ["a.py"])
        #expect(try kept(["/app/.env"]) == [".env", "a.py"])
    }

    @Test func outputMayDifferInNumbersOnly() {
        #expect(SmokeTest.isAlike(Array("pid 17 at 10:22".utf8), Array("pid 4 at 9:01".utf8)))
        #expect(!SmokeTest.isAlike(Array("ok".utf8), Array("error".utf8)))
    }

    @Test func readsWhatAProgramIsLinkedWith() throws {
        let file = try #require(ELFFile(path: "/proc/self/exe"))
        #expect(file.isDynamic && file.interpreter != nil && file.needed.contains { $0.hasPrefix("libc.") })
        #expect(ELFFile(path: "/etc/passwd") == nil)
    }
}

struct ConfigComparisonTests {
    @Test func namesWhatIsLost() {
        var before = ContainerConfig()
        before.exposedPorts = ["80/tcp"]
        before.volumes = ["/data"]
        before.stopSignal = "SIGQUIT"
        before.labels = ["a": "b"]
        before.env = ["PATH=/x", "MODE=prod", "PIP_NO_CACHE_DIR=1"]
        let found = ConfigComparison.differences(
            before, ContainerConfig(), base: ContainerConfig(), buildOnly: ["PIP_NO_CACHE_DIR"])
        #expect(found.count == 5)
        #expect(ConfigComparison.differences(before, before, base: ContainerConfig(), buildOnly: []).isEmpty)
    }
}
